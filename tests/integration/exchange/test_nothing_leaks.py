"""Whatever lies outside a grant, its consumer gets the same answers: the same bytes, statuses, counts, tags and errors.

The same questions are asked twice, and between the two everything that isn't granted changes: rows outside the row filter,
columns that aren't granted, what a `hidden` mask hides and what `last4` covers. The planner's statistics change with it.
"""

import random
from typing import Any

import pytest
from exchange_world import Server, World, build_world, wait_until

from simpul.store.launcher import Database
from simpul.store.sql import Jsonb

DESA = "/api/wilayah/v1/desa"
OWN = {
    "date",
    "evidence-id",
    "server-timing",
    "evidence-salt",
    "ratelimit",
    "ratelimit-policy",
    "changes-since",
    "link",
}
"""Headers that differ from call to call; places in pages and feed are encrypted anew each time."""
GRANTED = ["kode", "nama", "jumlah", "nik_kades", "isi"]
SECRET = ["diubah", "tidak_ada", "_row", "_version"]
SELECTS = [
    "", "*", "kode", "kode,nama", "kode,n:nik_kades", "nik_kades", "isi", "jumlah.sum()", "count()", "jumlah.avg()::integer",
    "nik_kades.max(),count()", "nama,count()", "isi.count()", "isi::json", "jumlah::smallint", "nik_kades,jumlah.max()",
]  # fmt: skip
FAILING = [
    "isi->luas", "isi->>luas", "diubah", "_row", "nik_kades::bigint", "nama::integer", "x:diubah::text", "diubah.max()",
]  # fmt: skip
OPERATORS = ["eq", "neq", "gt", "lt", "gte", "like", "ilike", "match", "imatch", "isdistinct", "plfts", "fts"]
VALUES = [
    "63.04.01", "63.05.01", "63.04*", "Rahasia", "999", "7", "6304010101010003", "6305010101010001", "*0001", "^63", "Jauh",
    "0", "", "*", "2026-01-01", "%5C", "a%5C", '{"luas": 12}', "99999999999999999999",
]  # fmt: skip
ORDERS = ["", "", "kode", "nik_kades.desc", "isi", "jumlah.nullsfirst", "nama,nik_kades", "diubah"]
WISHES = ["", "count=exact", "count=planned", "count=estimated"]
ACCEPTS = ["application/json", "text/csv", "application/x-ndjson", "application/vnd.pgrst.object+json"]


@pytest.fixture(scope="module")
def world(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a world in which Bob sees some columns and rows, one column masked whole and one in part."""
    made = build_world(database, tmp_path_factory.mktemp("hub"))
    made.execute(
        "UPDATE data_grant SET columns = %s, masks = %s WHERE organization_id = 2 AND dataset_id = %s",
        [GRANTED, Jsonb({"nik_kades": "last4", "isi": "hidden"}), made.datasets["live/desa"]],
    )
    yield made
    wait_until(made.is_left)


def make_questions(count: int) -> list[tuple[str, dict[str, str]]]:
    """Make questions at random, the same each time."""
    pick = random.Random(20261124)
    return [_make_question(pick) for _ in range(count)]


def _make_question(pick: random.Random) -> tuple[str, dict[str, str]]:
    parts = []
    if select := pick.choice(SELECTS if pick.random() < 0.8 else FAILING):
        parts.append(f"select={select}")
    parts += [_make_filter(pick) for _ in range(pick.choice([0, 1, 1, 2]))]
    if order := pick.choice(ORDERS):
        parts.append(f"order={order}")
    if pick.random() < 0.3:
        parts.append(f"limit={pick.choice([0, 1, 2, 50])}&offset={pick.choice([0, 1, 3, 4, 9])}")
    headers = {"Prefer": pick.choice(WISHES), "Accept": pick.choice([ACCEPTS[0], *ACCEPTS])}
    return "&".join(parts), {name: value for name, value in headers.items() if value}


def _make_filter(pick: random.Random) -> str:
    column = pick.choice(GRANTED) if pick.random() < 0.9 else pick.choice(SECRET)
    value, negation = pick.choice(VALUES), pick.choice(["", "", "not."])
    if column == "jumlah" and pick.random() < 0.8:
        return f"jumlah={negation}{pick.choice(['eq', 'neq', 'gt', 'lt', 'in'])}.{pick.choice(['7', '999', '(7,50)'])}"
    shape = pick.random()
    if shape < 0.2:
        other, second = pick.choice(GRANTED), pick.choice(VALUES)
        return f'{negation}or=({column}.{pick.choice(OPERATORS)}."{value}",{other}.eq."{second}")'
    if shape < 0.3:
        return f'{column}={negation}in.("{value}","{pick.choice(VALUES)}")'
    if shape < 0.4:
        return f"{column}={negation}is.{pick.choice(['null', 'not_null', 'true'])}"
    return f"{column}={negation}{pick.choice(OPERATORS)}.{value}"


def ask_all(server: Server, world: World, questions: list[tuple[str, dict[str, str]]]) -> list[Any]:
    answers = []
    for query, headers in questions:
        answer = server.get(f"{DESA}?{query}", world.keys["bob_live"], headers=headers)
        told = {name: value for name, value in answer.headers.items() if name not in OWN}
        answers.append((answer.status_code, answer.content, told))
    for path in (f"{DESA}/changes?since=1", "/api/wilayah/v1/", "/api/wilayah/v1/openapi.json"):
        answer = server.get(path, world.keys["bob_live"])
        answers.append((answer.status_code, answer.content, {}))
    return answers


def change_secrets(world: World) -> None:
    """Change everything that Bob wasn't granted, and nothing else."""
    table = f'"{world.schema["live"]}"."desa"'
    too_long = "(SELECT string_agg(md5(i::text), ' ') FROM generate_series(1, 40000) AS i)"
    for statement in (
        f"UPDATE {table} SET nama = {too_long}, jumlah = 7, isi = '[1]' WHERE kode = '63.04.01'",
        f"DELETE FROM {table} WHERE kode = '63.04.02'",
        f"INSERT INTO {table} (_version, _batch, kode, nama, jumlah) SELECT 1, 0, '63.04.' || i, 'Jauh' || i, i"
        " FROM generate_series(100, 400) AS i",
        f"UPDATE {table} SET diubah = '2020-02-02Z', isi = '\"bukan objek\"' WHERE kode LIKE '63.05%'",
        f"UPDATE {table} SET nik_kades = overlay(nik_kades placing '999999999999' from 1 for 12) WHERE kode LIKE '63.05%'",
        f"ANALYZE {table}",
    ):
        world.execute(statement)


def test_answers_are_the_same_whatever_is_not_granted(server: Server, world: World, long: bool) -> None:
    world.execute(f'ANALYZE "{world.schema["live"]}"."desa"')
    questions = make_questions(4000 if long else 200)
    before = ask_all(server, world, questions)
    statuses = [status for status, _, _ in before]
    assert min(statuses.count(200), statuses.count(400)) > len(questions) / 5
    seen_whole = server.get(f"{DESA}?order=kode", world.keys["alice_live"]).json()
    change_secrets(world)
    assert server.get(f"{DESA}?order=kode", world.keys["alice_live"]).json() != seen_whole
    after = ask_all(server, world, questions)
    different = [
        (question, one, other)
        for question, one, other in zip([*questions, ("", {}), ("", {}), ("", {})], before, after, strict=True)
        if one != other
    ]
    assert different == []


def test_unknown_and_ungranted_columns_are_refused_alike(server: Server, world: World) -> None:
    """Also in the order of two mistakes, and beside another one."""
    shapes = [
        "{}=eq.1&tidak_ada=eq.1", "select={},kode::integer", "order={}&nama=fts.((", "or=({}.eq.1,kode.like.a\\)",
        "select=a:{}.sum()", "{}->a->>b=eq.1", "limit=1&order={}.nullsfirst", "select={}::text&{}=is.null",
    ]  # fmt: skip
    for shape in shapes:
        told = {
            (answer.status_code, answer.text.replace(name, "x"))
            for name in ("diubah", "tiada", "_row", "ctid")
            for answer in [server.get(f"{DESA}?{shape.replace('{}', name)}", world.keys["bob_live"])]
        }
        assert len(told) == 1, shape
