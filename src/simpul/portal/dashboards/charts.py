"""From a measured chart to what the page shows: an ECharts option without functions, and the same numbers as rows."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

BARS = 12
"""Groups in a drawing, as more can't be read on a phone; the table beneath has all."""
LABEL_CHARACTERS = 24

_AREAS = {13: "desa/kelurahan", 8: "kecamatan", 5: "kabupaten/kota", 2: "provinsi"}
_EMPTY = {None: "(kosong)", "": "(kosong)", "true": "Ya", "false": "Tidak"}


class Row(NamedTuple):
    """One line of a chart's table."""

    label: str
    value: int | float | None


class Figure(NamedTuple):
    """One chart: its title, what to draw, the same numbers as rows, and what isn't shown."""

    id: str
    title: str
    option: dict[str, Any]
    rows: list[Row]
    hidden: int
    unit: str
    label_title: str


class Card(NamedTuple):
    """One total; `value` None: hidden, since it is of fewer rows than may be shown."""

    label: str
    value: int | float | None
    unit: str


def make_cards(charts: list[dict[str, Any]]) -> list[Card]:
    """Return the totals, in their order."""
    return [
        Card(one["title"], one["groups"][0]["value"] if one["groups"] else None, one["unit"])
        for one in charts
        if one["kind"] == "total"
    ]


def make_figures(charts: list[dict[str, Any]], names: dict[str, str], prefix: str) -> list[Figure]:
    """Return the charts that are drawn, in their order.

    Args: `names` has the columns' titles; `prefix` makes the figures' ids unique on the page.
    """
    drawn = [one for one in charts if one["kind"] in ("category", "time", "area")]
    return [_make_figure(one, names, f"{prefix}-{number}") for number, one in enumerate(drawn, start=1)]


def make_counts(charts: list[dict[str, Any]], names: dict[str, str]) -> list[Row]:
    """Return how many different values each grouped column has."""
    table = next((one for one in charts if one["kind"] == "table"), None)
    return [Row(names.get(one["label"], one["label"]), one["value"]) for one in table["groups"]] if table else []


def _make_figure(chart: dict[str, Any], names: dict[str, str], figure_id: str) -> Figure:
    rows = [Row(_tell_label(one["label"]), one["value"]) for one in chart["groups"]]
    draw = _draw_line if chart["kind"] == "time" else _draw_bars
    shown = rows if chart["kind"] == "time" else rows[:BARS]
    if chart["other"] is not None:
        rows = [*rows, Row(_("lainnya"), chart["other"])]
    label_title = names.get(chart["column"], chart["column"])
    if chart["kind"] == "area" and chart["step"]:
        label_title = f"{label_title} ({_AREAS.get(chart['step'], '')})"
    return Figure(
        figure_id, chart["title"], draw(shown, chart["title"]), rows, chart["hidden"], chart["unit"], label_title
    )


def _tell_label(label: str | None) -> str:
    return _EMPTY.get(label, label or "")


def _shorten(label: str) -> str:
    return label if len(label) <= LABEL_CHARACTERS else label[: LABEL_CHARACTERS - 1] + "…"


def _draw_bars(rows: list[Row], title: str) -> dict[str, Any]:
    """Draw lying bars, the first on top: long names stay readable on a phone."""
    return {
        "aria": {"enabled": True, "label": {"description": title}},
        "grid": {"left": 8, "right": 32, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [_shorten(row.label) for row in rows],
            "axisTick": {"show": False},
        },
        "series": [{"type": "bar", "name": title, "data": [row.value for row in rows], "barMaxWidth": 28}],
    }


def _draw_line(rows: list[Row], title: str) -> dict[str, Any]:
    return {
        "aria": {"enabled": True, "label": {"description": title}},
        "grid": {"left": 8, "right": 24, "top": 24, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [row.label for row in rows]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [{"type": "line", "name": title, "data": [row.value for row in rows], "symbolSize": 8}],
    }
