"""Pages that follow each other by the last row's values rather than by counting rows: stable while rows come and go.

The order is made total: by a unique group of required columns where the caller's order holds one, else by the hidden row
number as its last key. A page goes on behind the values that its last row had in that order; a row that was there all the
time, with the same values in the order, is neither left out nor given twice.
"""

from collections.abc import Mapping, Sequence

from simpul.kernel.words import Words
from simpul.query.columns import write_order
from simpul.query.conditions import write_field
from simpul.query.errors import ParseFailed
from simpul.query.fragment import Fragment, combine, join, quote_name
from simpul.query.model import Field, Hole, OrderTerm, Query
from simpul.query.source import ROW, START, Masks, Place, Table

ROW_KEY = OrderTerm(Field(ROW))
"""The hub's own last key; told from a caller's by being this very object, since a caller can't sort by a hidden column."""

Values = tuple[str | Hole | None, ...]
"""A row's values in the order of the keys, as PostgreSQL writes them, or holes in their place."""


def list_keys(order: Sequence[OrderTerm], table: Table, masks: Masks) -> tuple[OrderTerm, ...]:
    """Return the sort keys that give every row its own place.

    The key's index serves the order only where nothing is sorted after it, so the row number is left out where it
    can't decide anything.
    """
    plain = {term.field.column for term in order if not term.field.path and term.field.column not in masks}
    is_total = any(set(group) <= plain & table.required for group in table.unique)
    return tuple(order) if is_total else (*order, ROW_KEY)


def write_by(keys: Sequence[OrderTerm], visible: Mapping[str, str], prefix: str = "") -> Fragment:
    """Return ` ORDER BY …`. Raises: ColumnUnknown, ParseFailed."""
    written = (_write_row(prefix) if key is ROW_KEY else write_order(key, visible, prefix) for key in keys)
    return join(", ", written).wrap(" ORDER BY ")


def can_follow(query: Query) -> bool:
    """Can a page be followed by a next one: whole rows, ordered by columns?"""
    is_grouped = any(item.aggregate for item in query.select)
    return query.media != "object" and not is_grouped and not any(term.field.path for term in query.order)


def check_followed(query: Query) -> None:
    """Raises: ParseFailed for a query that `after` doesn't go with."""
    if not can_follow(query):
        details = Words(
            "after tidak berlaku untuk agregat, satu objek, atau urutan di dalam JSON.",
            "after doesn't go with aggregates, a single object, or an order inside JSON.",
        )
        raise ParseFailed(details=details, parameter="after")
    if query.window.offset:
        details = Words("Pakai after atau offset, bukan keduanya.", "Use either after or offset.")
        raise ParseFailed(details=details, parameter="after")


def name_keys(keys: Sequence[OrderTerm], visible: Mapping[str, str]) -> Fragment:
    """Return the keys' values as hidden columns of the page, `_k0` first."""
    fields = (_write_key(key, visible, "_source.") for key in keys)
    return join(", ", (field.wrap("", f" AS {_name_key(number)}") for number, field in enumerate(fields)))


def write_last(keys: Sequence[OrderTerm], limit: int) -> Fragment:
    """Return SQL for the values of the page's last row if the page is full, else null."""
    texts = ", ".join(f"{_name_key(number)}::text" for number in range(len(keys)))
    return Fragment(f"(SELECT ARRAY[{texts}] FROM _page OFFSET %s::bigint LIMIT 1)", (limit - 1,))  # noqa: S608 constant


def write_after(
    keys: Sequence[OrderTerm], values: Values, visible: Mapping[str, str], table: Table, masks: Masks
) -> Place:
    """Return the condition of the rows behind these values; no values are the beginning.

    Raises: ColumnUnknown; ValueError where the values aren't as many as the keys.
    """
    if not values:
        return START
    fields = [_write_key(key, visible) for key in keys]
    needed = {ROW} | (table.required - masks.keys())
    nullable = [key.field.column not in needed for key in keys]
    columns = frozenset(key.field.column for key in keys)
    pairs = list(zip(keys, fields, values, nullable, strict=True))
    if not any(nullable) and len({key.descending for key in keys}) == 1:
        # One comparison of whole rows, which a btree index answers from the right place on.
        sign = "<" if keys[0].descending else ">"
        left, right = join(", ", fields), join(", ", (Fragment("%s", (value,)) for value in values))
        row = "ROW" if len(keys) > 1 else ""
        return Place(combine(left.wrap(f"({row}(", f") {sign} {row}("), right, "))"), columns)
    condition = _write_behind(pairs)
    first, field, value, is_nullable = pairs[0]
    if not is_nullable and value is not None:
        reach = combine(field, " <= " if first.descending else " >= ", Fragment("%s", (value,)))
        condition = combine(reach, " AND ", condition)
    return Place(condition.wrap("(", ")"), columns)


def _write_behind(pairs: Sequence[tuple[OrderTerm, Fragment, str | Hole | None, bool]]) -> Fragment:
    (key, field, value, is_nullable), *rest = pairs
    nulls_first = key.descending if key.nulls_first is None else key.nulls_first
    if value is None:
        behind = field.wrap("", " IS NOT NULL") if nulls_first else Fragment("false")
        same = field.wrap("", " IS NULL")
    else:
        given = Fragment("%s", (value,))
        behind = combine(field, " < " if key.descending else " > ", given)
        if is_nullable and not nulls_first:
            behind = combine(behind, " OR ", field, " IS NULL")
        same = combine(field, " = ", given)
    if rest:
        behind = combine(behind, " OR (", same, " AND ", _write_behind(rest), ")")
    return behind.wrap("(", ")")


def _name_key(number: int) -> str:
    return quote_name(f"_k{number}")


def _write_key(key: OrderTerm, visible: Mapping[str, str], prefix: str = "") -> Fragment:
    return _write_row(prefix) if key is ROW_KEY else write_field(key.field, visible, prefix)


def _write_row(prefix: str) -> Fragment:
    return Fragment(prefix + quote_name(ROW))
