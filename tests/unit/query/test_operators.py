"""Every operator of the grammar: how it is read, and which SQL it becomes."""

import pytest

from simpul.query.conditions import is_silent, write_condition
from simpul.query.errors import QueryError
from simpul.query.filters import parse_filter, parse_logic
from simpul.query.fragment import Fragment
from simpul.query.model import Filter
from simpul.query.operators import LANGUAGES

COLUMNS = {"a": "text", "n": "bigint", "isi": "jsonb", "lama": "json", "kata": "tsvector"}


def write(name: str, text: str) -> Fragment:
    return write_condition(parse_filter(name, text), COLUMNS)


@pytest.mark.parametrize(
    ("text", "sql", "value"),
    [
        ("match.^a.*b$", '("a" ~ %s)', "^a.*b$"),
        ("imatch.x*", '("a" ~* %s)', "x*"),
        ("cs.{1,2}", '("a" @> %s)', "{1,2}"),
        ("cd.[1,5)", '("a" <@ %s)', "[1,5)"),
        ("ov.{a}", '("a" && %s)', "{a}"),
        ("sl.(1,5)", '("a" << %s)', "(1,5)"),
        ("sr.(1,5)", '("a" >> %s)', "(1,5)"),
        ("nxr.(1,5)", '("a" &< %s)', "(1,5)"),
        ("nxl.(1,5)", '("a" &> %s)', "(1,5)"),
        ("not.adj.(1,5)", 'NOT ("a" -|- %s)', "(1,5)"),
        ("isdistinct.x", '("a" IS DISTINCT FROM %s)', "x"),
        ("match(any).{^a,^b}", '("a" ~ ANY (%s))', '{"^a","^b"}'),
        ("not.imatch(all).{a}", 'NOT ("a" ~* ALL (%s))', '{"a"}'),
        ("ilike(all).{*a*,b*}", '("a" ILIKE ALL (%s))', '{"%a%","b%"}'),
        ('eq(any).{"a,b",c}', '("a" = ANY (%s))', '{"a,b","c"}'),
    ],
)
def test_operator_becomes_its_sql_with_one_parameter(text: str, sql: str, value: str) -> None:
    assert write("a", text) == Fragment(sql, (value,))


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("fts.a&b", "to_tsquery"),
        ("plfts.a b", "plainto_tsquery"),
        ("phfts(english).a b", "phraseto_tsquery"),
        ('wfts(simple)."a b" -c', "websearch_to_tsquery"),
    ],
)
def test_text_search_reads_words_in_a_language_of_the_list(text: str, function: str) -> None:
    written = write("a", text)
    language = text.partition("(")[2].partition(")")[0] or "indonesian"
    setting = f"'pg_catalog.{language}'::regconfig"
    assert written.text == f'(to_tsvector({setting}, "a") @@ {function}({setting}, %s))'
    assert written.values == (text.partition(".")[2],)


def test_column_of_lexemes_is_searched_as_it_is() -> None:
    assert write("kata", "fts.x").text.startswith('("kata" @@')


@pytest.mark.parametrize(
    "text",
    [
        "fts(klingon).x", "fts().x", "fts(any).x", "fts(indonesian.x", "fts(Indonesian).x", "fts('x').y",
        "neq(any).{a}", "cs(any).{a}", "match(some).{a}", "match(any).a", "in.1", "not.not.eq.1", "is.", "sl", "EQ.1",
    ],
)  # fmt: skip
def test_operator_out_of_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_filter("a", text)
    assert caught.value.code == "PGRST100"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('(a.eq."x,)y")', "x,)y"),
        (r'(a.eq."a\"b\\c")', r'a"b\c'),
        ("(a.cs.{1,2})", "{1,2}"),
        ('(a.cs.{"x}":[1,{"y":2}]} )', '{"x}":[1,{"y":2}]}'),
        ('(a.ov."[1,5)",n.eq.1)', "[1,5)"),
        ("(a.eq.{)", "{"),
        ("(a.eq.{x}y)", "{x}y"),
        ("(a.match.^63[.]05)", "^63[.]05"),
        ("(a.fts(english).cat)", "cat"),
        ('(a.eq."")', ""),
        ('(a.in.("b,c",d))', ("b,c", "d")),
        ('(a.like(any).{"x,y*",z})', ("x,y*", "z")),
        ('(a.not.in.("(",")"))', ("(", ")")),
    ],
)
def test_value_in_a_tree_is_quoted_or_braced(text: str, value: str | tuple[str, ...]) -> None:
    first = parse_logic("or", text).items[0]
    assert isinstance(first, Filter)
    assert first.value == value


@pytest.mark.parametrize("text", ['(a.eq."x"y)', '(a.eq."x)', "(a.cs.{1,2)", "(a.eq.x,)", "(,a.eq.x)", "(a.eq.x))"])
def test_broken_quoting_in_a_tree_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        parse_logic("and", text)


def test_quoted_names_and_keys_are_read_everywhere() -> None:
    assert parse_filter('"a"', "eq.1").field.column == "a"
    [first, second] = parse_logic("and", '("a".eq.1,isi->"x.y, z"->>k.eq.2)').items
    assert isinstance(first, Filter)
    assert isinstance(second, Filter)
    assert first.field.column == "a"
    assert [step.key for step in second.field.path] == ["x.y, z", "k"]


@pytest.mark.parametrize("pattern", ["x\\", "*\\\\\\", "a*b\\"])
@pytest.mark.parametrize("operator", ["like", "ilike", "not.like"])
def test_pattern_that_ends_inside_an_escape_is_refused_whatever_the_rows(operator: str, pattern: str) -> None:
    with pytest.raises(QueryError) as caught:
        write("a", f"{operator}.{pattern}")
    assert (caught.value.status, caught.value.code) == (400, "22025")


def test_pattern_may_end_with_an_escaped_backslash() -> None:
    assert write("a", "like.x\\\\").values == ("x\\\\",)


@pytest.mark.parametrize(
    ("name", "text", "silent"),
    [
        ("a", "eq.1", True),
        ("a", "like.x*", True),
        ("isi->>x", "in.(1)", True),
        ("lama->>x", "eq.1", False),
        ("a", "match.x", False),
        ("a", "fts.x", False),
        ("isi", "cs.{}", False),
        ("isi", "adj.x", False),
    ],
)
def test_only_filters_that_fail_on_no_row_are_silent(name: str, text: str, silent: bool) -> None:
    assert is_silent(parse_filter(name, text), COLUMNS) is silent
    tree = parse_logic("or", f"(a.eq.1,{name}.{text})")
    assert is_silent(tree, COLUMNS) is silent


def test_hubs_language_is_one_of_the_list() -> None:
    assert write("a", "fts.x").text.count("'pg_catalog.indonesian'::regconfig") == 2
    assert "indonesian" in LANGUAGES
