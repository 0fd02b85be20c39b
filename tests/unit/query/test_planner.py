"""A plan that is used again is the plan that would be made anew, whatever the values."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpul.query.errors import ColumnUnknown, PatternUnfinished
from simpul.query.filters import parse_row_filter
from simpul.query.model import Filter, Hole
from simpul.query.parse import parse
from simpul.query.plan import Table, plan
from simpul.query.planner import KEPT_SHAPES, Planner, take_values

TABLE = Table(
    "s", "t", {"kode": "text", "nama": "text", "jumlah": "bigint", "isi": "jsonb"}, (("kode",),), frozenset(["kode"])
)
ROW_FILTER = parse_row_filter("kode=like.63.05*")
TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=12)
FORMS = [
    lambda a, b: [("kode", f"eq.{a}"), ("nama", f"neq.{b}")],
    lambda a, b: [("nama", f"match.{a}"), ("order", "nama.desc")],
    lambda a, b: [("jumlah", "is.null"), ("nama", f"fts.{a}"), ("select", "kode,n:nama")],
    lambda a, b: [
        ("nama", "in.(" + ",".join('"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in (a, b)) + ")")
    ],
    lambda a, b: [("or", '(kode.eq."x",not.and(jumlah.gt.3,isi->>a.eq.b))'), ("nama", f"gte.{b}")],
    lambda a, b: [("select", "nama,jumlah.sum()"), ("kode", f"lt.{a}")],
]


@given(st.sampled_from(FORMS), st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4), st.booleans())
def test_filled_plan_is_the_plan_made_anew(form, values, is_followed) -> None:
    planner = Planner(TABLE, tuple(TABLE.columns), ROW_FILTER)
    for pair in values:
        query = parse(form(*pair), {"prefer": "count=exact"})
        made = planner.plan(query, after=(), most=10, is_followed=is_followed)
        assert made == plan(query, TABLE, tuple(TABLE.columns), ROW_FILTER, most=10, is_followed=is_followed)


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=2, max_size=2), TEXT)
def test_filled_page_goes_on_where_the_cursor_says(place, value) -> None:
    planner = Planner(TABLE, tuple(TABLE.columns))
    query = parse([("order", "nama.desc,kode"), ("kode", f"neq.{value}")], {})
    for after in ((), tuple(place), ("c", "d"), (None, "e")):
        made = planner.plan(query, after=after, most=5, is_followed=True)
        assert made == plan(query, TABLE, tuple(TABLE.columns), after=after, most=5, is_followed=True)


def test_shape_holds_no_value() -> None:
    shape, values = take_values(parse([("kode", "eq.rahasia"), ("or", "(nama.like.x*,jumlah.is.null)")], {}))
    assert values == ["rahasia", "x%"]
    assert [one.value for one in shape.conditions if isinstance(one, Filter)] == [Hole(0)]


def test_queries_of_one_shape_share_a_statement() -> None:
    planner = Planner(TABLE, ("kode",))
    first, second = (
        planner.plan(parse([("kode", f"eq.{value}")], {}), after=(), most=1, is_followed=False) for value in "ab"
    )
    assert first.sql is second.sql
    assert replace(first, parameters=()) == replace(second, parameters=())


def test_kept_shapes_are_bounded() -> None:
    planner = Planner(TABLE, ("kode",))
    for most in range(1, 3 * KEPT_SHAPES):
        planner.plan(parse([], {}), after=(), most=most, is_followed=False)
        assert len(planner._kept) <= KEPT_SHAPES


def test_wrong_queries_stay_refused() -> None:
    planner = Planner(TABLE, ("kode",))
    for _ in range(2):
        with pytest.raises(ColumnUnknown):
            planner.plan(parse([("nama", "eq.a")], {}), after=(), most=1, is_followed=False)
        with pytest.raises(PatternUnfinished):
            planner.plan(parse([("kode", "like.a\\")], {}), after=(), most=1, is_followed=False)
