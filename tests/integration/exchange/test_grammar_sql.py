"""The whole grammar's SQL on each PostgreSQL, against a table that has every kind of column."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simpul.exchange.errors import explain_sqlstate
from simpul.query.errors import QueryError
from simpul.query.fields import CASTS
from simpul.query.operators import LANGUAGES, OPERATORS
from simpul.query.parse import parse
from simpul.query.plan import Table, plan
from simpul.query.totals import read_estimate
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import Connection, errors

COLUMNS = {
    "id": "integer",
    "nama": "text",
    "tag": "text[]",
    "masa": "int4range",
    "isi": "jsonb",
    "lama": "json",
    "kata": "tsvector",
    "pada": "timestamp with time zone",
    "nilai": "numeric(8,2)",
}
TABLE = Table("semua", "jenis", COLUMNS)
ROWS = """
    (1, 'Pembangunan jalan desa', '{a,b}', '[1,5)', '{"a": {"b": [10, 20]}, "k": "x"}', '{"a": 1}', 'jalan:1', '2026-01-01Z', 1.5),
    (2, 'Membangun jembatan', '{b,c}', '[5,9)', '{"a": {"b": [30]}, "k": "y"}', NULL, 'sungai:1', '2026-01-02Z', 2.5),
    (3, 'Air bersih', '{}', '[20,30)', '{"k": "x"}', '{"a": "s"}', '', NULL, NULL)
"""


@pytest.fixture(scope="module")
def opened(each_major: Database) -> Iterator[Connection[Any]]:
    """Give a connection to each major with the table."""
    with connect(each_major.owner_dsn, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA semua")
        connection.execute("SET timezone = 'UTC'")
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        connection.execute(f"CREATE TABLE semua.jenis (_row bigint GENERATED ALWAYS AS IDENTITY, {columns})".encode())
        connection.execute(f"INSERT INTO semua.jenis ({', '.join(COLUMNS)}) VALUES {ROWS}".encode())
        yield connection


def fetch(connection: Connection[Any], *parameters: tuple[str, str], **headers: str) -> Any:
    planned = plan(parse(parameters, headers), TABLE, tuple(COLUMNS))
    row = connection.execute(planned.sql.encode(), planned.parameters).fetchone()
    assert row is not None
    return json.loads(row[0])


FOUND = [
    ("nama", "match.^Pem.*desa$", [1]),
    ("nama", "imatch.JALAN|AIR", [1, 3]),
    ("nama", "match(any).{^Air,batan$}", [2, 3]),
    ("nama", "not.imatch(all).{a,jalan}", [2, 3]),
    ("tag", "cs.{b}", [1, 2]),
    ("tag", "cd.{a,b,x}", [1, 3]),
    ("tag", "ov.{c,z}", [2]),
    ("isi", 'cs.{"k":"x"}', [1, 3]),
    ("isi->a->b", "cs.[30]", [2]),
    ("masa", "cs.[2,3)", [1]),
    ("masa", "sl.[10,11)", [1, 2]),
    ("masa", "sr.[9,12)", [3]),
    ("masa", "nxr.[2,7)", [1]),
    ("masa", "nxl.[5,6)", [2, 3]),
    ("masa", "adj.[9,20)", [2, 3]),
    ("masa", "ov.[4,6)", [1, 2]),
    ("nama", "plfts.bangun", [1, 2]),
    ("nama", "fts(simple).jalan&!air", [1]),
    ("nama", "phfts.jalan desa", [1]),
    ("nama", "wfts.jalan or bersih", [1, 3]),
    ("isi", "plfts(simple).y", [2]),
    ("kata", "fts(simple).sungai|jalan", [1, 2]),
    ("isi->a->b->>0", "eq.10", [1]),
    ("isi->a->b->-1", "eq.30", [2]),
    ("lama->>a", "eq.s", [3]),
    ("isi->>k", "in.(x,z)", [1, 3]),
    ("nilai", "isdistinct.1.5", [2, 3]),
    ("or", '(masa.adj."[9,20)",tag.cs.{a,b},nama.plfts(indonesian).jembatan)', [1, 2, 3]),
    ("and", "(not.or(id.eq.1,isi->>k.eq.y),nama.match.^A)", [3]),
    ("not.and", "(id.gt.1,nama.not.ilike(any).{air*,x})", [1, 3]),
]


@pytest.mark.parametrize(("name", "text", "ids"), FOUND)
def test_filter_finds_its_rows(opened: Connection[Any], name: str, text: str, ids: list[int]) -> None:
    assert [row["id"] for row in fetch(opened, ("select", "id"), (name, text))] == ids


def test_every_language_of_the_list_is_there(opened: Connection[Any]) -> None:
    known = {row[0] for row in opened.execute("SELECT cfgname FROM pg_ts_config")}
    assert known >= LANGUAGES


@pytest.mark.parametrize(
    ("select", "row"),
    [
        ("x:isi->a->b->>1", {"x": "20"}),
        ("isi->a->b", {"b": [10, 20]}),
        ("id::text,nilai::int", {"id": "1", "nilai": 2}),
        ("n:isi->a->b->0::int,pada::date", {"n": 10, "pada": "2026-01-01"}),
        ("id::float8,x:nama::varchar", {"id": 1, "x": "Pembangunan jalan desa"}),
        ("masa::text,tag::text", {"masa": "[1,5)", "tag": "{a,b}"}),
    ],
)
def test_select_casts_and_digs(opened: Connection[Any], select: str, row: dict[str, Any]) -> None:
    assert fetch(opened, ("select", select), ("id", "eq.1")) == [row]


@pytest.mark.parametrize(
    ("select", "more", "rows"),
    [
        ("count()", [], [{"count": 3}]),
        ("id.sum(),id.avg(),id.min(),id.max(),n:pada.count()", [],
         [{"sum": 6, "avg": 2.0, "min": 1, "max": 3, "n": 2}]),
        ("k:isi->>k,n:count()", [("order", "n.desc")], [{"k": "x", "n": 2}, {"k": "y", "n": 1}]),
        ("isi->>k,nilai.sum()", [("order", "isi->>k.desc")], [{"k": "y", "sum": 2.5}, {"k": "x", "sum": 1.5}]),
        ("t:nilai::int.sum()::text", [], [{"t": "5"}]),
        ("isi->a->b->0::int.max()", [], [{"max": 30}]),
        ("hari:pada::date,count()", [("order", "hari.desc.nullslast"), ("limit", "1")],
         [{"hari": "2026-01-02", "count": 1}]),
        ("count()", [("id", "gt.99")], [{"count": 0}]),
        ("id,count()", [("id", "gt.99")], []),
    ],
)  # fmt: skip
def test_aggregates_group_the_filtered_rows(
    opened: Connection[Any], select: str, more: list[tuple[str, str]], rows: list[dict[str, Any]]
) -> None:
    assert fetch(opened, ("select", select), *more) == rows


def test_order_digs_into_json_and_places_nulls(opened: Connection[Any]) -> None:
    def order(text: str) -> list[int]:
        return [row["id"] for row in fetch(opened, ("select", "id"), ("order", text))]

    assert order("isi->a->b->0.desc.nullslast") == [2, 1, 3]
    assert order("isi->a->b->>0.asc.nullsfirst") == [3, 1, 2]
    assert order("isi->>k.desc,nilai.desc.nullsfirst") == [2, 3, 1]


def test_order_goes_by_the_column_though_an_alias_has_its_name(opened: Connection[Any]) -> None:
    rows = fetch(opened, ("select", "nama:id"), ("order", "nama"))
    assert rows == [{"nama": 3}, {"nama": 2}, {"nama": 1}]


def test_nulls_are_stripped_from_rows_and_from_what_lies_in_them(opened: Connection[Any]) -> None:
    stripped = "application/vnd.pgrst.array+json;nulls=stripped"
    assert fetch(opened, ("select", "id,pada,lama"), ("id", "gt.1"), accept=stripped) == [
        {"id": 2, "pada": "2026-01-02T00:00:00+00:00"},
        {"id": 3, "lama": {"a": "s"}},
    ]


def test_planner_is_asked_with_the_same_parameters(opened: Connection[Any]) -> None:
    planned = plan(
        parse([("nama", "imatch.a"), ("isi->>k", "eq.x")], {"prefer": "count=planned"}), TABLE, ("nama", "isi")
    )
    row = opened.execute(planned.estimate.text.encode(), planned.estimate.values).fetchone()
    assert row is not None
    assert read_estimate(row[0], 2) >= 2


FIELDS = st.sampled_from([*COLUMNS, "isi->a", "isi->a->b->>0", "isi->>k", "lama->a"])
CASTED = st.builds("{}{}".format, FIELDS, st.sampled_from(["", "", *(f"::{cast}" for cast in sorted(CASTS))]))
SELECTED = st.builds(
    "{}{}".format, CASTED, st.sampled_from(["", ".sum()", ".avg()", ".min()", ".max()::text", ".count()"])
)
VALUES = st.sampled_from(
    ["1", "x", "{1}", "{a,b}", "[1,2)", "(2,1)", '{"a":1}', "[30]", "2026-01-01", "a&b", "!", "(", "*", "", "1e9999"]
)
WORDS = st.text("ab%*(){}[],'\"\\&|!<>: 1", max_size=6)
QUERIES = st.tuples(
    st.lists(SELECTED, min_size=1, max_size=2).map(",".join),
    FIELDS,
    st.builds("{}.{}".format, st.sampled_from(sorted(OPERATORS)), VALUES | WORDS),
    FIELDS,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(QUERIES)
def test_whatever_is_asked_is_answered_or_refused_as_the_callers_mistake(
    opened: Connection[Any], query: tuple[str, str, str, str]
) -> None:
    select, name, text, order = query
    try:
        fetch(opened, ("select", select), (name, text), ("order", order))
    except QueryError as error:
        status = error.status
    except errors.Error as error:
        status = explain_sqlstate(error.sqlstate).status
    else:
        status = 200
    assert status in {200, 400}
