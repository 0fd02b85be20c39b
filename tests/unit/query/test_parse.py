"""What the grammar reads, and what it refuses by which code."""

import pytest

from simpul.kernel.words import Words
from simpul.query.errors import QueryError
from simpul.query.filters import parse_filter, parse_logic, parse_row_filter
from simpul.query.model import Field, Filter, Logic, OrderTerm, PathStep, SelectItem, Window
from simpul.query.parse import parse
from simpul.query.preferences import list_applied, parse_media, parse_prefer
from simpul.query.window import choose_status, parse_window, write_content_range


@pytest.mark.parametrize("operator", ["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "isdistinct"])
def test_plain_operator_keeps_the_whole_value(operator: str) -> None:
    assert parse_filter("nama", f'{operator}.a.b,"c"(d)') == Filter(Field("nama"), operator, 'a.b,"c"(d)')


def test_not_negates_any_operator() -> None:
    assert parse_filter("a", "not.in.(1,2)") == Filter(Field("a"), "in", ("1", "2"), negated=True)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("in.()", ()),
        ("in.(a)", ("a",)),
        ('in.(a,"b,c")', ("a", "b,c")),
        (r'in.("a\"b","c\\d")', ('a"b', r"c\d")),
        ("in.(,)", ("", "")),
        ("in.( a , b)", (" a ", " b")),
    ],
)
def test_list_reads_quoted_and_empty_values(text: str, values: tuple[str, ...]) -> None:
    assert parse_filter("a", text).value == values


def test_quantified_operator_takes_a_list_in_braces() -> None:
    assert parse_filter("a", "like(any).{x*,y*}") == Filter(Field("a"), "like", ("x*", "y*"), quantifier="any")


def test_is_takes_only_its_own_words() -> None:
    assert parse_filter("a", "is.NULL").value == "null"
    with pytest.raises(QueryError):
        parse_filter("a", "is.kosong")


def test_tree_nests_with_spaces_round_commas_and_brackets() -> None:
    inner = Logic("and", (Filter(Field("b"), "gt", "2"), Filter(Field("c"), "is", "null")), negated=True)
    tree = parse_logic("or", "( a.eq.1 , not.and( b.gt.2 ,c.is.null ) )")
    assert tree == Logic("or", (Filter(Field("a"), "eq", "1"), inner))


def test_value_in_tree_may_be_quoted() -> None:
    assert parse_logic("and", '(a.eq."x,)y",b.not.in.(1,2))').items == (
        Filter(Field("a"), "eq", "x,)y"),
        Filter(Field("b"), "in", ("1", "2"), negated=True),
    )


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(QueryError, match="Parameter"):
        parse_logic("and", "(and" * 50 + "(a.eq.1)" + ")" * 50)


def test_path_into_json_is_read() -> None:
    assert parse_filter("isi->alamat->>0", "eq.x").field == Field("isi", (PathStep("alamat", False), PathStep(0, True)))


def test_select_reads_alias_path_and_cast() -> None:
    query = parse([("select", "kode, desa:nama::text ,isi->a")], {})
    assert query.select == (
        SelectItem(Field("kode")),
        SelectItem(Field("nama"), "desa", "text"),
        SelectItem(Field("isi", (PathStep("a", False),))),
    )


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("count()", SelectItem(None, aggregate="count")),
        ("n:count()::text", SelectItem(None, "n", aggregate="count", result_cast="text")),
        ("harga.sum()", SelectItem(Field("harga"), aggregate="sum")),
        ("x:harga::numeric.avg()::int", SelectItem(Field("harga"), "x", "numeric", "avg", "int")),
        ("isi->>a::date.max()", SelectItem(Field("isi", (PathStep("a", True),)), None, "date", "max")),
        ("count", SelectItem(Field("count"))),
    ],
)
def test_select_reads_aggregates_with_casts_before_and_after(text: str, item: SelectItem) -> None:
    assert parse([("select", text)], {}).select == (item,)


def test_order_reads_direction_and_nulls() -> None:
    assert parse([("order", "a,b.desc,c.asc.nullsfirst,d.nullslast")], {}).order == (
        OrderTerm(Field("a")),
        OrderTerm(Field("b"), descending=True),
        OrderTerm(Field("c"), nulls_first=True),
        OrderTerm(Field("d"), nulls_first=False),
    )


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ([("a", "1")], "PGRST100"),
        ([("a", "eqq.1")], "PGRST100"),
        ([("a", "eq")], "PGRST100"),
        ([("a", "in.(1")], "PGRST100"),
        ([("a", 'in.("1)')], "PGRST100"),
        ([("a", "in.(1)x")], "PGRST100"),
        ([("", "eq.1")], "PGRST100"),
        ([("a b", "eq.1")], "PGRST100"),
        ([("a", "eq.\0")], "PGRST100"),
        ([("or", "(a.eq.1")], "PGRST100"),
        ([("or", "()")], "PGRST100"),
        ([("or", "(a.eq.1)b")], "PGRST100"),
        ([("select", "a,,b")], "PGRST100"),
        ([("select", "a::regclass")], "PGRST100"),
        ([("select", "_x:a")], "PGRST100"),
        ([("order", "a.up")], "PGRST100"),
        ([("select", "a"), ("select", "b")], "PGRST100"),
        ([("limit", "-1")], "PGRST103"),
        ([("limit", "x")], "PGRST103"),
        ([("offset", "1e3")], "PGRST103"),
        ([("select", "harga.median()")], "PGRST100"),
        ([("select", "harga.sum")], "PGRST100"),
        ([("select", "harga.sum(x)")], "PGRST100"),
        ([("select", "harga.sum()::regclass")], "PGRST100"),
        ([("select", "sum()")], "PGRST127"),
        ([("select", "*.count()")], "PGRST100"),
        ([("select", "harga.sum().avg()")], "PGRST100"),
        ([("select", "a,lain(b)")], "PGRST127"),
        ([("select", "a,...lain(b)")], "PGRST127"),
        ([("lain.a", "eq.1")], "PGRST127"),
        ([("on_conflict", "a")], "PGRST127"),
    ],
)
def test_wrong_parameter_is_refused_under_its_code(parameters: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(parameters, {})
    assert caught.value.code == code


def test_message_never_repeats_a_value() -> None:
    for name, text in [("nik", "eqq.6305012345678901"), ("6305012345678901", "eq.1"), ("or", "(6305012345678901)")]:
        with pytest.raises(QueryError) as caught:
            parse([(name, text)], {})
        told = f"{caught.value.message} {caught.value.hint} {caught.value.details}"
        assert "6305012345678901" not in told


@pytest.mark.parametrize(
    ("limit", "offset", "header", "window"),
    [
        (None, None, None, Window()),
        ("5", None, None, Window(0, 5)),
        ("0", "7", None, Window(7, 0)),
        (None, None, "0-19", Window(0, 20)),
        (None, None, "items=20-", Window(20)),
        ("5", None, "10-19", Window(0, 5)),
    ],
)
def test_window_comes_from_parameters_or_range(
    limit: str | None, offset: str | None, header: str | None, window: Window
) -> None:
    assert parse_window(limit, offset, header) == window


@pytest.mark.parametrize("header", ["9-1", "a-b", "-5", "0-1,3-4"])
def test_bad_range_header_is_416(header: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_window(None, None, header)
    assert (caught.value.status, caught.value.code) == (416, "PGRST103")


def test_content_range_and_status_agree() -> None:
    assert write_content_range(10, 5, 15) == "10-14/15"
    assert choose_status(10, 5, 15) == 206
    assert choose_status(0, 15, 15) == 200
    assert choose_status(0, 0, 0) == 200
    assert choose_status(15, 0, 15) == 206
    assert choose_status(99, 0, 15, is_exact=False) == 206
    with pytest.raises(QueryError, match="Rentang"):
        choose_status(20, 0, 15)


def test_accept_picks_the_best_that_can_be_made() -> None:
    assert parse_media(None).kind == "json"
    assert parse_media("text/html,application/xhtml+xml,*/*;q=0.8").kind == "json"
    assert parse_media("application/json;q=0.2, text/csv").kind == "csv"
    assert parse_media("application/vnd.pgrst.object+json").kind == "object"
    with pytest.raises(QueryError, match="Accept"):
        parse_media("image/png, text/csv;q=0")


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/vnd.pgrst.array+json;nulls=stripped", ("json", True)),
        ("application/vnd.pgrst.object+json; nulls=stripped", ("object", True)),
        ("application/vnd.pgrst.array+json", ("json", False)),
        ("application/json;nulls=stripped", ("json", False)),
        ("text/csv;nulls=stripped", ("csv", False)),
    ],
)
def test_nulls_are_stripped_only_where_the_media_type_has_it(accept: str, media: tuple[str, bool]) -> None:
    assert parse_media(accept) == media


def test_query_plan_is_refused_by_name() -> None:
    with pytest.raises(QueryError) as caught:
        parse_media("application/vnd.pgrst.plan+json; options=analyze")
    assert caught.value.code == "PGRST127"


def test_unknown_preference_matters_only_when_strict() -> None:
    assert parse_prefer("wait=3, count=exact") == {"count": "exact"}
    with pytest.raises(QueryError, match="Prefer"):
        parse_prefer("handling=strict, wait=3")


@pytest.mark.parametrize(
    "text",
    [
        "count=planned", "count=estimated", "return=minimal", "return=headers-only", "resolution=merge-duplicates",
        "resolution=ignore-duplicates", "missing=default", "missing=null", "max-affected=7", "tx=rollback", "tx=commit",
        "timezone=Asia/Makassar", "timezone=America/Argentina/Buenos_Aires", "timezone=UTC", 'count="exact"',
    ],
)  # fmt: skip
def test_every_preference_of_the_grammar_is_known_when_strict(text: str) -> None:
    name, _, value = text.partition("=")
    assert parse_prefer(f"Handling=strict,{text}")[name] == value.strip('"')


@pytest.mark.parametrize(
    "text",
    [
        "count=all",
        "timezone=Mars/Olympus",
        "timezone=../etc/passwd",
        "timezone=",
        "max-affected=-1",
        "tx",
        "return=",
        "=1",
    ],
)
def test_wrong_value_of_a_preference_is_unknown(text: str) -> None:
    assert parse_prefer(text) == {}
    with pytest.raises(QueryError) as caught:
        parse_prefer(f"{text}, handling=strict")
    assert caught.value.code == "PGRST122"
    assert caught.value.details is not None


def test_unknown_preference_is_named_but_never_its_value() -> None:
    with pytest.raises(QueryError) as caught:
        parse_prefer("wait=6305012345678901, 6305012345678901=x, handling=strict")
    assert str(caught.value.details) == str(Words("wait, ?", "wait, ?"))


def test_what_was_followed_is_told_and_nothing_else() -> None:
    query = parse([], {"prefer": "tx=rollback, count=planned, timezone=Asia/Jakarta, handling=lenient, wait=2"})
    assert list_applied(query, "exact") == ["handling=lenient", "timezone=Asia/Jakarta", "count=exact"]
    assert list_applied(parse([], {"prefer": "return=minimal"}), None) == []


def test_range_of_another_unit_is_not_ours() -> None:
    assert parse_window(None, None, "bytes=0-99") == Window()


def test_row_filter_is_a_query_string_whose_parts_must_all_hold() -> None:
    assert parse_row_filter("kode=like.63.05*&aktif=is.true") == (
        Filter(Field("kode"), "like", "63.05*"),
        Filter(Field("aktif"), "is", "true"),
    )
    assert parse_row_filter("") == ()
