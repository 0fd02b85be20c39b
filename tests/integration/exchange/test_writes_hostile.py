"""Whatever a write is sent: its values are stored to the letter, or it is refused as the caller's mistake."""

import json
from typing import Any

from exchange_world import Server, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DESA = "/sandbox/wilayah/v1/desa"
NASTY = [
    "'; DROP TABLE x; --",
    "%s",
    "%(a)s",
    "\\",
    '"',
    "{a}",
    "null",
    "\u202e",
    "é" * 9,
    "1) or (1=1",
    "\x00",
    "\ud800",
]
TEXTS = st.text(max_size=12) | st.sampled_from(NASTY)
NAMES = st.sampled_from(
    ["kode", "nama", "jumlah", "isi", "diubah", "nik_kades", "_row", "_version", "tableoid", "ctid"]
)
VALUES = (
    TEXTS | st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.just({"a": [1, {"b": "c"}]}) | st.just([])
)
PLAIN = st.fixed_dictionaries(
    {"kode": TEXTS | st.just("63.05.01"), "nama": TEXTS}, optional={"jumlah": VALUES, "isi": VALUES}
)
CHANGES = st.dictionaries(st.sampled_from(["nama", "jumlah", "isi"]), VALUES, max_size=2)
ROWS = PLAIN | st.dictionaries(NAMES | TEXTS, VALUES, max_size=4)
OPERATORS = st.sampled_from(["eq", "neq", "like", "in", "is", "match", "cs", "plfts", "not.gt", "eq(any)"])
FILTERS = st.tuples(
    st.sampled_from(["nama", "kode", "isi->>t", "jumlah", "isi"]),
    st.builds("{}.{}".format, OPERATORS, TEXTS | st.sampled_from(["(a,b)", "{a}", "null", "1"])),
)
OTHERS = st.tuples(st.sampled_from(["columns", "on_conflict", "select", "order"]), NAMES | TEXTS | st.just("kode,nama"))
TREES = st.tuples(st.sampled_from(["or", "and"]), TEXTS.map("(nama.eq.{})".format))
ANY = st.sampled_from(["POST", "PUT", "PATCH", "DELETE"])
REQUESTS = (
    st.tuples(st.just("POST"), st.lists(OTHERS, max_size=1), PLAIN | st.lists(PLAIN, max_size=2))
    | st.tuples(st.sampled_from(["PATCH", "DELETE"]), st.lists(FILTERS, min_size=1, max_size=2), CHANGES)
    | st.builds(lambda code: ("PUT", [("kode", f"eq.{code}")], {"kode": code, "nama": code}), TEXTS)
    | st.tuples(ANY, st.lists(OTHERS | FILTERS | TREES | st.tuples(TEXTS, TEXTS), max_size=3), ROWS | st.lists(ROWS))
)
PREFER = st.sampled_from(["", "resolution=merge-duplicates", "resolution=ignore-duplicates", "handling=strict"])
HARD = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def encode(parameters: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [
        (name.encode(errors="replace").decode(), text.encode(errors="replace").decode()) for name, text in parameters
    ]


@HARD
@given(sent=REQUESTS, prefer=PREFER)
def test_hostile_write_is_done_or_refused_as_the_callers_mistake(
    server: Server, world: World, sent: tuple[str, list[tuple[str, str]], Any], prefer: str
) -> None:
    method, parameters, rows = sent
    answer = server.call(
        method,
        DESA,
        world.keys["alice_test"],
        params=encode(parameters),
        content=json.dumps(rows).encode(),
        headers={"Content-Type": "application/json", "Prefer": f"{prefer}, tx=rollback, return=representation"},
    )
    assert answer.status_code in {200, 201, 400, 405, 409}
    if answer.status_code >= 400:
        told = answer.json()
        assert told["code"] not in {"SPLX99", "25P02", "XX000"}
        assert set(told) == {"code", "message", "details", "hint"}


@settings(HARD, max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip), TEXTS)
def test_stored_values_are_those_that_were_sent(server: Server, world: World, code: str, text: str) -> None:
    key, code = world.keys["alice_test"], f"x{code}"
    headers = {"Content-Type": "application/json", "Prefer": "return=representation"}
    row = {"kode": code, "nama": "x", "isi": {"t": text}}
    answer = server.call("POST", DESA, key, content=json.dumps(row).encode(), headers=headers)
    if any(char in text for char in ("\0", "\ud800")):
        assert (answer.status_code, answer.json()["code"]) == (400, "22P02")
        return
    if answer.status_code == 400:  # a control character, or what spreadsheets make of a number
        assert answer.json()["code"] in {"22P02", "23514", "22021"}
        return
    assert answer.status_code == 201
    assert [(one["kode"], one["isi"]) for one in answer.json()] == [(code, {"t": text})]
    only = {"kode": f"eq.{code}"}
    changed = server.call("PATCH", DESA, key, params=only, content=b'{"jumlah": 1}', headers=headers)
    assert [one["jumlah"] for one in changed.json()] == [1]
    gone = server.call("DELETE", DESA, key, params=only, headers=headers)
    assert [one["kode"] for one in gone.json()] == [code]
    assert world.execute(f'SELECT count(*) FROM "{world.schema["sandbox"]}"."desa"') == [(5,)]
