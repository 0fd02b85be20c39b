"""Each call has a name and a salt of its own."""

from uuid import UUID

from simpul.exchange.call import CHANCE, FETCHED_BYTES, Call
from simpul.exchange.http import Message, Request


async def receive() -> Message:
    return {}


def test_no_two_calls_share_a_name_or_a_salt() -> None:
    calls = [Call(Request("GET", "/", b"", {}, receive)) for _ in range(1000)]
    given = {call.uid.bytes for call in calls} | {call.salt for call in calls}
    assert len(given) == 2000
    assert all((call.uid.version, call.uid.variant) == (4, "specified in RFC 4122") for call in calls)
    assert {len(call.salt) for call in calls} == {16}
    assert isinstance(calls[0].uid, UUID)


def test_random_bytes_are_never_given_twice() -> None:
    pieces = [CHANCE.take(24) for _ in range(FETCHED_BYTES)]
    assert len(set(pieces)) == FETCHED_BYTES
    assert {len(piece) for piece in pieces} == {24}


def test_what_was_fetched_is_forgotten_by_a_forked_process() -> None:
    CHANCE.take(16)
    CHANCE.forget()
    assert CHANCE._fetched == b""
