"""A party proves its call by itself, with the hub's public key alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from simpul.evidence.errors import ReceiptInvalid
from simpul.evidence.keys import begin_chain, pass_on
from simpul.evidence.receipt import (
    Receipt,
    check_receipt,
    describe_receipt,
    is_proven,
    make_receipt,
    read_receipt,
)
from simpul.evidence.record import CallRecord, digest_record, write_record
from simpul.evidence.seal import close_seal, load_signing_key, make_signing_secret

AT = datetime(2026, 11, 24, tzinfo=UTC)
FIRST, SECOND, STRANGER = (load_signing_key(make_signing_secret()) for _ in range(3))
TEXTS = [write_record(CallRecord(UUID(int=number), AT, "GET", "read", 200)) for number in range(7)]


def make(position: int = 3) -> Receipt:
    """Make a receipt of the second seal, which the second key signed."""
    link = begin_chain(FIRST, AT)
    before = close_seal([bytes(32)], None, FIRST, AT)
    digests = [digest_record(text) for text in TEXTS]
    seal = close_seal(digests, before, SECOND, AT)
    return make_receipt(TEXTS[position], digests, position, seal, [link, pass_on(FIRST, SECOND, link, 1, AT)])


@pytest.mark.parametrize("position", range(7))
@pytest.mark.parametrize("key", [FIRST, SECOND])
def test_receipt_proves_a_call_by_the_first_key_or_the_signing_one(position: int, key: Any) -> None:
    receipt = read_receipt(json.dumps(describe_receipt(make(position))))
    assert check_receipt(receipt, [key.public]) == []
    assert receipt.call.uid == UUID(int=position)
    assert is_proven(receipt, SECOND.public)


def test_receipt_is_nothing_under_another_key() -> None:
    assert {finding.rule for finding in check_receipt(make(), [STRANGER.public])} == {"key-unpinned", "key-untrusted"}
    assert not is_proven(make(), FIRST.public)


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "record": (lambda told: told.update(record=told["record"].replace("200", "403")), "record-not-sealed"),
    "position": (lambda told: told.update(position=2), "record-not-sealed"),
    "path": (lambda told: told["path"].pop(), "record-not-sealed"),
    "root": (lambda told: told["seal"].update(root="00" * 32), "record-not-sealed"),
    "count": (lambda told: told["seal"].update(count=8), "seal-signature"),
    "signature": (lambda told: told["seal"].update(signature="00" * 64), "seal-signature"),
    "number": (lambda told: told["seal"].update(number=1), "seal-signature"),
    "no keys": (lambda told: told["keys"].clear(), "seal-signature"),
    "a key's signature": (lambda told: told["keys"][1].update(signature="00" * 64), "key-signature"),
    "a key": (lambda told: told["keys"][1].update(public=STRANGER.public.hex()), "key-signature"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changed_receipt_proves_nothing(name: str) -> None:
    change, rule = CHANGES[name]
    told = describe_receipt(make())
    change(told)
    assert rule in {finding.rule for finding in check_receipt(read_receipt(json.dumps(told)), [FIRST.public])}


def test_another_record_of_the_seal_is_not_proven_by_this_path() -> None:
    assert not is_proven(replace(make(), record=TEXTS[4]), SECOND.public)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"v": 2}', '{"v": 1, "record": 3}', "x" * 2_000_000])
def test_text_that_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(ReceiptInvalid):
        read_receipt(text)
