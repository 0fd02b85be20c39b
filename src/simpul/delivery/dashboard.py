"""The numbers behind a dashboard's charts. Reads only; no personal column, no group that could tell of one person.

A group under `MIN_GROUP` rows is hidden. Where the hidden ones together are still that small, the smallest shown group
is hidden with them, so that nobody finds their number by subtracting from the total.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from simpul.contract.dashboard import MAX_CATEGORIES, MIN_GROUP, Chart
from simpul.contract.model import Column
from simpul.delivery.errors import MeasureRefused
from simpul.delivery.target import Target
from simpul.store.pools import database_errors
from simpul.store.sql import SQL, Composable, Connection, Identifier, Literal

_AREA_LENGTHS = (13, 8, 5, 2)
"""Characters of a dotted area code: village, district, regency, province."""
_MAX_AREAS = 40
_MAX_GROUPS = 5_000
_DAYS_BY_DAY, _DAYS_BY_MONTH = 62, 5 * 366


class Group(NamedTuple):
    """One group: its label (None: the column is empty), its rows, its value (the same, or a sum)."""

    label: str | None
    rows: int
    value: int | float | None


def measure_charts(connection: Connection[Any], target: Target, charts: Sequence[Chart]) -> list[dict[str, Any]]:
    """Return plain JSON for each chart, in order: the chart's own facts and its numbers.

    {"kind", "column", "title", …, "groups": [{"label", "value"}], "hidden": number of hidden groups,
    "other": value of all groups past the largest or None, "step": "day"|"month"|"year"|area length or None}. A total
    has one group with the label None; a table has one for each of its columns: how many different values it has.

    Raises: MeasureRefused for a personal column; DatabaseAway, DatabaseBusy, QueryTooSlow.
    """
    with database_errors():
        return [_measure_chart(connection, target, chart) for chart in charts]


def _measure_chart(connection: Connection[Any], target: Target, chart: Chart) -> dict[str, Any]:
    for name in (chart.column, chart.measure, *chart.columns):
        if name:
            _check_column(target, name)
    measured = _MEASURES[chart.kind](connection, target, chart)
    return {**chart.to_dict(), "other": None, "hidden": 0, "step": None, **measured}


def _check_column(target: Target, name: str) -> Column:
    column = target.model.find_column(name)
    if column is None or column.is_personal:
        raise MeasureRefused(column=name)
    return column


def hide_small(groups: Sequence[Group]) -> tuple[list[Group], int]:
    """Return the groups that may be shown, in their order, and how many are hidden.

    >>> hide_small([Group("a", 9, 9), Group("b", 7, 7), Group("c", 2, 2)])
    ([Group(label='a', rows=9, value=9)], 2)
    >>> hide_small([Group("a", 9, 9), Group("b", 4, 4), Group("c", 2, 2)])[1]
    2
    """
    small = [group for group in groups if group.rows < MIN_GROUP]
    shown = [group for group in groups if group.rows >= MIN_GROUP]
    if small and sum(group.rows for group in small) < MIN_GROUP and shown:
        shown.remove(min(shown, key=lambda group: group.rows))
    return shown, len(groups) - len(shown)


def _measure_total(connection: Connection[Any], target: Target, chart: Chart) -> dict[str, Any]:
    group = _read_groups(connection, target, chart, SQL("NULL"))
    if not group:
        return {"groups": [{"label": None, "value": 0}]}
    hidden = chart.aggregate == "sum" and 0 < group[0].rows < MIN_GROUP
    return {"groups": [] if hidden else _tell(group), "hidden": int(hidden)}


def _measure_category(connection: Connection[Any], target: Target, chart: Chart) -> dict[str, Any]:
    groups, hidden = hide_small(
        _read_groups(connection, target, chart, SQL("{}::text").format(Identifier(chart.column)))
    )
    groups.sort(key=lambda group: (-(group.value or 0), group.label or ""))
    rest = groups[MAX_CATEGORIES:]
    other = sum(group.value or 0 for group in rest) if rest else None
    return {"groups": _tell(groups[:MAX_CATEGORIES]), "hidden": hidden, "other": other}


def _measure_time(connection: Connection[Any], target: Target, chart: Chart) -> dict[str, Any]:
    column = _check_column(target, chart.column)
    label, step = _write_step(connection, target, column)
    groups, hidden = hide_small(_read_groups(connection, target, chart, label))
    return {"groups": _tell(sorted(groups, key=lambda group: group.label or "")), "hidden": hidden, "step": step}


def _write_step(connection: Connection[Any], target: Target, column: Column) -> tuple[Composable, str]:
    """Return the label's SQL and the step, so that a chart has some tens of points."""
    name: Composable = Identifier(column.name)
    if column.logical_type not in ("date", "timestamp"):
        return SQL("{}::text").format(name), "year"
    if column.logical_type == "timestamp":
        name = SQL("({} AT TIME ZONE {})").format(name, Literal(target.zone))
    query = SQL("SELECT min({0}::date), max({0}::date) FROM {1}").format(name, Identifier(target.schema, target.table))
    first, last = connection.execute(query).fetchone() or (None, None)
    step = _choose_step(first, last)
    form = {"day": "YYYY-MM-DD", "month": "YYYY-MM", "year": "YYYY"}[step]
    return SQL("to_char({}, {})").format(name, Literal(form)), step


def _choose_step(first: date | None, last: date | None) -> str:
    days = (last - first).days if first and last else 0
    return "day" if days <= _DAYS_BY_DAY else "month" if days <= _DAYS_BY_MONTH else "year"


def _measure_area(connection: Connection[Any], target: Target, chart: Chart) -> dict[str, Any]:
    """Group by the finest level that gives some tens of groups, the largest of which may be shown."""
    for length in _AREA_LENGTHS:
        label = SQL("left({}, {})").format(Identifier(chart.column), Literal(length))
        groups = _read_groups(connection, target, chart, label)
        shown, hidden = hide_small(groups)
        if shown and len(groups) <= _MAX_AREAS:
            return {
                "groups": _tell(sorted(shown, key=lambda group: group.label or "")),
                "hidden": hidden,
                "step": length,
            }
    return {"groups": [], "hidden": len(groups), "step": _AREA_LENGTHS[-1]}


def _measure_table(connection: Connection[Any], target: Target, chart: Chart) -> dict[str, Any]:
    if not chart.columns:
        return {"groups": []}
    counts = SQL(", ").join(SQL("count(DISTINCT {})").format(Identifier(name)) for name in chart.columns)
    query = SQL("SELECT {} FROM {}").format(counts, Identifier(target.schema, target.table))
    found = connection.execute(query).fetchone() or ()
    return {"groups": [{"label": name, "value": count} for name, count in zip(chart.columns, found, strict=False)]}


_MEASURES = {
    "total": _measure_total,
    "category": _measure_category,
    "time": _measure_time,
    "area": _measure_area,
    "table": _measure_table,
}


def _read_groups(connection: Connection[Any], target: Target, chart: Chart, label: Composable) -> list[Group]:
    value = SQL("sum({})").format(Identifier(chart.measure)) if chart.aggregate == "sum" else SQL("count(*)")
    query = SQL("SELECT {label}, count(*), {value} FROM {table} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {limit}").format(
        label=label, value=value, table=Identifier(target.schema, target.table), limit=Literal(_MAX_GROUPS)
    )
    return [Group(text, rows, _write_number(number)) for text, rows, number in connection.execute(query)]


def _write_number(number: Any) -> int | float | None:
    """Return a number that JSON takes; a sum of no values is None."""
    if number is None:
        return None
    return int(number) if number == int(number) else float(number)


def _tell(groups: Sequence[Group]) -> list[dict[str, Any]]:
    return [{"label": group.label, "value": group.value} for group in groups]
