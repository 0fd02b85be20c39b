"""How a writing request is read, and that nothing of it reaches the SQL but names of the contract."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_plan import ACCEPTS, GRANTED, NAMES, OPERATIONS, SELECTS, TABLE, TEXTS, TREES, list_strange_words

from simpul.query.errors import QueryError
from simpul.query.filters import parse_row_filter
from simpul.query.fragment import Fragment
from simpul.query.plan import choose_rows, plan
from simpul.query.write import APPLIED, Write, parse_names, parse_write
from simpul.query.written import (
    count_kept,
    find_kept_outside,
    find_known_outside,
    find_last_row,
    keep_rows,
    name_written,
)

FILTER = ("kode", "eq.63.05")


def read(method: str, *parameters: tuple[str, str], **headers: str) -> Write:
    return parse_write(method, parameters, headers)


def refuse(method: str, *parameters: tuple[str, str], **headers: str) -> str:
    with pytest.raises(QueryError) as caught:
        read(method, *parameters, **headers)
    return caught.value.code


def test_plain_insert_answers_with_nothing() -> None:
    made = read("POST")
    assert (made.verb, made.resolution, made.returned, made.columns, made.is_trial) == (
        "insert",
        "",
        "minimal",
        None,
        False,
    )
    assert made.applied == ()


def test_every_preference_of_a_write_is_read_and_told_in_one_order() -> None:
    prefer = (
        "timezone=Asia/Jakarta, tx=rollback, count=exact, return=representation, missing=default, "
        "resolution=ignore-duplicates, max-affected=3, handling=strict"
    )
    made = read("POST", ("columns", "kode, nama"), ("on_conflict", "kode"), prefer=prefer)
    assert (made.resolution, made.returned, made.is_trial, made.most_affected) == (
        "ignore-duplicates", "representation", True, 3,
    )  # fmt: skip
    assert (made.answered.count, made.answered.zone, made.columns, made.on_conflict) == (
        "exact", "Asia/Jakarta", ("kode", "nama"), ("kode",),
    )  # fmt: skip
    assert [one.partition("=")[0] for one in made.applied] == list(APPLIED)


def test_preferences_that_mean_nothing_are_not_told() -> None:
    prefer = "resolution=merge-duplicates, max-affected=1, missing=default"
    assert read("DELETE", FILTER, prefer=prefer).applied == ()
    assert read("PATCH", FILTER, prefer=prefer).applied == ("missing=default",)
    assert read("PATCH", FILTER, prefer=prefer).most_affected is None


@pytest.mark.parametrize(
    ("method", "parameters", "code"),
    [
        ("PATCH", [], "21000"),
        ("DELETE", [("select", "kode")], "21000"),
        ("PUT", [], "PGRST105"),
        ("PUT", [FILTER, ("limit", "1")], "PGRST114"),
        ("PATCH", [FILTER, ("limit", "1")], "PGRST127"),
        ("DELETE", [FILTER, ("offset", "1")], "PGRST127"),
        ("POST", [FILTER], "PGRST100"),
        ("POST", [("columns", "kode,")], "PGRST100"),
        ("POST", [("columns", "1kode")], "PGRST100"),
        ("POST", [("columns", "kode"), ("columns", "nama")], "PGRST100"),
        ("POST", [("on_conflict", "kode)")], "PGRST100"),
        ("POST", [("since", "1")], "PGRST127"),
        ("PATCH", [("kode", "eq.\0")], "PGRST100"),
        ("POST", [("limit", "-1")], "PGRST103"),
    ],
)
def test_request_that_says_nothing_clear_is_refused(method: str, parameters: list[tuple[str, str]], code: str) -> None:
    assert refuse(method, *parameters) == code


def test_strict_handling_refuses_unknown_preferences() -> None:
    assert refuse("POST", prefer="handling=strict, return=all") == "PGRST122"
    assert read("POST", prefer="return=all").returned == "minimal"


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5))
def test_quoted_names_are_read_back_whole(names: list[str]) -> None:
    text = ",".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names)
    assert parse_names("columns", text) == tuple(dict.fromkeys(names))


METHODS = st.sampled_from(["POST", "PUT", "PATCH", "DELETE"])
PARAMETERS = st.lists(
    st.tuples(NAMES, OPERATIONS | TREES)
    | st.tuples(st.just("select"), SELECTS | NAMES)
    | st.tuples(st.just("order"), NAMES)
    | st.tuples(st.sampled_from(["columns", "on_conflict"]), NAMES | TEXTS.map('kode,"{}"'.format))
    | st.tuples(st.sampled_from(["limit", "after"]), TEXTS),
    max_size=4,
)
CODES = {"PGRST100", "PGRST103", "PGRST105", "PGRST114", "PGRST122", "PGRST127", "PGRST204", "21000", "22025"}


@settings(max_examples=250)
@given(METHODS, PARAMETERS, st.sampled_from(ACCEPTS), TEXTS, st.sampled_from(["", "kode=like.63*", "nama=plfts.a"]))
def test_no_input_of_a_write_reaches_the_sql_text(
    method: str, parameters: list[tuple[str, str]], accept: str, text: str, row_filter: str
) -> None:
    kept, refused = parse_row_filter(row_filter), ""
    try:
        write = read(method, *parameters, accept=accept, prefer=f"handling={text}")
        planned = plan(write.answered, name_written(TABLE), GRANTED)
        statements = [choose_rows(write.conditions, TABLE, GRANTED, kept), Fragment(planned.sql, planned.parameters)]
    except QueryError as error:
        refused = error.code
    if refused:
        assert refused in CODES
        return
    statements += [
        keep_rows(TABLE, ("kode",)),
        keep_rows(TABLE, ("kode",), 7),
        count_kept(),
        find_last_row(TABLE),
        find_kept_outside(TABLE, kept),
        find_known_outside(TABLE, ("kode",), kept),
    ]
    names = {*TABLE.columns, TABLE.schema, TABLE.name, "_row", "pg_temp", "written_rows", *planned.output}
    for made, values in statements:
        assert set(list_strange_words(made, names)) <= OWN
        assert made.count("%s") == len(values)
    assert all(re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) for name in planned.output)


OWN = {"CREATE", "TEMPORARY", "TABLE", "ON", "COMMIT", "DROP", "EXISTS", "pg_temp", "staged_rows", "s", "t", "_known"}
"""The hub's own words in a write's statements that a read's haven't."""
