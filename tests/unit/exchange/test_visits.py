"""What is remembered of a caller is forgotten in time, and never serves another call."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from simpul.access.model import Grant, Key, Permission, Service
from simpul.exchange.call import Call
from simpul.exchange.http import Message, Request
from simpul.exchange.publications import Published, PublishedDataset, Snapshot
from simpul.exchange.visits import KEPT_VISITS, Name, Visits, name_visit
from simpul.query.plan import Table

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ENDS = NOW + timedelta(seconds=1)
KEY = Key("id", b"", "live", ENDS, None, 20, None, 2)
GRANT = Grant(1, 2, "pemanfaat", ("kode",), "", ("read",), "Perencanaan", date(2026, 1, 1))
DATASET = PublishedDataset(1, "desa", "Desa", "terbatas", Table("s", "t", {}, ()), {}, (GRANT,), {})
PUBLISHED = Published(
    1, "wilayah", 1, "live", {}, "Asia/Makassar", Service("live", "aktif", "Dinas Contoh"), {"desa": DATASET}
)
BEARER = {"authorization": "Bearer a"}


async def receive() -> Message:
    return {}


def make_call(
    path: str = "/api/wilayah/v1/desa", headers: Mapping[str, str] = BEARER, client: str = "10.0.0.1"
) -> Call:
    call = Call(Request("GET", path, b"", headers, receive), at=NOW, client=client)
    call.key, call.published, call.dataset = KEY, PUBLISHED, DATASET
    call.permission = Permission(1, ("kode",), "", "read", "Perencanaan", None)
    return call


def make_snapshot() -> Snapshot:
    return Snapshot({}, {}, NOW)


def keep(visits: Visits, snapshot: Snapshot) -> Name:
    call = make_call()
    name = name_visit(call, "GET")
    visits.find(snapshot, name, NOW)
    visits.keep(snapshot, name, call)
    return name


def test_outcome_is_found_until_the_key_ends_and_not_a_moment_longer() -> None:
    visits, snapshot = Visits(), make_snapshot()
    name = keep(visits, snapshot)
    last = visits.find(snapshot, name, ENDS - timedelta(microseconds=1))
    assert last is not None
    assert last.access.key is KEY
    assert visits.find(snapshot, name, ENDS) is None


def test_outcome_is_not_found_before_it_came_about() -> None:
    visits, snapshot = Visits(), make_snapshot()
    name = keep(visits, snapshot)
    assert visits.find(snapshot, name, NOW - timedelta(seconds=1)) is None


def test_new_snapshot_forgets_everything() -> None:
    visits, before, after = Visits(), make_snapshot(), make_snapshot()
    name = keep(visits, before)
    assert visits.find(after, name, NOW) is None
    assert visits.find(before, name, NOW) is None


def test_outcome_of_an_older_snapshot_is_not_kept() -> None:
    visits, before, after = Visits(), make_snapshot(), make_snapshot()
    name = keep(visits, after)
    visits.find(after, name, NOW)
    other = make_call(client="10.0.0.2")
    visits.keep(before, name_visit(other, "GET"), other)
    assert visits.find(after, name_visit(other, "GET"), NOW) is None


@pytest.mark.parametrize(
    "other",
    [
        make_call(path="/api/wilayah/v1/desa/changes"),
        make_call(client="10.0.0.2"),
        make_call(headers={"authorization": "Bearer b"}),
        make_call(headers={}),
        make_call(headers={"x-api-key": "Bearer a"}),
        make_call(headers=BEARER | {"apikey": "b"}),
    ],
)
def test_other_call_has_another_name(other: Call) -> None:
    assert name_visit(other, "GET") != name_visit(make_call(), "GET")
    assert name_visit(other, "POST") != name_visit(other, "GET")


def test_name_holds_no_key() -> None:
    assert "Bearer a" not in repr(name_visit(make_call(), "GET"))


def test_memory_is_bounded() -> None:
    visits, snapshot = Visits(), make_snapshot()
    name = keep(visits, snapshot)
    for number in range(KEPT_VISITS):
        call = make_call(client=str(number))
        visits.keep(snapshot, name_visit(call, "GET"), call)
    assert visits.find(snapshot, name, NOW) is None
