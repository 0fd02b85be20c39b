"""Plans the SELECTs of a query under a grant; where its rows come from is `source`'s matter.

    WITH _page AS (SELECT … FROM what the grant shows WHERE caller's filters ORDER BY … LIMIT … OFFSET …)
    SELECT the page as JSON or CSV text, its rows, the total[, its last row's place in the order] FROM _page

A page is one statement and one row; an answer that leaves row by row is a statement of lines (`plan_lines`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simpul.query.columns import Output, is_grouped, list_groups, list_outputs, write_group_order
from simpul.query.conditions import list_filters
from simpul.query.fragment import NOTHING, Fragment, combine, fill_holes, join, quote_name
from simpul.query.keyset import (
    Values,
    can_follow,
    check_followed,
    list_keys,
    name_keys,
    write_after,
    write_by,
    write_last,
)
from simpul.query.masks import show_columns
from simpul.query.model import Condition, CountKind, Query, copy_with
from simpul.query.output import Frame, choose_writer
from simpul.query.source import NO_MASKS, ROW, Masks, Table, check_row_filter, write_source
from simpul.query.totals import write_estimate, write_total

__all__ = [
    "MAX_ROWS",
    "NO_MASKS",
    "ROW",
    "Lines",
    "Masks",
    "Plan",
    "Table",
    "check_row_filter",
    "choose_rows",
    "plan",
    "plan_lines",
]

MAX_ROWS = 100_000
"""Rows in an answer that is made whole in memory, at most."""


@dataclass(frozen=True)
class Plan:
    """One statement that returns one row: `body` (text), `rows`, `total` (null unless counted).

    With `is_followed` there is a fourth column, the place of the last row in the order as an array of texts: null unless
    `limit` rows came. `columns` and `operators` are the names that evidence keeps: every column read or filtered by, every
    operator and aggregate, sorted. `count` is how the total is really found; `estimate` is the statement for the
    planner's part of it.
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
    is_followed: bool = False

    def fill(self, values: Sequence[object]) -> "Plan":
        """Return the same plan with `values` in the place of its holes."""
        return copy_with(self, parameters=fill_holes(self.parameters, values), estimate=self.estimate.fill(values))


@dataclass(frozen=True)
class Lines:
    """`rows` returns one text for each row, `frame` says how they become a body.

    `total` counts all rows, or is nothing; `beyond` says whether there are more than `most`, or is nothing where the
    caller wants no more than that.
    """

    rows: Fragment
    total: Fragment
    beyond: Fragment
    frame: Frame


def plan(
    query: Query,
    table: Table,
    granted: Sequence[str],
    row_filter: Sequence[Condition] = (),
    masks: Masks = NO_MASKS,
    *,
    after: Values = (),
    most: int = MAX_ROWS,
    is_followed: bool = False,
) -> Plan:
    """Plan the statement for a query that may see only `granted` columns and rows that pass `row_filter`.

    Args: `masks` maps columns to what is shown in their place (`masks.write_mask`); `after` is where the page before
    ended; `most` rows are given at most; `is_followed` asks for the place where this page ends.

    Raises: ColumnUnknown for any other column, whether it exists or not; ParseFailed.
    Cost: one scan of the granted rows where the grant has a row filter and the caller's filter isn't silent.
    """
    parts = _Parts(query, table, granted, row_filter, masks, after)
    # Two rows are enough to know that there isn't exactly one.
    limit = _choose_limit(query, 2 if query.media == "object" else most)
    is_followed = is_followed and can_follow(query) and limit > 0
    page, rows = parts.write_page(limit, with_keys=is_followed), parts.rows
    total, estimate = write_total(parts.count, rows), write_estimate(parts.count, rows)
    source = Fragment("_page")
    last = NOTHING
    if is_followed:  # the keys are no part of the answer
        names = ", ".join(quote_name(output.name) for output in parts.outputs)
        source, last = Fragment(f"(SELECT {names} FROM _page) AS _page"), write_last(parts.keys, limit).wrap(", ")  # noqa: S608
    body = parts.writer.whole
    whole = combine("WITH _page AS (", page, ") SELECT ", body, " AS body, count(*) AS rows, ", total, " AS total")
    whole = combine(whole, last, " FROM ", source)
    return Plan(
        sql=whole.text,
        parameters=whole.values,
        output=tuple(output.name for output in parts.outputs),
        columns=_list_columns(query, parts.outputs),
        operators=_list_operators(query),
        limit=limit,
        offset=query.window.offset,
        count=parts.count,
        estimate=estimate,
        is_followed=is_followed,
    )


def plan_lines(
    query: Query,
    table: Table,
    granted: Sequence[str],
    row_filter: Sequence[Condition] = (),
    masks: Masks = NO_MASKS,
    *,
    after: Values = (),
    most: int | None = None,
) -> Lines:
    """Plan the same query as lines, without a limit unless the caller or `most` sets one. Raises: as `plan`."""
    parts = _Parts(query, table, granted, row_filter, masks, after)
    limit, beyond = query.window.limit, NOTHING
    if most is not None and (limit is None or limit > most):
        limit, beyond = most, parts.write_beyond(most)
    lines = combine("SELECT ", parts.writer.line, " FROM (", parts.write_page(limit), ") AS _page")
    total = combine("SELECT ", write_total("exact", parts.rows)) if parts.count == "exact" else NOTHING
    return Lines(lines, total, beyond, parts.writer.frame)


def _choose_limit(query: Query, most: int) -> int:
    return most if query.window.limit is None else min(query.window.limit, most)


class _Parts:
    """What every statement of one query is put together of."""

    def __init__(
        self,
        query: Query,
        table: Table,
        granted: Sequence[str],
        row_filter: Sequence[Condition],
        masks: Masks,
        after: Values,
    ) -> None:
        if after:
            check_followed(query)
        self.query, self.table, self.row_filter, self.masks = query, table, row_filter, masks
        self.visible = show_columns({name: table.columns[name] for name in granted if name in table.columns}, masks)
        self.outputs = list_outputs(query.select, self.visible)
        self.keys = list_keys(query.order, table, masks)
        self.after = after
        self.writer = choose_writer(query, self.outputs)
        self.count = "exact" if query.count and (row_filter or is_grouped(self.outputs)) else query.count
        source = write_source(query.conditions, table, self.visible, row_filter, masks)
        self._groups = _write_groups(query, self.outputs, self.visible, source) if is_grouped(self.outputs) else None
        self.rows = self._groups[1] if self._groups else combine("SELECT 1", source)

    def write_page(self, limit: int | None, *, with_keys: bool = False) -> Fragment:
        """Return the SELECT of the page's rows in their order."""
        selected = self._groups[0] if self._groups else self._write_rows(with_keys=with_keys)
        if limit is not None:
            selected = combine(selected, Fragment(" LIMIT %s::bigint", (limit,)))
        return combine(selected, Fragment(" OFFSET %s::bigint", (self.query.window.offset,)))

    def write_beyond(self, limit: int) -> Fragment:
        """Return the statement that says whether there is a row behind that many."""
        rows = self._groups[1] if self._groups else combine("SELECT 1", self._write_source(NOTHING))
        window = Fragment(" LIMIT 1 OFFSET %s::bigint", (self.query.window.offset + limit,))
        return combine("SELECT EXISTS (", rows, window, ")")

    def _write_source(self, inner_order: Fragment) -> Fragment:
        place = write_after(self.keys, self.after, self.visible, self.table, self.masks)
        return write_source(
            self.query.conditions, self.table, self.visible, self.row_filter, self.masks, inner_order, place
        )

    def _write_rows(self, *, with_keys: bool) -> Fragment:
        # Sorting can't fail on a plain column, and inside the fence it can use an index; a path into JSON stays outside,
        # and so does a masked column, whose name means the value itself there.
        stays_outside = any(term.field.path or term.field.column in self.masks for term in self.query.order)
        source = self._write_source(NOTHING if stays_outside else write_by(self.keys, self.visible))
        outputs = _write_outputs(self.outputs)
        if with_keys:
            outputs = join(", ", [outputs, name_keys(self.keys, self.visible)])
        # An alias may be a column's name: the prefix keeps the caller's order by the column.
        return combine("SELECT ", outputs, source, write_by(self.keys, self.visible, "_source."))


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
    source = write_source(conditions, table, visible, row_filter, masks)
    return source.wrap(f"SELECT {quote_name(ROW)}", f" ORDER BY {quote_name(ROW)}")


def _list_columns(query: Query, outputs: Sequence[Output]) -> tuple[str, ...]:
    shown = {output.field.column for output in outputs if output.field}
    filtered = {item.field.column for root in query.conditions for item in list_filters(root)}
    aliases = {output.name for output in outputs} if is_grouped(outputs) else set()
    return tuple(sorted(shown | filtered | {term.field.column for term in query.order} - aliases))


def _list_operators(query: Query) -> tuple[str, ...]:
    filters = {item.operator for root in query.conditions for item in list_filters(root)}
    return tuple(sorted(filters | {item.aggregate for item in query.select if item.aggregate}))
