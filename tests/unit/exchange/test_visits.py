"""What is remembered of a caller is forgotten in time, and never serves another call."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from simpul.access.model import Grant, Key, Permission, Service
from simpul.exchange.http import Message, Request
from simpul.exchange.publications import Published, PublishedDataset, Snapshot
from simpul.exchange.rates import NO_LIMITS
from simpul.exchange.visits import KEPT_VISITS, Name, Visit, Visits, name_visit
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


def name(
    path: str = "/api/wilayah/v1/desa",
    headers: Mapping[str, str] = BEARER,
    client: str = "10.0.0.1",
    method: str = "GET",
) -> Name:
    return name_visit(Request(method, path, b"", headers, receive), client)


VISIT = Visit(KEY, PUBLISHED, DATASET, Permission(1, ("kode",), "", "read", "Perencanaan", None), NO_LIMITS, NOW, ENDS)


def make_snapshot() -> Snapshot:
    return Snapshot({}, {}, NOW)


def keep(visits: Visits, snapshot: Snapshot) -> None:
    visits.find(name(), snapshot, NOW)
    visits.keep(name(), snapshot, VISIT)


def test_decision_is_found_until_the_key_ends_and_not_a_moment_longer() -> None:
    visits, snapshot = Visits(), make_snapshot()
    keep(visits, snapshot)
    assert visits.find(name(), snapshot, ENDS - timedelta(microseconds=1)) is VISIT
    assert visits.find(name(), snapshot, ENDS) is None


def test_decision_is_not_found_before_it_came_about() -> None:
    visits, snapshot = Visits(), make_snapshot()
    keep(visits, snapshot)
    assert visits.find(name(), snapshot, NOW - timedelta(seconds=1)) is None


def test_new_snapshot_forgets_everything() -> None:
    visits, before, after = Visits(), make_snapshot(), make_snapshot()
    keep(visits, before)
    assert visits.find(name(), after, NOW) is None
    assert visits.find(name(), before, NOW) is None


def test_decision_of_an_older_snapshot_is_not_kept() -> None:
    visits, before, after = Visits(), make_snapshot(), make_snapshot()
    visits.find(name(), after, NOW)
    visits.keep(name(), before, VISIT)
    assert visits.find(name(), after, NOW) is None


@pytest.mark.parametrize(
    "other",
    [
        name(path="/api/wilayah/v1/desa/changes"),
        name(client="10.0.0.2"),
        name(method="POST"),
        name(headers={"authorization": "Bearer b"}),
        name(headers={}),
        name(headers={"x-api-key": "Bearer a"}),
        name(headers=BEARER | {"apikey": "b"}),
    ],
)
def test_other_call_has_another_name(other: Name) -> None:
    assert other != name()


def test_name_holds_no_key() -> None:
    assert "Bearer a" not in repr(name())


def test_memory_is_bounded() -> None:
    visits, snapshot = Visits(), make_snapshot()
    keep(visits, snapshot)
    for number in range(KEPT_VISITS):
        visits.keep(name(client=str(number)), snapshot, VISIT)
    assert visits.find(name(), snapshot, NOW) is None
