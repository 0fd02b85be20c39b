"""Pages that follow each other by a cursor: each row once, whatever the order and whatever comes and goes meanwhile."""

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from exchange_world import Server, World, add_grant

from simpul.query.parse import parse
from simpul.query.plan import Table, plan
from simpul.store.pools import connect

DESA = "/api/wilayah/v1/desa"
ROWS = 157
NEXT = re.compile(r'<([^>]+)>; rel="next"')
ORDERS = [
    "",
    "kode",
    "kode.desc",
    "nama",
    "nama.desc,kode",
    "jumlah",
    "jumlah.desc",
    "jumlah.nullsfirst",
    "jumlah.desc.nullslast,nama.desc",
    "nama.nullsfirst,jumlah.desc,kode.desc",
    "jumlah,jumlah.desc,nama",
    "diubah.desc,nama,jumlah.nullsfirst",
    "isi",
]


@pytest.fixture(scope="module")
def filled(world: World) -> World:
    """Give a world with rows of few different values, many of them null."""
    chance = random.Random(11)
    table = f'"{world.schema["live"]}"."desa"'
    world.execute(f"TRUNCATE {table}")
    for number in range(ROWS):
        values = [
            f"63.05.{chance.randrange(10**6):06}.{number:03}",
            chance.choice(["", "a", "B", "é", 'k"k', "a,b"]),
            chance.choice([None, "6305010101010001", "6305010101010002"]),
            chance.choice([None, 1, 2, 30]),
            chance.choice([None, "2026-01-01T00:00:00.000001Z", "2026-01-01T08:00:00+08:00"]),
            chance.choice([None, '{"a": 1}', '{"a": "ä"}', "[]"]),
        ]
        world.execute(
            f"INSERT INTO {table} (_version, _batch, kode, nama, nik_kades, jumlah, diubah, isi)"
            " VALUES (1, 0, %s, %s, %s, %s, %s, %s)",
            values,
        )
    return world


def follow(server: Server, world: World, query: str, *, who: str = "alice_live") -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of each page, followed by its Link until there is none."""
    target: str | None = f"{DESA}?{query}"
    while target:
        answer = server.get(target, world.keys[who])
        assert answer.status_code == 200, answer.text
        yield answer.json()
        found = NEXT.search(answer.headers.get("link", ""))
        target = found[1] if found else None


@pytest.mark.parametrize(
    ("limit", "order"), [(limit, order) for limit in (10, 53) for order in ORDERS] + [(1, "jumlah")]
)
def test_pages_give_each_row_once_in_its_order(filled: World, server: Server, limit: int, order: str) -> None:
    ordered = f"&order={order}" if order else ""
    whole = server.get(f"{DESA}?select=kode{ordered}", filled.keys["alice_live"]).json()
    pages = list(follow(server, filled, f"select=kode{ordered}&limit={limit}"))
    assert [row for page in pages for row in page] == whole
    assert {len(page) for page in pages[:-1]} == {limit}


def test_pages_stay_inside_filter_and_grant(filled: World, server: Server) -> None:
    filled.execute(f'UPDATE "{filled.schema["live"]}"."desa" SET kode = \'9\' || kode WHERE jumlah = 30')
    try:
        rows = [
            row
            for page in follow(server, filled, "order=nama.desc&limit=7&jumlah=not.is.null", who="bob_live")
            for row in page
        ]
        assert {row["jumlah"] for row in rows} == {1, 2}
        assert all(row["kode"].startswith("63.05") for row in rows)
        assert len(rows) == len({row["kode"] for row in rows}) > 40
    finally:
        filled.execute(f'UPDATE "{filled.schema["live"]}"."desa" SET kode = substr(kode, 2) WHERE jumlah = 30')


@pytest.mark.parametrize("order", ["", "kode", "nama.desc,jumlah.nullsfirst", "jumlah"])
def test_rows_that_were_there_all_the_time_come_once(filled: World, server: Server, order: str) -> None:
    """Between two pages others are added, removed and changed, before and behind the page."""
    chance, table = random.Random(order), f'"{filled.schema["live"]}"."desa"'
    filled.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
    stays = {kode for (kode,) in filled.execute(f"SELECT kode FROM {table}") if chance.random() < 0.5}
    seen: list[str] = []
    try:
        ordered = f"&order={order}" if order else ""
        for number, page in enumerate(follow(server, filled, f"select=kode{ordered}&limit=9")):
            seen += [row["kode"] for row in page]
            filled.execute(f"DELETE FROM {table} WHERE kode <> ALL(%s) AND random() < 0.2", [list(stays)])
            for new in range(3):
                filled.execute(
                    f"INSERT INTO {table} (_version, _batch, kode, nama, jumlah) VALUES (2, 0, %s, %s, %s)",
                    [
                        f"{chance.choice('06x')}.{order}.{number}.{new}",
                        chance.choice(["", "b", "z"]),
                        chance.choice([None, 2]),
                    ],
                )
            if number > 100:
                break
        assert len(seen) == len(set(seen))
        assert stays <= set(seen)
    finally:
        filled.execute(f"TRUNCATE {table}")
        columns = "_version, _batch, kode, nama, nik_kades, jumlah, diubah, isi"
        filled.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept ORDER BY _row")
        filled.execute("DROP TABLE kept")


def test_cursor_tells_nothing_and_fits_its_own_request_alone(filled: World, server: Server) -> None:
    alice, bob = filled.keys["alice_live"], filled.keys["bob_live"]

    def ask(query: str, key: Any = alice, path: str = DESA) -> Any:
        answer = server.get(f"{path}?{query}", key)
        return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else len(answer.json())

    link = server.get(f"{DESA}?order=nik_kades.desc&limit=5&select=kode", alice).headers["link"]
    found = NEXT.search(link)
    assert found is not None
    assert "6305010101" not in link
    cursor = found[1].split("after=")[1].split("&")[0]
    assert ask(f"order=nik_kades.desc&limit=5&after={cursor}") == (200, 5)
    for query in (
        f"order=nik_kades&limit=5&after={cursor}",
        f"order=nik_kades.desc&nama=eq.a&after={cursor}",
        f"order=nik_kades.desc&after={cursor[:-2]}",
        f"order=nik_kades.desc&after=A{cursor[1:]}",
        "order=nik_kades.desc&after=WzFd",
        "after=é",
        "after=*",
    ):
        assert ask(query) == (400, "SPLX50"), query
    assert ask(f"limit=5&after={cursor}", bob) == (400, "SPLX50")
    assert ask(f"order=nama&offset=2&after={server_cursor(server, alice)}") == (400, "PGRST100")
    assert ask("select=nama,count()&limit=1") == (200, 1)
    assert "link" not in server.get(f"{DESA}?select=nama,count()&limit=1", alice).headers
    assert "link" not in server.get(f"{DESA}?order=isi->a&limit=1", alice).headers


def server_cursor(server: Server, key: Any) -> str:
    """Return a cursor of the first two rows by name."""
    return str(
        server.get(f"{DESA}?order=nama&limit=2", key).headers["link"].split("after=")[1].split("&")[0].split(">")[0]
    )


def test_grant_that_changed_ends_its_cursors(filled: World, server: Server) -> None:
    cursor = server.get(f"{DESA}?limit=2", filled.keys["bob_live"]).headers["link"].split("after=")[1].split("&")[0]
    filled.execute("UPDATE data_grant SET row_filter = 'kode=like.63*' WHERE organization_id = 2")
    server.reload()
    try:
        assert server.get(f"{DESA}?after={cursor}", filled.keys["bob_live"]).json()["code"] == "SPLX50"
    finally:
        filled.execute("UPDATE data_grant SET row_filter = 'kode=like.63.05*' WHERE organization_id = 2")
        server.reload()


def test_masked_column_orders_by_its_mask(filled: World, server: Server) -> None:
    grant = add_grant(filled, "live/desa", 3, "pemanfaat", ["kode", "nama"], "kode=like.63*", ["read"])
    filled.execute('UPDATE data_grant SET masks = \'{"kode": "last4"}\' WHERE id = %s', [grant])
    server.reload()
    try:
        whole = server.get(f"{DESA}?order=kode.desc", filled.keys["charlie_live"]).json()
        pages = list(follow(server, filled, "order=kode.desc&limit=20", who="charlie_live"))
        assert [row for page in pages for row in page] == whole
        assert len(whole) == ROWS
        assert all(row["kode"].startswith("*") for row in whole)
    finally:
        filled.execute("DELETE FROM data_grant WHERE id = %s", [grant])
        server.reload()


def test_page_by_key_is_read_from_its_index(filled: World) -> None:
    """No sort, and no row before the cursor is looked at: a deep page costs what the first one costs."""
    schema, name = filled.schema["live"], "deep"
    filled.execute(f'CREATE TABLE "{schema}"."{name}" (_row bigint PRIMARY KEY, kode text NOT NULL, nama text)')
    filled.execute(
        f"INSERT INTO \"{schema}\".\"{name}\" SELECT n, lpad((n * 7919 %% 100000)::text, 6, '0'), 'x' FROM generate_series(1, %s) n",
        [20_000],
    )
    filled.execute(f'CREATE UNIQUE INDEX ON "{schema}"."{name}" (kode)')
    filled.execute(f'ANALYZE "{schema}"."{name}"')
    table = Table(schema, name, {"kode": "text", "nama": "text"}, (("kode",),), frozenset(["kode"]))
    for order, values in (("kode", ("090000",)), ("kode.desc", ("010000",)), ("", ("15000",))):
        query = parse([("order", order), ("limit", "50")], {})
        made = plan(query, table, ("kode", "nama"), after=values, is_followed=True)
        with connect(filled.database.owner_dsn) as connection:
            rows = connection.execute(("EXPLAIN (ANALYZE, BUFFERS) " + made.sql).encode(), made.parameters).fetchall()
        text = "\n".join(row[0] for row in rows)
        assert "Sort" not in text, text
        assert "Index Cond" in text, text
        assert "Rows Removed" not in text, text
    filled.execute(f'DROP TABLE "{schema}"."{name}"')
