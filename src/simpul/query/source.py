"""Where rows come from: the part of a table that a grant shows, as a subquery with the caller's filters round it.

    FROM (SELECT "_row", granted… FROM table WHERE grant's filter [ORDER BY …] [OFFSET 0]) AS _source WHERE caller's filters

The security barrier: PostgreSQL would otherwise merge both levels and run whichever condition is cheaper first, so a
search or a cast that fails on some row would tell of a row outside the grant. `OFFSET 0` makes the subquery one that
conditions aren't pushed into, on every version from 15 to 18; a `MATERIALIZED` CTE would also write all granted rows
aside, and a security-barrier view would need a view for each grant. The fence costs the caller's filter its index, so
conditions that can't fail on a row's value (`operators.Operator.silent`) do go inside; and where a grant has no row filter
every row is its own to see, and there is no fence.

A masked column (`masks`) stands in the subquery as its mask. Whatever touches it stays outside: only the grant's own filter
meets the value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simpul.query.conditions import is_silent, list_filters, write_condition
from simpul.query.fragment import NOTHING, Fragment, combine, join, quote_name
from simpul.query.masks import write_shown
from simpul.query.model import Condition

ROW = "_row"
"""The hidden row number: the last sort key, so that pages never overlap."""

Masks = Mapping[str, Fragment]
NO_MASKS: Masks = {}


@dataclass(frozen=True)
class Table:
    """Where a dataset's rows lie: schema, table, and each column's PostgreSQL type, in the contract's order.

    `unique` holds the groups of columns that no two rows share, the key first; `required` the columns that are never null.
    """

    schema: str
    name: str
    columns: Mapping[str, str]
    unique: tuple[tuple[str, ...], ...] = ()
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """A condition of the hub's own with the columns it touches: where a page goes on."""

    condition: Fragment = NOTHING
    columns: frozenset[str] = frozenset()


START = Place()


def write_source(
    conditions: Sequence[Condition],
    table: Table,
    visible: Mapping[str, str],
    row_filter: Sequence[Condition],
    masks: Masks,
    inner_order: Fragment = NOTHING,
    place: Place = START,
) -> Fragment:
    """Return the FROM and WHERE of a query.

    Args: `inner_order` is a sort key that an index may serve, used where the subquery keeps its own order.
    Raises: ColumnUnknown, ParseFailed, PatternUnfinished.
    """
    outside = list(conditions)
    inside = [write_condition(condition, table.columns) for condition in row_filter]
    if row_filter:
        silent = [one for one in conditions if is_silent(one, visible) and not _is_masked(one, masks)]
        inside += [write_condition(condition, visible) for condition in silent]
        outside = [condition for condition in conditions if condition not in silent]
    written = [write_condition(condition, visible) for condition in outside]
    if place.condition != NOTHING:
        # Values of a column's own type are compared, which can't fail; a masked column has its value inside.
        (written if place.columns & masks.keys() else inside).append(place.condition)
    names = join(", ", [Fragment(quote_name(ROW)), *(write_shown(name, masks) for name in visible)])
    return combine(
        names.wrap(" FROM (SELECT ", f" FROM {quote_name(table.schema)}.{quote_name(table.name)}"),
        _write_where(inside),
        # Where filters stay outside, sorting waits for the fewer rows that pass them.
        inner_order if row_filter and not written else "",
        " OFFSET 0" if row_filter else "",
        ") AS _source",
        _write_where(written),
    )


def check_row_filter(row_filter: Sequence[Condition], table: Table) -> None:
    """Raises: QueryError if a grant's row filter can't be planned on this table."""
    for condition in row_filter:
        write_condition(condition, table.columns)


def _is_masked(condition: Condition, masks: Masks) -> bool:
    return any(item.field.column in masks for item in list_filters(condition))


def _write_where(written: Sequence[Fragment]) -> Fragment:
    return join(" AND ", written).wrap(" WHERE ") if written else NOTHING
