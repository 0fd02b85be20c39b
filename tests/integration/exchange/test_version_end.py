"""What a version's life, a pause, an address and late data do to calls: refusals with their cause, and headers."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from exchange_world import Server, World, add_grant

from simpul.kernel.clock import ZONE, local, now
from simpul.store.sql import Jsonb

DESA = "/api/wilayah/v1/desa"
OFFICE = "Dinas Kominfo (contoh)"


def ask(server: Server, world: World, who: str = "bob_live", path: str = f"{DESA}?limit=1", **headers: str) -> Any:
    return server.get(path, world.keys[who], headers=headers)


@pytest.fixture(autouse=True)
def calm(server: Server, world: World) -> Iterator[None]:
    """Undo what a test did to publications, grants and pauses."""
    yield
    world.execute("DELETE FROM access_pause")
    world.execute(
        "UPDATE publication SET state = 'aktif', deprecated_at = NULL, sunset_on = NULL, successor_id = NULL"
        " WHERE stage = 'live'"
    )
    world.execute("DELETE FROM publication WHERE major = 2")
    world.execute("UPDATE data_grant SET addresses = '{}'")
    server.reload()


def change(server: Server, world: World, statement: str, values: Any = None) -> None:
    world.execute(statement, values)
    server.reload()


def pause(server: Server, world: World, **what: Any) -> None:
    values = [what.get(name) for name in ("publication", "organization", "application")]
    change(
        server,
        world,
        "INSERT INTO access_pause (publication_id, organization_id, application_id, office, reason, paused_by_id, paused_at)"
        " VALUES (%s, %s, %s, %s, 'Rahasia kantor', 1, '2026-11-24 10:00+08')",
        [*values, OFFICE],
    )


def get_live(world: World) -> int:
    return int(world.execute("SELECT id FROM publication WHERE stage = 'live' AND major = 1")[0][0])


@pytest.fixture(scope="module", autouse=True)
def loose(world: World) -> None:
    """Let pauses stand without the rows of people that they name."""
    for (name,) in world.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'access_pause'::regclass"
    ):
        world.execute(f'ALTER TABLE access_pause DROP CONSTRAINT "{name}"')


@pytest.mark.parametrize(
    ("what", "status", "code", "others"),
    [
        ({"publication": True}, 503, "SPLA24", 503),
        ({"publication": True, "organization": 2}, 403, "SPLA19", 200),
        ({"application": 20}, 403, "SPLA20", 200),
    ],
)
def test_pause_names_the_office_and_stops_only_what_is_paused(
    server: Server, world: World, what: dict[str, Any], status: int, code: str, others: int
) -> None:
    pause(server, world, **{**what, **({"publication": get_live(world)} if "publication" in what else {})})
    for path in (f"{DESA}?limit=1", "/api/wilayah/v1/", "/api/wilayah/v1/openapi.json"):
        answer = ask(server, world, path=path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert f"{OFFICE} sejak 2026-11-24 10:00 WITA" in answer.json()["message"]
        assert "Rahasia kantor" not in answer.text
    assert ask(server, world, "alice_live").status_code == others
    # The sandbox is another publication; an application is stopped there too.
    sandbox = ask(server, world, "bob_test", "/sandbox/wilayah/v1/desa?limit=1").status_code
    assert sandbox == (403 if "application" in what else 200)


def test_paused_service_says_when_to_try_again(server: Server, world: World) -> None:
    pause(server, world, publication=get_live(world))
    assert ask(server, world).headers["retry-after"] == "300"


def test_pause_and_resuming_are_known_within_two_seconds(server: Server, world: World) -> None:
    world.execute(
        "INSERT INTO access_pause (publication_id, office, reason, paused_by_id, paused_at) VALUES (%s, %s, 'x', 1, now())",
        [get_live(world), OFFICE],
    )
    wait(server, world, 503)
    world.execute("UPDATE access_pause SET resumed_at = now(), resumed_by_id = 1")
    wait(server, world, 200)


def wait(server: Server, world: World, status: int) -> None:
    until = now() + timedelta(seconds=2)
    while ask(server, world).status_code != status:
        assert now() < until


@pytest.mark.parametrize("addresses", [["10.1.2.3"], ["10.1.0.0/16", "2001:db8::/32"], ["tidak-terbaca"]])
def test_call_from_elsewhere_is_told_its_address_and_whom_to_ask(
    server: Server, world: World, addresses: list[str]
) -> None:
    change(server, world, "UPDATE data_grant SET addresses = %s WHERE organization_id = 2", [addresses])
    answer = ask(server, world, **{"X-Forwarded-For": "10.1.2.3"})
    assert (answer.status_code, answer.json()["code"]) == (403, "SPLA18")
    assert "127.0.0.1" in answer.json()["message"]
    assert "Dinas Contoh" in answer.json()["hint"]
    assert ask(server, world, path="/api/wilayah/v1/").json()["datasets"] == []
    assert ask(server, world, "alice_live").status_code == 200


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [
        ("10.1.2.3", 200),
        ("6.6.6.6, 10.1.2.3", 200),
        ("10.1.2.3:4711", 200),
        ("10.1.2.3, 6.6.6.6", 403),
        ("10.1.2.3, <script>", 403),
        ("", 403),
    ],
)
def test_behind_the_hubs_proxy_only_the_last_forwarded_address_counts(
    server: Server, world: World, forwarded: str, status: int
) -> None:
    hub = server.exchange.hub
    assert hub is not None
    change(server, world, "UPDATE data_grant SET addresses = '{10.1.2.0/24}' WHERE organization_id = 2")
    plain, hub.setup = hub.setup, dataclasses.replace(hub.setup, trusted_proxy=True)
    try:
        answer = ask(server, world, **{"X-Forwarded-For": forwarded})
    finally:
        hub.setup = plain
    assert answer.status_code == status
    assert "script" not in answer.text


def test_deprecated_version_tells_its_end_and_its_successor(server: Server, world: World) -> None:
    [(successor,)] = world.execute(
        "INSERT INTO publication (contract_version_id, context, major, stage, state, compiled, problem, created_at,"
        " updated_at) VALUES (1, 'wilayah', 2, 'live', 'aktif', '{}', '', now(), now()) RETURNING id"
    )
    change(
        server,
        world,
        "UPDATE publication SET state = 'usang', deprecated_at = '2026-11-01 00:00Z', sunset_on = '2026-12-31',"
        " successor_id = %s WHERE stage = 'live' AND major = 1",
        [successor],
    )
    for path in (DESA, f"{DESA}?limit=1", "/api/wilayah/v1/"):
        headers = ask(server, world, path=path).headers
        assert headers["deprecation"] == f"@{int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())}"
        assert parsedate_to_datetime(headers["sunset"]) == datetime(2027, 1, 1, tzinfo=ZONE)
        assert '<http://exchange.test/api/wilayah/v2>; rel="successor-version"' in headers["link"]
    document = ask(server, world, path="/api/wilayah/v1/openapi.json").json()
    assert document["paths"]["/desa"]["get"]["deprecated"] is True
    for name in ("deprecation", "sunset", "link", "dataset-late"):
        assert name in ask(server, world).headers["access-control-expose-headers"].lower()
    change(server, world, "UPDATE publication SET state = 'pensiun' WHERE stage = 'live' AND major = 1")
    answer = ask(server, world)
    assert (answer.status_code, answer.json()["code"]) == (410, "SPLA23")
    assert "/api/wilayah/v2" in answer.json()["hint"]
    change(server, world, "UPDATE publication SET successor_id = NULL WHERE stage = 'live' AND major = 1")
    assert ask(server, world).json()["code"] == "SPLA21"


def test_version_in_its_prime_tells_no_end(server: Server, world: World) -> None:
    assert not {"deprecation", "sunset", "dataset-late"} & set(ask(server, world).headers)
    assert "deprecated" not in ask(server, world, path="/api/wilayah/v1/openapi.json").json()["paths"]["/desa"]["get"]


@pytest.fixture
def schedule(server: Server, world: World) -> Iterator[Any]:
    """Give a function that makes the live dataset due daily, delivered some days ago."""
    [(compiled,)] = world.execute("SELECT compiled FROM publication WHERE stage = 'live' AND major = 1")

    def make(days_ago: float, **facts: str) -> None:
        model = {**compiled["datasets"]["desa"]["model"], "frequency": "harian", **facts}
        changed = {
            **compiled,
            "datasets": {**compiled["datasets"], "desa": {**compiled["datasets"]["desa"], "model": model}},
        }
        world.execute("UPDATE publication SET compiled = %s WHERE stage = 'live' AND major = 1", [Jsonb(changed)])
        change(
            server,
            world,
            "UPDATE dataset SET delivered_at = %s WHERE id = %s",
            [now() - timedelta(days=days_ago), world.datasets["live/desa"]],
        )

    yield make
    world.execute("UPDATE dataset SET delivered_at = NULL")
    change(server, world, "UPDATE publication SET compiled = %s WHERE stage = 'live' AND major = 1", [Jsonb(compiled)])


def test_late_data_are_served_with_a_word_of_it(server: Server, world: World, schedule: Any) -> None:
    schedule(3)
    answer = ask(server, world)
    due = datetime.fromtimestamp(int(answer.headers["dataset-late"].removeprefix("@")), UTC)
    assert answer.status_code == 200
    assert abs(due - (now() - timedelta(days=2))) < timedelta(minutes=1)
    schedule(0.5)
    assert "dataset-late" not in ask(server, world).headers


def test_contract_may_forbid_reading_late_data(server: Server, world: World, schedule: Any) -> None:
    schedule(3, when_late="tolak")
    answer = ask(server, world)
    assert (answer.status_code, answer.json()["code"]) == (503, "SPLA25")
    assert local(now() - timedelta(days=2)).date().isoformat() in answer.json()["message"]
    assert "Dinas Contoh" in answer.json()["hint"]
    assert ask(server, world, "alice_live").status_code == 200
    # Delivered just now, while the snapshot still holds the old time.
    world.execute("UPDATE dataset SET delivered_at = now() WHERE id = %s", [world.datasets["live/desa"]])
    assert ask(server, world).status_code == 200


def test_fingerprint_changes_with_all_that_shapes_a_grants_answers(server: Server, world: World) -> None:
    def read() -> tuple[str, str]:
        assert server.exchange.hub is not None
        server.reload()
        dataset = server.exchange.hub.get_snapshot().get_publication("live", "wilayah", 1).get_dataset("desa")
        [grant] = [one for one in dataset.grants if one.organization_id == 2]
        return grant.fingerprint, grant.shape

    seen = [read()]
    assert read() == seen[0]
    for column, changed, restored in (
        ("masks", """'{"nama": "hidden"}'""", "'{}'"),
        ("row_filter", "'kode=like.63.0*'", "'kode=like.63.05*'"),
        ("columns", "'{kode}'", "'{kode,nama,jumlah}'"),
    ):
        world.execute(f"UPDATE data_grant SET {column} = {changed} WHERE organization_id = 2")
        seen.append(read())
        world.execute(f"UPDATE data_grant SET {column} = {restored} WHERE organization_id = 2")
    assert len({fingerprint for fingerprint, _ in seen}) == len({shape for _, shape in seen}) == 4
    world.execute("UPDATE publication SET compiled = compiled WHERE stage = 'live' AND major = 1")
    fingerprint, shape = read()
    assert fingerprint != seen[0][0]
    assert shape == seen[0][1]
    twin = add_grant(world, "live/desa", 2, "pemanfaat", ["kode", "nama", "jumlah"], "kode=like.63.05*", ["read"])
    server.reload()
    assert server.exchange.hub is not None
    grants = server.exchange.hub.get_snapshot().get_publication("live", "wilayah", 1).get_dataset("desa").grants
    assert {one.shape for one in grants if one.organization_id == 2} == {shape}
    assert len({one.fingerprint for one in grants if one.organization_id == 2}) == 2
    world.execute("DELETE FROM data_grant WHERE id = %s", [twin])


def test_only_what_changed_is_built_anew(server: Server, world: World) -> None:
    assert server.exchange.hub is not None
    before = server.exchange.hub.get_snapshot()
    change(
        server,
        world,
        "UPDATE data_grant SET purpose = 'Lain' WHERE organization_id = 2 AND dataset_id = %s",
        [world.datasets["live/desa"]],
    )
    after = server.exchange.hub.get_snapshot()
    sandbox, live = ("sandbox", "wilayah", 1), ("live", "wilayah", 1)
    assert after.publications[sandbox] is before.publications[sandbox]  # type: ignore[index]
    assert after.publications[live] is not before.publications[live]  # type: ignore[index]
    assert after.publications[live].compiled is not None  # type: ignore[index]
