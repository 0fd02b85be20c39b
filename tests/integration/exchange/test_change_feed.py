"""The change feed: what each consumer sees of what the provider changed, and when it must start again."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from exchange_world import CONTRACT, Server, World, add_grant, build_world, list_records, wait_until

from simpul.contract.ddl import compile_ddl
from simpul.delivery.feed import purge_feeds
from simpul.exchange.changes import Page, collect_changes
from simpul.kernel.clock import now
from simpul.query.changes import END_OF_VERSION, Place, make_view
from simpul.query.filters import parse_row_filter
from simpul.store.datasets import create_dataset_tables, drop_dataset_tables
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import errors

DESA = "/api/wilayah/v1/desa"
CHANGES = f"{DESA}/changes"
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def world(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a world whose dataset is empty: all its rows come by deliveries. Charlie may read all but the key."""
    made = build_world(database, tmp_path_factory.mktemp("hub"))
    made.execute(f'DELETE FROM "{made.schema["live"]}".desa')
    add_grant(made, "live/desa", 3, "pemanfaat", ["nama", "jumlah"], "", ["read"])
    yield made
    wait_until(made.is_left)


@pytest.fixture
def version(server: Server, world: World) -> int:
    """Give the dataset two rows, one of them Bob's, and return its version then."""
    return send(server, world, [{"kode": "63.05.01", "nama": "a"}, {"kode": "63.04.01", "nama": "far"}], "replace")


def send(server: Server, world: World, rows: Rows, mode: str = "merge") -> int:
    path = f"{DESA}/batches?mode={mode}&confirm=delete"
    answer = server.call("POST", path, world.keys["alice_live"], json=rows)
    assert answer.status_code == 201, answer.text
    return int(answer.headers["dataset-version"])


def follow(server: Server, world: World, since: int | str, who: str = "bob", **more: Any) -> dict[str, Any]:
    answer = server.get(CHANGES, world.keys[f"{who}_live"], params={"since": since, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refuse(server: Server, world: World, since: int | str, who: str = "bob") -> tuple[int, str]:
    answer = server.get(CHANGES, world.keys[f"{who}_live"], params={"since": since})
    return answer.status_code, answer.json()["code"]


def tell(page: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    """Return (operation, key, name) of each change."""
    return [(one["op"], one["key"]["kode"], one["row"] and one["row"]["nama"]) for one in page["changes"]]


def test_changes_come_in_order_with_their_versions(server: Server, world: World, version: int) -> None:
    send(server, world, [{"kode": "63.05.02", "nama": "b", "jumlah": 7}])
    send(server, world, [{"kode": "63.05.02", "nama": "B", "jumlah": 7}])
    send(server, world, [{"kode": "63.05.01"}], "delete")
    page = follow(server, world, version)
    key = {"kode": "63.05.02"}
    assert page["changes"] == [
        {"op": "insert", "key": key, "row": {"kode": "63.05.02", "nama": "b", "jumlah": 7}, "version": version + 1},
        {"op": "update", "key": key, "row": {"kode": "63.05.02", "nama": "B", "jumlah": 7}, "version": version + 2},
        {"op": "delete", "key": {"kode": "63.05.01"}, "row": None, "version": version + 3},
    ]
    assert not page["more"]
    assert follow(server, world, page["next"])["changes"] == []


@pytest.mark.parametrize("header", ["dataset-version", "changes-since"])
def test_a_full_read_says_where_to_begin(server: Server, world: World, version: int, header: str) -> None:
    read = server.get(DESA, world.keys["bob_live"])
    assert read.headers["dataset-version"] == str(version)
    assert follow(server, world, read.headers[header])["changes"] == []
    send(server, world, [{"kode": "63.05.01", "nama": "A"}])
    assert tell(follow(server, world, read.headers[header])) == [("update", "63.05.01", "A")]


def test_changes_outside_the_grants_rows_leave_no_trace(server: Server, world: World, version: int) -> None:
    send(server, world, [{"kode": "63.04.01", "nama": "changed"}, {"kode": "63.04.02", "nama": "new"}])
    send(server, world, [{"kode": "63.04.02"}], "delete")
    assert follow(server, world, version)["changes"] == []


def test_a_change_of_other_columns_is_none(server: Server, world: World, version: int) -> None:
    send(server, world, [{"kode": "63.05.01", "nik_kades": "6305010101010001"}], "update")
    assert follow(server, world, version)["changes"] == []
    assert [one["op"] for one in follow(server, world, version, "alice")["changes"]] == ["update"]


def test_a_row_that_enters_or_leaves_the_filter_comes_and_goes(server: Server, world: World) -> None:
    [(grant_id,)] = world.execute("SELECT id FROM data_grant WHERE organization_id = 2 AND dataset_id = %s", [
        world.datasets["live/desa"]
    ])  # fmt: skip
    since = send(server, world, [{"kode": "1", "nama": "a", "jumlah": 5}], "replace")
    world.execute("UPDATE data_grant SET row_filter = 'jumlah=gt.10' WHERE id = %s", [grant_id])
    server.reload()
    try:
        for count in (20, 30, 7, None):
            send(server, world, [{"kode": "1", "nama": "a", "jumlah": count}])
        assert [one["op"] for one in follow(server, world, since)["changes"]] == ["insert", "update", "delete"]
    finally:
        world.execute("UPDATE data_grant SET row_filter = 'kode=like.63.05*' WHERE id = %s", [grant_id])
        server.reload()


def test_without_the_key_the_row_as_it_was_stands_for_it(server: Server, world: World, version: int) -> None:
    send(server, world, [{"kode": "63.05.01", "nama": "A"}])
    send(server, world, [{"kode": "63.04.01"}], "delete")
    assert follow(server, world, version, "charlie")["changes"] == [
        {"op": "update", "key": None, "row": {"nama": "A", "jumlah": None}, "was": {"nama": "a", "jumlah": None}, "version": version + 1},
        {"op": "delete", "key": None, "row": None, "was": {"nama": "far", "jumlah": None}, "version": version + 2},
    ]  # fmt: skip


def test_masked_columns_are_masks_in_the_feed_too(server: Server, world: World, version: int) -> None:
    world.execute('UPDATE data_grant SET masks = \'{"nama": "last4"}\' WHERE organization_id = 3')
    server.reload()
    try:
        send(server, world, [{"kode": "63.05.09", "nama": "Rahasia Sekali"}])
        [change] = follow(server, world, version, "charlie")["changes"]
        assert change["row"]["nama"] == "**********kali"
        send(server, world, [{"kode": "63.05.09", "nama": "Rekayasa Dekali"[:10] + "kali"}])
        assert len(follow(server, world, version, "charlie")["changes"]) == 1  # the same mask: nothing changed
    finally:
        world.execute("UPDATE data_grant SET masks = '{}' WHERE organization_id = 3")
        server.reload()


def test_pages_of_any_size_give_the_same_changes(server: Server, world: World, version: int) -> None:
    send(server, world, [{"kode": f"63.05.{n}", "nama": "x"} for n in range(100, 125)])
    send(server, world, [{"kode": f"63.05.{n}", "nama": "y"} for n in range(100, 110)])
    whole = follow(server, world, version)["changes"]
    found, place, more = [], str(version), True
    while more:
        page = follow(server, world, place, limit=4)
        assert len(page["changes"]) == 4 or not page["more"]
        found += page["changes"]
        place, more = page["next"], page["more"]
    assert found == whole
    assert len(whole) == 35


@pytest.mark.parametrize(("entries", "seconds"), [(1, 60.0), (7, 60.0), (5, 0.0)])
def test_a_feed_of_many_hidden_changes_is_passed_in_steps(
    server: Server, world: World, version: int, entries: int, seconds: float
) -> None:
    for number in range(3):
        send(server, world, [{"kode": f"63.04.{n}", "nama": f"{number}"} for n in range(20)])
        send(server, world, [{"kode": f"63.05.{n}", "nama": f"{number}"} for n in range(2)])
    hub = server.exchange.hub
    assert hub is not None
    dataset = hub.get_snapshot().get_publication("live", "wilayah", 1).get_dataset("desa")
    columns = dataset.table.columns
    view = make_view(dataset.table, "desa$changes", columns, parse_row_filter("kode=like.63.05*"), {}, ["kode"])

    async def collect(place: Place, limit: int, **more: Any) -> Page:
        async with hub.readers.connection() as connection:
            return await collect_changes(connection, view, dataset.dataset_id, place, limit, **more)

    whole = server.run(collect(Place(version, END_OF_VERSION), 100))
    assert len(whole.changes) == 6
    found, place, more, turns = [], Place(version, END_OF_VERSION), True, 0
    while more:
        page = server.run(collect(place, 4, entries_at_once=entries, seconds=seconds))
        assert page.next > place
        found += page.changes
        place, more, turns = page.next, page.more, turns + 1
    assert found == whole.changes
    assert turns == (14 if seconds == 0 else 2)  # 66 entries by 5, or pages of 4 changes


def test_ndjson_ends_with_the_place_to_go_on(server: Server, world: World, version: int) -> None:
    send(server, world, [{"kode": "63.05.07", "nama": "baru\nsekali"}])
    headers = {"Accept": "application/x-ndjson"}
    answer = server.get(f"{CHANGES}?since={version}", world.keys["bob_live"], headers=headers)
    assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [sorted(line) for line in lines] == [["key", "op", "row", "version"], ["more", "next"]]
    link = answer.headers["link"].partition(">")[0].removeprefix("<")
    assert server.get(link, world.keys["bob_live"]).json()["changes"] == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "PGRST100"),
        ("since=1&since=2", 400, "PGRST100"),
        ("since=1&select=nama", 400, "PGRST100"),
        ("since=1&limit=0", 416, "PGRST103"),
        ("since=1&limit=x", 416, "PGRST103"),
        ("since=zzz", 410, "SPLX41"),
        ("since=99999999999", 410, "SPLX40"),
        ("since=-1", 410, "SPLX41"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    server: Server, world: World, query: str, status: int, code: str
) -> None:
    answer = server.get(f"{CHANGES}?{query}", world.keys["bob_live"])
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nobody_follows_without_a_grant_or_as_csv(server: Server, world: World, version: int) -> None:
    assert server.get(f"{CHANGES}?since=1").status_code == 401
    assert server.get("/api/wilayah/v1/rahasia/changes?since=0", world.keys["bob_live"]).status_code == 403
    csv = server.get(f"{CHANGES}?since={version}", world.keys["bob_live"], headers={"Accept": "text/csv"})
    assert csv.json()["code"] == "PGRST107"


def test_a_place_is_its_owners_and_its_grants_alone(server: Server, world: World, version: int) -> None:
    place = server.get(DESA, world.keys["bob_live"]).headers["changes-since"]
    assert follow(server, world, place)["changes"] == []
    assert refuse(server, world, place, "alice") == (410, "SPLX41")
    assert refuse(server, world, place[:-4] + "AAAA") == (410, "SPLX41")
    grant = "UPDATE data_grant SET columns = %s WHERE organization_id = 2"
    world.execute(grant, [["kode", "nama"]])
    server.reload()
    try:
        assert refuse(server, world, place) == (410, "SPLX41")
    finally:
        world.execute(grant, [["kode", "nama", "jumlah"]])
        server.reload()
    assert follow(server, world, place)["changes"] == []


def test_a_place_does_not_tell_how_much_it_passed(server: Server, world: World, version: int) -> None:
    lengths = {len(follow(server, world, version)["next"])}
    send(server, world, [{"kode": f"63.04.{n}", "nama": "x"} for n in range(200)])
    lengths.add(len(follow(server, world, version)["next"]))
    assert len(lengths) == 1


def test_changes_are_purged_after_ninety_days_and_never_before(server: Server, world: World, version: int) -> None:
    later = send(server, world, [{"kode": "63.05.02", "nama": "b"}])
    last = send(server, world, [{"kode": "63.05.02", "nama": "B"}])
    age = "UPDATE batch SET finished_at = %s WHERE dataset_id = %s AND dataset_version <= %s"
    world.execute(age, [now() - timedelta(days=92), world.datasets["live/desa"], later])
    with connect(world.database.dsn("worker"), autocommit=True) as connection:
        assert purge_feeds(connection) > 0
        assert purge_feeds(connection) == 0
    assert refuse(server, world, version) == (410, "SPLX40")
    assert tell(follow(server, world, later)) == [("update", "63.05.02", "B")]
    assert follow(server, world, last)["changes"] == []


def test_a_table_made_anew_lets_followers_start_again(server: Server, world: World) -> None:
    schema, path = world.schema["sandbox"], "/sandbox/wilayah/v1/desa"
    sent = server.call("POST", f"{path}/batches", world.keys["alice_test"], json=[{"kode": "63.05.09", "nama": "x"}])
    before = sent.json()["dataset_version"]
    _make_anew(world, schema)
    gone = server.get(f"{path}/changes?since={before}", world.keys["bob_test"])
    assert (gone.status_code, gone.json()["code"]) == (410, "SPLX40")
    read = server.get(path, world.keys["bob_test"])
    assert int(read.headers["dataset-version"]) > before
    again = server.get(f"{path}/changes?since={read.headers['dataset-version']}", world.keys["bob_test"])
    assert again.json()["changes"] == []


def _make_anew(world: World, schema: str) -> None:

    with connect(world.database.dsn("worker")) as connection:
        drop_dataset_tables(connection, schema)
        create_dataset_tables(connection, compile_ddl(CONTRACT, "sandbox"))


@pytest.mark.parametrize("role", ["exchange", "portal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET version = 0", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_plane_can_change_what_was_noted(world: World, role: str, statement: str) -> None:
    with connect(world.database.dsn(role)) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.format(f'"{world.schema["live"]}"."desa$changes"').encode())


def test_following_leaves_evidence_of_a_read(server: Server, world: World, version: int) -> None:
    answer = server.get(f"{CHANGES}?since={version}", world.keys["bob_live"])
    server.flush()
    record = next(one for one in list_records(world) if one["uid"] == answer.headers["evidence-id"])
    assert (record["operation"], record["operators"], record["rows"]) == ("read", ["changes"], 0)
    assert (record["columns"], record["dataset_version"]) == (["jumlah", "kode", "nama"], version)


def test_a_batch_says_what_is_done_with_known_and_absent_rows(server: Server, world: World, version: int) -> None:
    key, rows = world.keys["alice_live"], [{"kode": "63.05.01", "nama": "a"}]
    unconfirmed = server.call("POST", f"{DESA}/batches?mode=replace", key, json=rows)
    assert (unconfirmed.status_code, unconfirmed.json()["code"]) == (422, "SPL625")
    wrong = server.call("POST", f"{DESA}/batches?mode=upsert", key, json=rows)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "PGRST100")
    done = server.call("POST", f"{DESA}/batches?mode=replace&confirm=delete", key, json=rows)
    assert (done.json()["deleted"], done.json()["mode"]) == (1, "replace")
    records = list_records(world)
    assert [one["operators"] for one in records if one["uid"] == done.headers["evidence-id"]] == [["replace"]]


def test_an_idempotency_key_is_of_one_mode(server: Server, world: World, version: int) -> None:
    key, rows = world.keys["alice_live"], [{"kode": "63.05.01", "nama": "a"}]
    headers = {"Idempotency-Key": f"once-{version}"}
    assert server.call("POST", f"{DESA}/batches", key, json=rows, headers=headers).status_code == 201
    again = server.call("POST", f"{DESA}/batches?mode=delete", key, json=rows, headers=headers)
    assert (again.status_code, again.json()["code"]) == (422, "SPL621")
