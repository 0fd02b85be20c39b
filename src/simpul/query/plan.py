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
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simpul.kernel.words import Words
from simpul.query.conditions import is_silent, list_filters, write_condition, write_field
from simpul.query.errors import ColumnUnknown, ParseFailed, show_name
from simpul.query.fragment import NOTHING, Fragment, combine, join, quote_name
from simpul.query.model import Condition, Field, OrderTerm, Query, SelectItem
from simpul.query.output import Output, write_csv, write_json

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
    """One statement that returns one row: `body` (text), `rows`, `total` (null unless asked for).

    `columns` and `operators` are the names that evidence keeps: every column read or filtered by, sorted.
    """

    sql: str
    parameters: tuple[object, ...]
    output: tuple[str, ...]
    columns: tuple[str, ...]
    operators: tuple[str, ...]
    limit: int
    offset: int


def plan(query: Query, table: Table, granted: Sequence[str], row_filter: Sequence[Condition] = ()) -> Plan:
    """Plan the statement for a query that may see only `granted` columns and rows that pass `row_filter`.

    Raises: ColumnUnknown for any other column, whether it exists or not; ParseFailed.
    Cost: one scan of the granted rows where the grant has a row filter and the caller's filter isn't silent.
    """
    visible = {name: table.columns[name] for name in granted if name in table.columns}
    outputs = _list_outputs(query.select, visible)
    terms = [_write_order(term, visible) for term in query.order]
    order = join(", ", [*terms, Fragment(quote_name(ROW))]).wrap(" ORDER BY ")
    # Sorting can't fail on a plain column, and inside the fence it can use an index; a path into JSON stays outside.
    inner_order = NOTHING if any(term.field.path for term in query.order) else order
    source = _write_source(query.conditions, table, visible, row_filter)
    limit = MAX_ROWS if query.window.limit is None else min(query.window.limit, MAX_ROWS)
    page = combine(
        "SELECT ",
        join(", ", (output.sql.wrap("", f" AS {quote_name(output.name)}") for output in outputs)),
        _write_source(query.conditions, table, visible, row_filter, inner_order),
        order,
        Fragment(" LIMIT %s::bigint OFFSET %s::bigint", (limit, query.window.offset)),
    )
    write_body = write_csv if query.media == "csv" else write_json
    total = combine("(SELECT count(*)", source, ")") if query.count_exact else Fragment("NULL::bigint")
    whole = combine("WITH _page AS (", page, ") SELECT ", write_body(outputs), " AS body, count(*) AS rows, ", total)
    return Plan(
        sql=f"{whole.text} AS total FROM _page",
        parameters=whole.values,
        output=tuple(output.name for output in outputs),
        columns=_list_columns(query, outputs),
        operators=tuple(sorted({item.operator for root in query.conditions for item in list_filters(root)})),
        limit=limit,
        offset=query.window.offset,
    )


def check_row_filter(row_filter: Sequence[Condition], table: Table) -> None:
    """Raises: QueryError if a grant's row filter can't be planned on this table."""
    for condition in row_filter:
        write_condition(condition, table.columns)


def _write_source(
    conditions: Sequence[Condition],
    table: Table,
    visible: Mapping[str, str],
    row_filter: Sequence[Condition],
    inner_order: Fragment = NOTHING,
) -> Fragment:
    outside = list(conditions)
    inside = [write_condition(condition, table.columns) for condition in row_filter]
    if row_filter:
        silent = [condition for condition in conditions if is_silent(condition, visible)]
        inside += [write_condition(condition, visible) for condition in silent]
        outside = [condition for condition in conditions if condition not in silent]
    names = ", ".join(map(quote_name, [ROW, *visible]))
    return combine(
        f" FROM (SELECT {names} FROM {quote_name(table.schema)}.{quote_name(table.name)}",  # noqa: S608 quoted names
        _write_where(inside),
        # Where filters stay outside, sorting waits for the fewer rows that pass them.
        inner_order if row_filter and not outside else "",
        " OFFSET 0" if row_filter else "",
        ") AS _source",
        _write_where([write_condition(condition, visible) for condition in outside]),
    )


def _write_where(written: Sequence[Fragment]) -> Fragment:
    return join(" AND ", written).wrap(" WHERE ") if written else NOTHING


def _list_outputs(items: Sequence[SelectItem], visible: Mapping[str, str]) -> list[Output]:
    outputs: list[Output] = []
    for item in items:
        fields = [Field(name) for name in visible] if item.field is None else [item.field]
        outputs += [_write_output(field, item, visible) for field in fields]
    names = [output.name for output in outputs]
    if not outputs:
        raise ColumnUnknown(column="*")
    if len(set(names)) < len(names):
        details = Words("Satu nama keluar dua kali.", "A name comes out twice.")
        raise ParseFailed(details=details, parameter="select")
    return outputs


def _write_output(field: Field, item: SelectItem, visible: Mapping[str, str]) -> Output:
    written = write_field(field, visible)
    kind = "json" if field.path else visible[field.column]
    if item.cast:
        written, kind = written.wrap("CAST(", f" AS {item.cast})"), item.cast
    return Output(item.alias or _name_field(field), written, kind, field.column)


def _name_field(field: Field) -> str:
    """Return the output's name: the column, or the last textual key of its path as PostgREST does."""
    keys = [step.key for step in field.path if isinstance(step.key, str) and show_name(step.key) != "?"]
    return keys[-1] if keys and not keys[-1].startswith("_") else field.column


def _write_order(term: OrderTerm, visible: Mapping[str, str]) -> Fragment:
    nulls = "" if term.nulls_first is None else " NULLS FIRST" if term.nulls_first else " NULLS LAST"
    return write_field(term.field, visible).wrap("", f"{' DESC' if term.descending else ' ASC'}{nulls}")


def _list_columns(query: Query, outputs: Sequence[Output]) -> tuple[str, ...]:
    filtered = (item.field.column for root in query.conditions for item in list_filters(root))
    ordered = (term.field.column for term in query.order)
    return tuple(sorted({output.column for output in outputs} | set(filtered) | set(ordered)))
