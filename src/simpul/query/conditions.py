"""Turns filters into SQL: operators from a closed table, columns looked up, values always parameters.

Values go as texts of unknown type, so that PostgreSQL reads them as the column's type; what it can't read is its error
22P02, the caller's 400. JSON keys are parameters as well.
"""

from collections.abc import Iterator, Mapping

from simpul.kernel.words import Words
from simpul.query.errors import ColumnUnknown, ParseFailed, PatternUnfinished, show_name
from simpul.query.fragment import Fragment, combine, join, quote_name, write_array
from simpul.query.model import Condition, Field, Filter, Hole
from simpul.query.operators import DEFAULT_LANGUAGE, IS_WORDS, LANGUAGES, OPERATORS

JSON_TYPES = frozenset(("json", "jsonb"))
PATTERNS = frozenset(("like", "ilike"))


def write_field(field: Field, columns: Mapping[str, str], prefix: str = "") -> Fragment:
    """Return the SQL of a column or a path into it.

    Args: `columns` maps the names that may be used to their types; `prefix` is constant text before the name.
    Raises: ColumnUnknown; ParseFailed for a path into a column that isn't JSON.
    """
    if field.column not in columns:
        raise ColumnUnknown(column=show_name(field.column))
    written = Fragment(prefix + quote_name(field.column))
    if field.path and columns[field.column] not in JSON_TYPES:
        details = Words("Kolom ini bukan JSON.", "This column isn't JSON.")
        raise ParseFailed(details=details, parameter=field.column)
    for step in field.path:
        arrow, kind = ("->>" if step.as_text else "->"), ("int" if isinstance(step.key, int) else "text")
        written = combine(written, f" {arrow} ", Fragment(f"%s::{kind}", (step.key,)))
    return written.wrap("(", ")") if field.path else written


def write_condition(condition: Condition, columns: Mapping[str, str]) -> Fragment:
    """Return the SQL of a filter or a tree, in brackets of its own.

    Raises: as `write_field`; PatternUnfinished.
    """
    if isinstance(condition, Filter):
        written = _write_filter(condition, columns)
    else:
        items = (write_condition(item, columns) for item in condition.items)
        written = join(" AND " if condition.operator == "and" else " OR ", items)
    return written.wrap("NOT (" if condition.negated else "(", ")")


def _write_filter(condition: Filter, columns: Mapping[str, str]) -> Fragment:
    field, operator = write_field(condition.field, columns), OPERATORS[condition.operator]
    if operator.takes == "word":
        return field.wrap("", f" IS {IS_WORDS[str(condition.value)]}")
    value = Fragment("%s", (write_parameter(condition),))
    if operator.takes == "list" or condition.quantifier:
        quantifier = "ALL" if condition.quantifier == "all" else "ANY"
        return combine(field, f" {operator.sql} {quantifier} (", value, ")")
    if operator.takes == "search":
        return _write_search(condition, value, field, columns[condition.field.column])
    return combine(field, f" {operator.sql} ", value)


def write_parameter(condition: Filter) -> object:
    """Return a filter's value as it goes to PostgreSQL: one text, a list as an array's. Raises: PatternUnfinished."""
    value = condition.value
    if isinstance(value, Hole):
        return value
    if isinstance(value, tuple):
        return write_array([_write_value(condition.operator, one) for one in value])
    return _write_value(condition.operator, value)


def _write_search(condition: Filter, words: Fragment, field: Fragment, kind: str) -> Fragment:
    language = condition.language or DEFAULT_LANGUAGE
    if language not in LANGUAGES:
        raise ValueError("a language is taken from the closed list when it is read")
    setting = f"'pg_catalog.{language}'::regconfig"
    text = field if kind == "tsvector" else field.wrap(f"to_tsvector({setting}, ", ")")
    return combine(text, f" @@ {OPERATORS[condition.operator].sql}({setting}, ", words, ")")


def _write_value(operator: str, value: str) -> str:
    """Return a value as it goes to PostgreSQL: the patterns of `like` and `ilike` take `*` for `%`.

    A pattern that ends inside an escape would fail only where a row matches up to there. The planner tries it on values
    it remembers of the whole table, too, whatever fence stands round the rows: the error would tell of a row outside.
    """
    if operator not in PATTERNS:
        return value
    if (len(value) - len(value.rstrip("\\"))) % 2:
        raise PatternUnfinished()
    return value.replace("*", "%")


def is_silent(condition: Condition, columns: Mapping[str, str]) -> bool:
    """Can this condition never fail on a row's value? Paths into `json` may, into `jsonb` not.

    Raises: ColumnUnknown.
    """
    return all(_is_silent_filter(item, columns) for item in list_filters(condition))


def _is_silent_filter(condition: Filter, columns: Mapping[str, str]) -> bool:
    write_field(condition.field, columns)
    is_plain = not condition.field.path or columns[condition.field.column] == "jsonb"
    return OPERATORS[condition.operator].silent and is_plain


def list_filters(condition: Condition) -> Iterator[Filter]:
    """Yield every filter of a condition, trees walked from left to right."""
    if isinstance(condition, Filter):
        yield condition
        return
    for item in condition.items:
        yield from list_filters(item)
