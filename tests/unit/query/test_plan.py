"""What the planner makes: only granted columns, values as parameters, the grant's filter fenced off."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simpul.query.errors import QueryError
from simpul.query.fields import CASTS
from simpul.query.filters import parse_row_filter
from simpul.query.fragment import quote_name
from simpul.query.operators import LANGUAGES, OPERATORS
from simpul.query.parse import parse
from simpul.query.plan import MAX_ROWS, Plan, Table, plan
from simpul.query.preferences import SINGULAR
from simpul.query.totals import COUNTED_ROWS

TABLE = Table(
    "wilayah_v1_live",
    "desa",
    {"kode": "text", "nama": "text", "jumlah": "bigint", "isi": "jsonb", "diubah": "timestamp with time zone"},
)
GRANTED = ("kode", "nama", "isi")


def make_plan(*parameters: tuple[str, str], row_filter: str = "", **headers: str) -> Plan:
    return plan(parse(parameters, headers), TABLE, GRANTED, parse_row_filter(row_filter))


def test_everything_selected_means_granted_columns_only() -> None:
    made = make_plan()
    assert made.output == GRANTED
    assert "jumlah" not in made.sql


@pytest.mark.parametrize("column", ["jumlah", "tidak_ada", "_row", "_version"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("select", "{}"),
        ("order", "{}"),
        ("{}", "eq.1"),
        ("or", "(kode.eq.1,{}.is.null)"),
        ("select", "kode,x:{}::text"),
    ],
)
def test_column_outside_the_grant_gets_the_same_answer_as_an_unknown_one(column: str, name: str, text: str) -> None:
    with pytest.raises(QueryError) as caught:
        make_plan((name.format(column), text.format(column)))
    assert caught.value.code == "PGRST204"


def test_values_are_parameters_in_their_order() -> None:
    made = make_plan(("kode", "eq.1"), ("nama", "like.Ta*"), ("limit", "3"), ("offset", "4"))
    assert made.parameters == ("1", "Ta%", 3, 4)
    assert made.sql.count("%s") == 4


def test_count_repeats_the_source_without_the_window() -> None:
    made = make_plan(("kode", "in.(1,2)"), ("limit", "3"), prefer="count=exact")
    assert made.parameters == ('{"1","2"}', 3, 0, '{"1","2"}')


def test_what_may_fail_on_a_row_stays_outside_the_fence_of_a_row_filter() -> None:
    made = make_plan(("nama", "match.x*"), ("kode", "eq.7"), row_filter="jumlah=gt.5")
    inner, outer = made.sql.split(" OFFSET 0) AS _source")
    assert '"jumlah" >' in inner
    assert '"kode" =' in inner
    assert '"nama" ~' not in inner
    assert '"nama" ~' in outer


def test_sorting_goes_inside_the_fence_where_an_index_may_serve_it() -> None:
    assert 'ORDER BY "nama" ASC, "_row" OFFSET 0' in make_plan(("order", "nama"), row_filter="jumlah=gt.5").sql
    late = make_plan(("order", "nama"), ("nama", "match.x"), row_filter="jumlah=gt.5")
    deep = make_plan(("order", "isi->a"), row_filter="jumlah=gt.5")
    assert all('"_row" OFFSET 0' not in made.sql for made in (late, deep))


def test_without_a_row_filter_there_is_no_fence() -> None:
    assert "OFFSET 0" not in make_plan(("nama", "match.x")).sql


def test_rows_are_always_bounded_and_ordered_to_the_last() -> None:
    made = make_plan(("order", "nama.desc.nullslast"), ("limit", "99999999"))
    assert 'ORDER BY _source."nama" DESC NULLS LAST, _source."_row"' in made.sql
    assert made.limit == MAX_ROWS


def test_path_into_a_plain_column_is_refused() -> None:
    with pytest.raises(QueryError) as caught:
        make_plan(("nama->x", "eq.1"))
    assert caught.value.code == "PGRST100"


def test_json_keys_are_parameters() -> None:
    made = make_plan(("isi->'; drop->>0".replace("'; drop", '"\'; drop"'), "eq.1"))
    assert made.parameters[:3] == ("'; drop", 0, "1")
    assert "drop" not in made.sql


def test_one_name_twice_is_refused() -> None:
    with pytest.raises(QueryError, match="select"):
        make_plan(("select", "kode,kode:nama"))


def test_evidence_gets_names_never_values() -> None:
    made = make_plan(("nama", "eq.RAHASIA"), ("or", "(kode.gt.1,kode.is.null)"), ("select", "kode"))
    assert made.columns == ("kode", "nama")
    assert made.operators == ("eq", "gt", "is")


def test_order_goes_by_the_column_though_an_alias_has_its_name() -> None:
    assert 'ORDER BY _source."nama" ASC' in make_plan(("select", "nama:kode"), ("order", "nama")).sql


def test_aggregates_group_by_everything_else() -> None:
    made = make_plan(("select", "nama,n:count(),isi->a"), ("order", "n.desc,isi->a"), row_filter="jumlah=gt.5")
    assert "GROUP BY 1, 3 ORDER BY" in made.sql
    assert 'ORDER BY "n" DESC, "a" ASC, "nama", "a" LIMIT' in made.sql
    assert made.sql.index("OFFSET 0) AS _source") < made.sql.index("GROUP BY")
    assert made.output == ("nama", "n", "a")
    assert (made.columns, made.operators) == (("isi", "nama"), ("count",))


def test_aggregate_alone_has_no_groups() -> None:
    made = make_plan(("select", "nama.max(),n:kode::int.sum()::text"))
    assert "GROUP BY" not in made.sql
    assert 'CAST(sum(CAST("kode" AS int)) AS text) AS "n"' in made.sql
    assert made.output == ("max", "n")


@pytest.mark.parametrize("column", ["jumlah", "tidak_ada", "_row"])
@pytest.mark.parametrize("shape", ["{}.max()", "kode,x:{}::text.count()", "kode.min(),{}"])
def test_aggregate_of_a_column_outside_the_grant_is_an_unknown_column(column: str, shape: str) -> None:
    with pytest.raises(QueryError) as caught:
        make_plan(("select", shape.format(column)))
    assert caught.value.code == "PGRST204"


@pytest.mark.parametrize(("order", "code"), [("nama", "PGRST100"), ("jumlah", "PGRST204"), ("isi->a", "PGRST100")])
def test_groups_are_sorted_only_by_what_comes_out(order: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        make_plan(("select", "kode,count()"), ("order", order))
    assert caught.value.code == code


@pytest.mark.parametrize("count", ["planned", "estimated"])
def test_planner_is_asked_only_where_every_row_may_be_seen(count: str) -> None:
    assert make_plan(prefer=f"count={count}").estimate.text.startswith("EXPLAIN (FORMAT JSON) SELECT 1 FROM")
    for fenced in (make_plan(row_filter="jumlah=gt.5", prefer=f"count={count}"), make_plan(("select", "count()"))):
        assert not fenced.estimate.text
    assert make_plan(row_filter="jumlah=gt.5", prefer=f"count={count}").count == "exact"
    assert make_plan(("select", "kode,count()"), prefer=f"count={count}").count == "exact"


def test_one_object_needs_two_rows_at_most() -> None:
    assert make_plan(accept="application/vnd.pgrst.object+json").limit == 2
    assert make_plan(("limit", "1"), accept="application/vnd.pgrst.object+json").limit == 1


VOCABULARY = frozenset(
    [
        "with",
        "as",
        "select",
        "from",
        "where",
        "order",
        "by",
        "limit",
        "offset",
        "and",
        "or",
        "not",
        "asc",
        "desc",
        "nulls",
        "first",
        "last",
        "cast",
        "coalesce",
        "json_agg",
        "count",
        "null",
        "bigint",
        "text",
        "int",
        "is",
        "true",
        "false",
        "unknown",
        "like",
        "ilike",
        "distinct",
        "any",
        "all",
        "case",
        "when",
        "then",
        "else",
        "end",
        "replace",
        "concat_ws",
        "string_agg",
        "to_json",
        "numeric",
        "boolean",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "integer",
        "smallint",
        "rows",
        "total",
        "body",
        "_page",
        "_source",
        "to_tsvector",
        "to_tsquery",
        "plainto_tsquery",
        "phraseto_tsquery",
        "websearch_to_tsquery",
        "regconfig",
        "json_strip_nulls",
        "explain",
        "format",
        "json",
        "group",
        "sum",
        "avg",
        "min",
        "max",
        "_all",
        *CASTS,
    ]
)
NUMBERS = frozenset(["0", str(COUNTED_ROWS + 1), *map(str, range(1, 10))])
LITERALS = re.compile(
    rf"'pg_catalog\.({'|'.join(sorted(LANGUAGES))})'|" r"'\[\]'|'\{\}'|','|''|'\"'|'\"\"'|E'\[\",\\r\\n\]'|E'\\n'"
)


def list_strange_words(sql: str, names: set[str]) -> list[str]:
    """Return every word of the SQL that is neither the hub's own constant nor a quoted name among `names`."""
    left = LITERALS.sub(" ", sql).replace("%s", " ")
    for name in names:
        left = left.replace(quote_name(name), " ")
    words = re.findall(r"[^\s(),.:=<>~|*#@&-]+", left)
    return [word for word in words if word.lower() not in VOCABULARY | NUMBERS]


TEXTS = st.text(max_size=12) | st.sampled_from(["';--", '"x"', "%s", "a%(b)s", "\\", "1) or (1=1", "--", "/*"])
NAMES = st.sampled_from(["kode", "nama", "isi", "jumlah", "isi->a", "isi->>0", "or", "and", "not.or", "x"]) | TEXTS
MODIFIERS = st.sampled_from(["", "", "(any)", "(all)", "(english)", "(simple)"]) | TEXTS.map("({})".format)
VALUES = TEXTS | st.sampled_from(["(a,b)", "{a,b}", '{"a,b",c}', "null", '("a",b)']) | TEXTS.map("{{{}}}".format)
OPERATIONS = st.builds(
    "{}{}{}.{}".format, st.sampled_from(["", "not."]), st.sampled_from(sorted(OPERATORS)), MODIFIERS, VALUES
)
TREES = st.builds("({}.{},kode.eq.1)".format, NAMES, OPERATIONS)
AGGREGATES = st.sampled_from(["", "", ".sum()", ".count()", ".max()::text"]) | TEXTS.map(".{}()".format)
SELECTS = st.builds(
    "{}:{}::{}{}".format,
    st.sampled_from(["desa", "A1"]) | TEXTS,
    NAMES,
    st.sampled_from(sorted(CASTS)) | TEXTS,
    AGGREGATES,
) | st.sampled_from(["kode,count()", "count()", "n:kode.max(),isi->a", "nama,isi->>a::int.sum()"])
PARAMETERS = st.lists(
    st.tuples(NAMES, OPERATIONS | TREES)
    | st.tuples(st.just("select"), SELECTS | NAMES)
    | st.tuples(st.just("order"), NAMES | NAMES.map("{}.desc.nullslast".format) | st.sampled_from(["n", "count"]))
    | st.tuples(st.sampled_from(["limit", "offset"]), st.integers(-5, 50).map(str)),
    max_size=4,
)
ACCEPTS = ["application/json", "text/csv", "application/vnd.pgrst.array+json;nulls=stripped", SINGULAR]
PREFERS = st.sampled_from(["count=exact", "count=planned", "count=estimated,timezone=UTC"]) | TEXTS.map(
    "timezone={}".format
)


@settings(max_examples=250)
@given(PARAMETERS, st.sampled_from(ACCEPTS), PREFERS, st.sampled_from(["", "kode=like.63*", "nama=plfts.a"]))
def test_no_input_reaches_the_sql_text(
    parameters: list[tuple[str, str]], accept: str, prefer: str, row_filter: str
) -> None:
    try:
        made = make_plan(*parameters, row_filter=row_filter, accept=accept, prefer=prefer)
    except QueryError as error:
        refused = error.code
    else:
        refused = ""
    if refused:
        assert refused in {"PGRST100", "PGRST103", "PGRST127", "PGRST204", "22025"}
        return
    names = {*TABLE.columns, TABLE.schema, TABLE.name, "_row", *made.output}
    for text, values in ((made.sql, made.parameters), made.estimate):
        assert list_strange_words(text, names) == []
        assert text.count("%s") == len(values)
    assert all(re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) for name in made.output)


@given(TEXTS, TEXTS)
def test_sql_is_the_same_whatever_the_values(one: str, other: str) -> None:
    def write(value: str) -> str:
        return make_plan(("kode", f"eq.{value}"), ("nama", f"not.ilike.{value}")).sql

    if "\0" not in one + other and not one.endswith("\\") and not other.endswith("\\"):
        assert write(one) == write(other)
