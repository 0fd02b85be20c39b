"""Plans one SELECT for a query under a grant.

Shape of the SQL: the grant's columns and row filter form an inner subquery, the caller's filters stand outside it:

    WITH _page AS (SELECT … FROM (SELECT "_row", granted… FROM table WHERE grant's filter [OFFSET 0]) AS _source
                   WHERE caller's filters ORDER BY … LIMIT … OFFSET …)
    SELECT the page as JSON or CSV text, its rows, the total FROM _page

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

from simpul.query.columns import Output, is_grouped, list_groups, list_outputs, write_group_order, write_order
from simpul.query.conditions import is_silent, list_filters, write_condition
from simpul.query.fragment import NOTHING, Fragment, combine, join, quote_name
from simpul.query.masks import show_columns, write_shown
from simpul.query.model import Condition, CountKind, Query
from simpul.query.output import write_csv, write_json
from simpul.query.totals import write_estimate, write_total

MAX_ROWS = 100_000
"""Rows in one answer at most; an answer cut here is a 206 and says so in Content-Range."""
ROW = "_row"
"""The hidden row number: the last sort key, so that pages never overlap."""


@dataclass(frozen=True)
class Table:
    """Where a dataset's rows lie: schema, table, and each column's PostgreSQL type, in the contract's order."""

    schema: str
    name: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """One statement that returns one row: `body` (text), `rows`, `total` (null unless counted).

    `columns` and `operators` are the names that evidence keeps: every column read or filtered by, every operator and
    aggregate, sorted. `count` is how the total is really found; `estimate` is the statement for the planner's part of it.
    """

    sql: str
    parameters: tuple[object, ...]
    output: tuple[str, ...]
    columns: tuple[str, ...]
    operators: tuple[str, ...]
    limit: int
    offset: int
    count: CountKind | None = None
    estimate: Fragment = NOTHING


Masks = Mapping[str, Fragment]
NO_MASKS: Masks = {}


def plan(
    query: Query,
    table: Table,
    granted: Sequence[str],
    row_filter: Sequence[Condition] = (),
    masks: Masks = NO_MASKS,
) -> Plan:
    """Plan the statement for a query that may see only `granted` columns and rows that pass `row_filter`.

    `masks` maps columns to what is shown in their place (`masks.write_mask`).

    Raises: ColumnUnknown for any other column, whether it exists or not; ParseFailed.
    Cost: one scan of the granted rows where the grant has a row filter and the caller's filter isn't silent.
    """
    visible = show_columns({name: table.columns[name] for name in granted if name in table.columns}, masks)
    outputs = list_outputs(query.select, visible)
    source = _write_source(query.conditions, table, visible, row_filter, masks)
    count = "exact" if query.count and (row_filter or is_grouped(outputs)) else query.count
    limit = _choose_limit(query)
    if is_grouped(outputs):
        page, rows = _write_groups(query, outputs, visible, source)
    else:
        page, rows = _write_rows(query, outputs, table, visible, row_filter, masks), combine("SELECT 1", source)
    page = combine(page, Fragment(" LIMIT %s::bigint OFFSET %s::bigint", (limit, query.window.offset)))
    body = write_csv(outputs) if query.media == "csv" else write_json(strip_nulls=query.strip_nulls)
    total, estimate = write_total(count, rows), write_estimate(count, rows)
    whole = combine("WITH _page AS (", page, ") SELECT ", body, " AS body, count(*) AS rows, ", total)
    return Plan(
        sql=f"{whole.text} AS total FROM _page",
        parameters=whole.values,
        output=tuple(output.name for output in outputs),
        columns=_list_columns(query, outputs),
        operators=_list_operators(query),
        limit=limit,
        offset=query.window.offset,
        count=count,
        estimate=estimate,
    )


def _choose_limit(query: Query) -> int:
    # Two rows are enough to know that there isn't exactly one.
    most = 2 if query.media == "object" else MAX_ROWS
    return most if query.window.limit is None else min(query.window.limit, most)


def _write_rows(
    query: Query,
    outputs: Sequence[Output],
    table: Table,
    visible: Mapping[str, str],
    row_filter: Sequence[Condition],
    masks: Masks,
) -> Fragment:
    def write_by(prefix: str) -> Fragment:
        terms = [write_order(term, visible, prefix) for term in query.order]
        return join(", ", [*terms, Fragment(prefix + quote_name(ROW))]).wrap(" ORDER BY ")

    # Sorting can't fail on a plain column, and inside the fence it can use an index; a path into JSON stays outside, and
    # so does a masked column, whose name means the value itself there.
    stays_outside = any(term.field.path or term.field.column in masks for term in query.order)
    inner_order = NOTHING if stays_outside else write_by("")
    source = _write_source(query.conditions, table, visible, row_filter, masks, inner_order)
    # An alias may be a column's name: the prefix keeps the caller's order by the column.
    return combine("SELECT ", _write_outputs(outputs), source, write_by("_source."))


def _write_groups(
    query: Query, outputs: Sequence[Output], visible: Mapping[str, str], source: Fragment
) -> tuple[Fragment, Fragment]:
    """Return the SELECT of the groups in their order, and one that only has as many rows."""
    groups = list_groups(outputs)
    terms = [write_group_order(term, outputs, visible) for term in query.order]
    terms += [Fragment(quote_name(group.name)) for group in groups]
    by = ", ".join(str(number) for number, output in enumerate(outputs, 1) if not output.aggregate)
    selected = combine("SELECT ", _write_outputs(outputs), source, f" GROUP BY {by}" if groups else "")
    return combine(selected, join(", ", terms).wrap(" ORDER BY ") if terms else ""), selected


def _write_outputs(outputs: Sequence[Output]) -> Fragment:
    return join(", ", (output.sql.wrap("", f" AS {quote_name(output.name)}") for output in outputs))


def check_row_filter(row_filter: Sequence[Condition], table: Table) -> None:
    """Raises: QueryError if a grant's row filter can't be planned on this table."""
    for condition in row_filter:
        write_condition(condition, table.columns)


def _write_source(
    conditions: Sequence[Condition],
    table: Table,
    visible: Mapping[str, str],
    row_filter: Sequence[Condition],
    masks: Masks,
    inner_order: Fragment = NOTHING,
) -> Fragment:
    outside = list(conditions)
    inside = [write_condition(condition, table.columns) for condition in row_filter]
    if row_filter:
        silent = [one for one in conditions if is_silent(one, visible) and not _is_masked(one, masks)]
        inside += [write_condition(condition, visible) for condition in silent]
        outside = [condition for condition in conditions if condition not in silent]
    names = join(", ", [Fragment(quote_name(ROW)), *(write_shown(name, masks) for name in visible)])
    return combine(
        names.wrap(" FROM (SELECT ", f" FROM {quote_name(table.schema)}.{quote_name(table.name)}"),
        _write_where(inside),
        # Where filters stay outside, sorting waits for the fewer rows that pass them.
        inner_order if row_filter and not outside else "",
        " OFFSET 0" if row_filter else "",
        ") AS _source",
        _write_where([write_condition(condition, visible) for condition in outside]),
    )


def choose_rows(
    conditions: Sequence[Condition],
    table: Table,
    granted: Sequence[str],
    row_filter: Sequence[Condition] = (),
    masks: Masks = NO_MASKS,
) -> Fragment:
    """Return the SELECT of the hidden numbers of the rows that a write may touch and its filter chooses, in their order.

    Raises: ColumnUnknown, ParseFailed.
    """
    visible = show_columns({name: table.columns[name] for name in granted if name in table.columns}, masks)
    source = _write_source(conditions, table, visible, row_filter, masks)
    return source.wrap(f"SELECT {quote_name(ROW)}", f" ORDER BY {quote_name(ROW)}")


def _is_masked(condition: Condition, masks: Masks) -> bool:
    return any(item.field.column in masks for item in list_filters(condition))


def _write_where(written: Sequence[Fragment]) -> Fragment:
    return join(" AND ", written).wrap(" WHERE ") if written else NOTHING


def _list_columns(query: Query, outputs: Sequence[Output]) -> tuple[str, ...]:
    shown = {output.field.column for output in outputs if output.field}
    filtered = {item.field.column for root in query.conditions for item in list_filters(root)}
    aliases = {output.name for output in outputs} if is_grouped(outputs) else set()
    return tuple(sorted(shown | filtered | {term.field.column for term in query.order} - aliases))


def _list_operators(query: Query) -> tuple[str, ...]:
    filters = {item.operator for root in query.conditions for item in list_filters(root)}
    return tuple(sorted(filters | {item.aggregate for item in query.select if item.aggregate}))
