"""How a page goes on behind another: a total order, and a condition that its index can answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpul.query.errors import ParseFailed
from simpul.query.fragment import Fragment
from simpul.query.parse import parse
from simpul.query.plan import Plan, Table, plan, plan_lines

COLUMNS = {"kode": "text", "tahun": "bigint", "nama": "text", "isi": "jsonb"}
TABLE = Table("wilayah_v1_live", "desa", COLUMNS, (("kode", "tahun"),), frozenset(["kode", "tahun"]))


def make_plan(order: str, after: tuple[str | None, ...] = (), *, masked: str = "", query: str = "") -> Plan:
    masks = {masked: Fragment("NULL::text")} if masked else {}
    filters = [tuple(part.split("=", 1)) for part in query.split("&") if part]
    parsed = parse([("order", order), ("limit", "5"), *filters], {})  # type: ignore[list-item]
    return plan(parsed, TABLE, tuple(COLUMNS), masks=masks, after=after, is_followed=True)


@pytest.mark.parametrize(
    ("order", "masked", "is_added"),
    [
        ("kode,tahun", "", False),
        ("nama,tahun.desc,kode", "", False),
        ("kode", "", True),
        ("nama", "", True),
        ("kode,tahun", "kode", True),
        ("", "", True),
    ],
)
def test_row_number_is_the_last_key_only_where_the_order_needs_one(order: str, masked: str, is_added: bool) -> None:
    made = make_plan(order, masked=masked)
    assert ('_source."_row"' in made.sql) is is_added


def test_one_direction_of_required_columns_is_one_comparison() -> None:
    assert 'WHERE (ROW("kode", "tahun") > ROW(%s, %s))' in make_plan("kode,tahun", ("a", "1")).sql
    assert "< ROW(%s, %s))" in make_plan("kode.desc,tahun.desc", ("a", "1")).sql
    assert 'WHERE (("_row") > (%s))' in make_plan("", ("7",)).sql


def test_mixed_directions_still_begin_at_the_first_keys_place() -> None:
    assert '"kode" >= %s AND ' in make_plan("kode,tahun.desc", ("a", "1")).sql


def test_null_in_the_cursor_is_no_value() -> None:
    assert make_plan("nama", (None, "3")).parameters[:1] == ("3",)
    assert '"nama" IS NOT NULL' in make_plan("nama.nullsfirst", (None, "3")).sql
    assert "false" in make_plan("nama.nullslast", (None, "3")).sql


ORDERS = st.lists(
    st.tuples(st.sampled_from(["kode", "tahun", "nama"]), st.sampled_from(["", ".desc"]), st.sampled_from(["", ".nullsfirst"])),
    min_size=1, max_size=4, unique_by=lambda term: term[0],
)  # fmt: skip


@given(ORDERS, st.data())
def test_values_of_a_cursor_are_parameters_in_their_places(order: list[tuple[str, ...]], data: st.DataObject) -> None:
    text = ",".join("".join(term) for term in order)
    is_total = {"kode", "tahun"} <= {name for name, *_ in order}
    keys = len(order) if is_total else len(order) + 1
    values = data.draw(st.tuples(*[st.one_of(st.none(), st.just("§")) for _ in range(keys)]))
    made = make_plan(text, values)
    assert made.sql.count("%s") == len(made.parameters)
    assert "§" not in made.sql
    lines = plan_lines(parse([("order", text)], {}), TABLE, tuple(COLUMNS), after=values)
    assert lines.rows.text.count("%s") == len(lines.rows.values)


@pytest.mark.parametrize(
    ("order", "query"),
    [("isi->a", ""), ("kode,tahun", "offset=3"), ("kode", "select=kode,count()")],
)
def test_cursor_goes_with_plain_pages_alone(order: str, query: str) -> None:
    with pytest.raises(ParseFailed):
        make_plan(order, ("a", "1"), query=query)
