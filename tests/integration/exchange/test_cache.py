"""Answers from memory: exactly those that the database would give, and with evidence of their own."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from exchange_world import Server, World, fill, list_records, wait_until

from simpul.delivery.envelope import Envelope
from simpul.delivery.formats import open_rows
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.target import make_target
from simpul.evidence.record import digest_body
from simpul.exchange.cache import Cache, Ticket
from simpul.exchange.http import Response
from simpul.store.marks import FILE, FOLDER, SLOTS, Marks
from simpul.store.pools import connect

DESA = "/sandbox/wilayah/v1/desa"


@pytest.fixture(scope="module")
def keeping(world: World) -> Iterator[Server]:
    """Give a running exchange that keeps answers."""
    running = Server(dataclasses.replace(world.setup, cache_bytes=1_000_000))
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def settled(world: World, keeping: Server) -> None:
    """Begin each test with the world's rows and nothing kept."""
    fill(world, "sandbox")
    get_cache(keeping).clear()
    wait_until(lambda: get_cache(keeping).get_marks().find_settled(world.datasets["sandbox/desa"]) is not None)


def get_cache(server: Server) -> Cache:
    assert server.exchange.hub is not None
    return server.exchange.hub.cache


def read(server: Server, world: World, query: str = "order=kode", **headers: str) -> Any:
    return server.get(f"{DESA}?{query}", world.keys["alice_test"], headers=headers)


def count_hits(server: Server, work: Any) -> int:
    """Return how many answers came from memory while `work` ran."""
    before = get_cache(server).hits
    work()
    return get_cache(server).hits - before


def send(server: Server, world: World, rows: list[dict[str, Any]], **headers: str) -> Any:
    return server.call("POST", f"{DESA}/batches", world.keys["alice_test"], json=rows, headers=headers)


def test_second_answer_comes_from_memory_and_is_the_same(world: World, keeping: Server) -> None:
    first = read(keeping, world, "order=kode&limit=2", Prefer="count=exact")
    assert count_hits(keeping, lambda: read(keeping, world, "order=kode&limit=2", Prefer="count=exact")) == 1
    again = read(keeping, world, "order=kode&limit=2", Prefer="count=exact")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    own = {"evidence-id", "evidence-salt", "date", "ratelimit", "server-timing"}
    assert {name: text for name, text in again.headers.items() if name not in own} == {
        name: text for name, text in first.headers.items() if name not in own
    }


def test_each_answer_from_memory_has_evidence_of_its_own(world: World, keeping: Server) -> None:
    answers = [read(keeping, world, "nama=like.T*&select=kode") for _ in range(3)]
    keeping.flush()
    records = {record["uid"]: record for record in list_records(world)}
    for answer in answers:
        record = records[answer.headers["evidence-id"]]
        assert record["response_digest"] == digest_body(bytes.fromhex(answer.headers["evidence-salt"]), answer.content)
        assert (record["rows"], record["columns"], record["operators"]) == (1, ["kode", "nama"], ["like"])
    assert len({answer.headers["evidence-id"] for answer in answers}) == 3


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_known_answer_is_not_sent_again(world: World, keeping: Server, method: str) -> None:
    tag = read(keeping, world).headers["etag"]
    key = world.keys["alice_test"]
    for given in (tag, f'"other", W/{tag}', "*"):
        for clear in (True, False):  # from the database and from memory
            if clear:
                get_cache(keeping).clear()
            answer = keeping.call(method, f"{DESA}?order=kode", key, headers={"If-None-Match": given})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
            assert answer.headers["cache-control"] == "private, no-cache"
            assert "content-length" not in answer.headers
    assert read(keeping, world, **{"If-None-Match": '"other"'}).status_code == 200
    keeping.flush()
    [record] = [one for one in list_records(world) if one["uid"] == answer.headers["evidence-id"]]
    assert (record["status"], record["rows"], record["response_digest"]) == (304, 0, "")


def test_tag_differs_by_whatever_shapes_the_answer(world: World, keeping: Server) -> None:
    tags = [
        read(keeping, world).headers["etag"],
        read(keeping, world, "order=kode.desc").headers["etag"],
        read(keeping, world, Accept="text/csv").headers["etag"],
        read(keeping, world, Prefer="timezone=UTC").headers["etag"],
        read(keeping, world, Range="0-1").headers["etag"],
        keeping.get(f"{DESA}?order=kode", world.keys["bob_test"]).headers["etag"],
    ]
    assert len(set(tags)) == len(tags)
    assert all(tag.startswith('"') for tag in tags)


def test_nobody_gets_what_another_was_answered(world: World, keeping: Server) -> None:
    alice = read(keeping, world).json()
    bob = keeping.get(f"{DESA}?order=kode", world.keys["bob_test"]).json()
    assert len(alice) > len(bob)
    assert "nik_kades" not in bob[0]
    assert keeping.get(f"{DESA}?order=kode", world.keys["charlie_test"]).status_code == 403
    assert keeping.get(f"{DESA}?order=kode", world.keys["alice_live"]).status_code == 403


def test_delivery_is_seen_by_the_next_call(world: World, keeping: Server) -> None:
    for number in range(5):
        before = read(keeping, world)
        assert count_hits(keeping, lambda: read(keeping, world)) == 1
        sent = send(keeping, world, [{"kode": "63.05.01", "nama": f"Baru {number}"}])
        assert sent.status_code == 201, sent.text
        after = read(keeping, world)
        assert f"Baru {number}" in after.text
        assert after.headers["etag"] != before.headers["etag"]
        # A committed delivery leaves the dataset settled: the next answer is kept at once.
        assert count_hits(keeping, lambda: read(keeping, world)) == 1


def test_delivery_that_changes_nothing_costs_no_answer(world: World, keeping: Server) -> None:
    row = {"kode": "63.05.01", "nama": "Sama"}
    send(keeping, world, [row])
    read(keeping, world)
    send(keeping, world, [row])
    send(keeping, world, [{"kode": "63.05.01", "nama": "Coba"}], Prefer="tx=rollback")
    assert count_hits(keeping, lambda: read(keeping, world)) == 1


def test_grant_that_changes_makes_other_answers(world: World, keeping: Server) -> None:
    key = world.keys["bob_test"]
    first = keeping.get(f"{DESA}?order=kode", key)
    world.execute("UPDATE data_grant SET columns = '{kode,nama}' WHERE organization_id = 2")
    keeping.reload()
    try:
        second = keeping.get(f"{DESA}?order=kode", key)
        assert "jumlah" not in second.json()[0]
        assert second.headers["etag"] != first.headers["etag"]
    finally:
        world.execute("UPDATE data_grant SET columns = '{kode,nama,jumlah}' WHERE organization_id = 2")
        keeping.reload()
    assert "jumlah" in keeping.get(f"{DESA}?order=kode", key).json()[0]


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("diubah=lt.now", {}),
        ("or=(diubah.lt.2026-01-01,and(diubah.in.(Tomorrow,2026-01-01)))", {}),
        ("select=kode,nama::text,diubah::date", {}),
        ("order=kode", {"Prefer": "count=planned"}),
        ("order=kode", {"Prefer": "count=estimated"}),
    ],
)
def test_answer_that_depends_on_more_than_rows_is_not_kept(
    world: World, keeping: Server, query: str, headers: dict[str, str]
) -> None:
    answer = read(keeping, world, query, **headers)
    assert answer.status_code in {200, 206}, answer.text
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert count_hits(keeping, lambda: read(keeping, world, query, **headers)) == 0


def test_refusal_is_not_kept(world: World, keeping: Server) -> None:
    assert read(keeping, world, "jumlah=eq.abc").status_code == 400
    assert count_hits(keeping, lambda: read(keeping, world, "jumlah=eq.abc")) == 0
    assert "etag" not in read(keeping, world, "jumlah=eq.abc").headers


def deliver_by_hand(world: World, name: str, *, commit: bool, look: Any) -> None:
    """Deliver inside a longer transaction, as the portal does, and look before it ends."""
    facts = world.execute("SELECT compiled FROM publication WHERE stage = 'sandbox'")[0][0]
    target = make_target(world.datasets["sandbox/desa"], facts, "desa")
    content = f'[{{"kode": "63.05.01", "nama": "{name}"}}]'.encode()
    envelope = Envelope(digest=name.encode().ljust(32), quarantine=open_quarantine(world.home / "keys"), person_id=1)
    with connect(world.database.dsn("portal")) as connection:
        connection.execute("SELECT 1")  # the transaction is this one's, not the delivery's
        deliver(connection, target, open_rows(content, "application/json", limit_bytes=1000), envelope)
        look()
        if commit:
            connection.commit()
        else:
            connection.rollback()


@pytest.mark.parametrize("commit", [True, False])
def test_transaction_of_somebody_else_is_waited_for(world: World, keeping: Server, commit: bool) -> None:
    read(keeping, world)
    settled = get_cache(keeping).get_marks().find_settled
    dataset = world.datasets["sandbox/desa"]

    def look_while_it_runs() -> None:
        for _ in range(3):  # a reader may not settle what is still on its way
            assert count_hits(keeping, lambda: read(keeping, world)) == 0
            assert "Lewat" not in read(keeping, world).text
        assert settled(dataset) is None

    deliver_by_hand(world, "Lewat", commit=commit, look=look_while_it_runs)
    assert ("Lewat" in read(keeping, world).text) is commit
    wait_until(lambda: read(keeping, world) and settled(dataset) is not None)
    read(keeping, world)
    assert count_hits(keeping, lambda: read(keeping, world)) == 1
    assert ("Lewat" in read(keeping, world).text) is commit


def test_marks_taken_away_end_the_keeping(world: World, keeping: Server, tmp_path: Any) -> None:
    read(keeping, world)
    path = world.home / FOLDER / FILE
    aside = tmp_path / "aside"
    aside.write_bytes(path.read_bytes())
    path.unlink()
    try:
        assert count_hits(keeping, lambda: read(keeping, world)) == 0
        assert send(keeping, world, [{"kode": "63.05.01", "nama": "Tanpa"}]).status_code == 201
        assert "Tanpa" in read(keeping, world).text
    finally:
        get_cache(keeping).marks = Marks(world.home / FOLDER)


def test_marks_that_cannot_be_written_refuse_the_change(world: World, keeping: Server) -> None:
    """A change that readers may not learn of isn't made."""
    folder = world.home / FOLDER
    aside = world.home / "run-aside"
    folder.rename(aside)
    folder.write_text("in the way")
    try:
        (aside / FILE).unlink()
        refused = send(keeping, world, [{"kode": "63.05.01", "nama": "Ditolak"}])
        assert (refused.status_code, refused.json()["code"]) == (503, "SPLD21")
        assert "Ditolak" not in read(keeping, world).text
    finally:
        folder.unlink()
        aside.rename(folder)
        get_cache(keeping).marks = Marks(folder)


def test_memory_is_bounded_and_what_was_used_last_stays(world: World, tmp_path: Any) -> None:
    cache = Cache(Marks(tmp_path), 100_000)
    call: Any = type("Call", (), {"columns": (), "operators": (), "rows": 1, "dataset_version": 1})()
    for number in range(100):
        first, ticket = Ticket(("0",), 5), Ticket((str(number),), 5)
        cache.keep(ticket, call, Response(200, b"x" * 5000))
        assert cache.find(first) is not None
        assert cache.used_bytes <= 100_000
    assert 10 < len(cache._answers) < 20
    cache.keep(Ticket(("large",), 5), call, Response(200, b"x" * 50_000))
    assert cache.find(Ticket(("large",), 5)) is None
    cache.clear()
    assert (cache.used_bytes, cache.find(first)) == (0, None)


def test_without_memory_nothing_is_kept(world: World, server: Server) -> None:
    assert not get_cache(server).is_on
    assert count_hits(server, lambda: [read(server, world) for _ in range(3)]) == 0
    tag = read(server, world).headers["etag"]
    assert read(server, world, **{"If-None-Match": tag}).status_code == 304


def test_exchanges_on_several_machines_keep_nothing(world: World, keeping: Server) -> None:
    read(keeping, world)
    cache = get_cache(keeping)
    assert cache.is_alone  # as the last reload found
    cache.tell_alone(False)
    assert cache.used_bytes == 0
    assert count_hits(keeping, lambda: [read(keeping, world) for _ in range(3)]) == 0
    keeping.reload()
    assert count_hits(keeping, lambda: [read(keeping, world) for _ in range(2)]) == 1


def test_dataset_past_the_file_is_never_settled(tmp_path: Any) -> None:
    marks = Marks(tmp_path)
    assert marks.find_settled(SLOTS) is None
    marks.finish(SLOTS, marks.begin(SLOTS))
    assert marks.find_settled(SLOTS) is None
    number = marks.begin(7)
    assert marks.find_settled(7) is None
    marks.finish(7, number)
    assert Marks(tmp_path).find_settled(7) == number
