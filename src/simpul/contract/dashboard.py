"""Which charts a dataset's dashboard shows, planned from the contract: no personal column, no small group.

Source: UU 27/2022 and the design's rule that groups under five are hidden.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from simpul.contract.model import Column, Dataset

MIN_GROUP = 5
"""A group of fewer rows is hidden, as it could tell of one person."""

MAX_CATEGORIES = 20
"""Of a category's groups the largest are shown, the rest together as "lainnya"."""

_MAX_CHARTS_A_KIND = 4
_MAX_CATEGORY_LENGTH = 100
_YEAR_WORDS = ("tahun", "year")

Kind = Literal["total", "category", "time", "area", "table"]


@dataclass(frozen=True)
class Chart:
    """One chart. `column` groups the rows ("" for all of them); `aggregate` counts rows or sums `measure`.

    `columns`, of a table: those it may show. `unit` stands beside the numbers.
    """

    kind: Kind
    column: str
    title: str
    aggregate: Literal["count", "sum"] = "count"
    measure: str = ""
    unit: str = ""
    columns: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self) | {"columns": list(self.columns)}


def plan_dashboard(dataset: Dataset) -> list[Chart]:
    """Plan the charts of a dataset: totals, by category, over time, by area, and a table of those groups."""
    open_columns = [column for column in dataset.columns if not column.is_personal]
    title = dataset.title or dataset.name
    totals = [Chart("total", "", f"Jumlah baris {title}", unit="baris")]
    totals += [
        Chart("total", "", f"Jumlah {_name(column)}", "sum", column.name, column.unit)
        for column in open_columns
        if _is_quantity(column)
    ][:_MAX_CHARTS_A_KIND]
    groups = [
        *_plan_groups("category", "menurut", [column for column in open_columns if _is_category(column)]),
        *_plan_groups("time", "menurut waktu:", [column for column in open_columns if _is_time(column)]),
        *_plan_groups("area", "menurut wilayah:", [column for column in open_columns if column.format == "area_code"]),
    ]
    shown = tuple(dict.fromkeys(chart.column for chart in groups))
    table = [Chart("table", "", f"Ringkasan {title}", columns=shown)] if shown else []
    return totals + groups + table


def is_spread(distinct: int, rows: int) -> bool:
    """Return whether a column's values hardly repeat, as in free text or names: groups of it would tell nothing.

    >>> is_spread(900, 1000), is_spread(148, 2186), is_spread(12, 12)
    (True, False, False)
    """
    return distinct > MAX_CATEGORIES and 2 * distinct > rows


def _plan_groups(kind: Kind, joint: str, columns: list[Column]) -> list[Chart]:
    return [Chart(kind, column.name, f"Baris {joint} {_name(column)}") for column in columns[:_MAX_CHARTS_A_KIND]]


def _name(column: Column) -> str:
    return column.title or column.name


def _is_year(column: Column) -> bool:
    return column.logical_type == "integer" and not set(_YEAR_WORDS).isdisjoint(column.name.split("_"))


def _is_quantity(column: Column) -> bool:
    """A number that may be summed: not a code, a year, or a key."""
    is_number = column.logical_type in ("integer", "number")
    is_code = column.key or column.unique or column.code_list is not None or _is_year(column)
    return is_number and not is_code and column.name not in ("no", "nomor", "no_urut", "nomor_urut", "id")


def _is_category(column: Column) -> bool:
    if column.key or column.unique or column.format is not None:
        return False
    if column.code_list is not None or column.logical_type == "boolean":
        return True
    return column.logical_type == "string" and column.length is not None and column.length <= _MAX_CATEGORY_LENGTH


def _is_time(column: Column) -> bool:
    return column.logical_type in ("date", "timestamp") or _is_year(column)
