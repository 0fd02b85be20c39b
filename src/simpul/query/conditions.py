"""Turns filters into SQL: operators from a closed table, columns looked up, values always parameters.

Values go as texts of unknown type, so that PostgreSQL reads them as the column's type; what it can't read is its error
22P02, the caller's 400. JSON keys are parameters as well.
"""

from collections.abc import Iterator, Mapping

from simpul.kernel.words import Words
from simpul.query.errors import ColumnUnknown, ParseFailed, show_name
from simpul.query.fragment import Fragment, combine, join, quote_name, write_array
from simpul.query.model import Condition, Field, Filter

SQL_OPERATORS = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "LIKE",
    "ilike": "ILIKE",
    "isdistinct": "IS DISTINCT FROM",
}
IS_TEXTS = {"null": "NULL", "not_null": "NOT NULL", "true": "TRUE", "false": "FALSE", "unknown": "UNKNOWN"}
SILENT = frozenset(("eq", "neq", "gt", "gte", "lt", "lte", "in", "is", "isdistinct"))
"""Operators that can't fail on a row's value once the parameter is read: they may run beside a grant's filter."""
JSON_TYPES = frozenset(("json", "jsonb"))


def write_field(field: Field, columns: Mapping[str, str]) -> Fragment:
    """Return the SQL of a column or a path into it; `columns` maps the names that may be used to their types.

    Raises: ColumnUnknown; ParseFailed for a path into a column that isn't JSON.
    """
    if field.column not in columns:
        raise ColumnUnknown(column=show_name(field.column))
    written = Fragment(quote_name(field.column))
    if field.path and columns[field.column] not in JSON_TYPES:
        details = Words("Kolom ini bukan JSON.", "This column isn't JSON.")
        raise ParseFailed(details=details, parameter=field.column)
    for step in field.path:
        arrow, kind = ("->>" if step.as_text else "->"), ("int" if isinstance(step.key, int) else "text")
        written = combine(written, f" {arrow} ", Fragment(f"%s::{kind}", (step.key,)))
    return written.wrap("(", ")") if field.path else written


def write_condition(condition: Condition, columns: Mapping[str, str]) -> Fragment:
    """Return the SQL of a filter or a tree, in brackets of its own. Raises: as `write_field`."""
    if isinstance(condition, Filter):
        written = _write_filter(condition, columns)
    else:
        items = (write_condition(item, columns) for item in condition.items)
        written = join(" AND " if condition.operator == "and" else " OR ", items)
    return written.wrap("NOT (" if condition.negated else "(", ")")


def _write_filter(condition: Filter, columns: Mapping[str, str]) -> Fragment:
    field = write_field(condition.field, columns)
    if isinstance(condition.value, tuple):
        sql_operator = "=" if condition.operator == "in" else SQL_OPERATORS[condition.operator]
        values = [_write_pattern(condition.operator, value) for value in condition.value]
        quantifier = "ALL" if condition.quantifier == "all" else "ANY"
        return combine(field, f" {sql_operator} {quantifier} (", Fragment("%s", (write_array(values),)), ")")
    if condition.operator == "is":
        return field.wrap("", f" IS {IS_TEXTS[condition.value]}")
    value = Fragment("%s", (_write_pattern(condition.operator, condition.value),))
    return combine(field, f" {SQL_OPERATORS[condition.operator]} ", value)


def _write_pattern(operator: str, value: str) -> str:
    return value.replace("*", "%") if operator in {"like", "ilike"} else value


def is_silent(condition: Condition) -> bool:
    """Can this condition never fail on a row's value? (no pattern, no path into JSON)"""
    return all(item.operator in SILENT and not item.field.path for item in list_filters(condition))


def list_filters(condition: Condition) -> Iterator[Filter]:
    """Yield every filter of a condition, trees walked from left to right."""
    if isinstance(condition, Filter):
        yield condition
        return
    for item in condition.items:
        yield from list_filters(item)
