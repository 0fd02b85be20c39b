"""What a page shows of one snapshot: totals, figures, freshness, what went wrong, and the newest quality report."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simpul.contract.model import Dataset as AgreedDataset
from simpul.portal.dashboards.charts import Card, Figure, Row, make_cards, make_counts, make_figures
from simpul.portal.dashboards.models import DashboardSnapshot
from simpul.portal.quality.models import ValidationReport
from simpul.portal.quality.queries import find_report
from simpul.portal.services.models import Dataset
from simpul.portal.services.showing import is_older_than_agreed


@dataclass(frozen=True)
class Picture:
    """`is_behind`: newer rows were delivered than are drawn; `is_old`: the last delivery is older than agreed."""

    dataset: Dataset
    title: str
    model: AgreedDataset
    cards: list[Card]
    figures: list[Figure]
    undrawn: list[str]
    spread: list[str]
    counts: list[Row]
    delivered_at: datetime | None
    refreshed_at: datetime | None
    attempted_at: datetime | None
    problem: str
    is_behind: bool
    is_old: bool
    report: ValidationReport | None
    measures: list[dict[str, Any]]


def make_picture(snapshot: DashboardSnapshot) -> Picture:
    """Return what to show of a snapshot; one that was never drawn has no numbers at all, never a 0."""
    dataset = snapshot.dataset
    compiled = dataset.publication.compiled.get("datasets", {}).get(dataset.name)
    model = AgreedDataset.from_dict(compiled["model"]) if compiled else AgreedDataset(dataset.name)
    # A column may have become personal since the picture was drawn.
    charts = (
        [one for one in snapshot.content.get("charts", []) if _is_open(one, model)] if snapshot.refreshed_at else []
    )
    names = {column.name: column.title or column.name for column in model.columns}
    report = find_report(dataset)
    figures = make_figures(charts, names, f"grafik-{dataset.pk}")
    return Picture(
        dataset=dataset,
        title=model.title or model.name,
        model=model,
        cards=make_cards(charts) if dataset.delivered_at else [],
        figures=[one for one in figures if one.rows],
        undrawn=[one.label_title for one in figures if not one.rows and one.hidden],
        spread=[names.get(one["column"], one["column"]) for one in charts if one.get("is_spread")],
        counts=make_counts(charts, names),
        delivered_at=dataset.delivered_at,
        refreshed_at=snapshot.refreshed_at,
        attempted_at=snapshot.attempted_at,
        problem=snapshot.problem,
        is_behind=bool(snapshot.refreshed_at) and snapshot.dataset_version < dataset.version,
        is_old=is_older_than_agreed(dataset, model),
        report=report,
        measures=list_measures(report),
    )


def _is_open(chart: dict[str, Any], model: AgreedDataset) -> bool:
    columns = [model.find_column(name) for name in (chart["column"], chart["measure"], *chart["columns"]) if name]
    return all(column is not None and not column.is_personal for column in columns)


def list_measures(report: ValidationReport | None) -> list[dict[str, Any]]:
    """Return a report's measures of the dataset as a whole, then those of columns that miss their threshold."""
    results: list[dict[str, Any]] = report.results if report else []
    whole = [one for one in results if not one["column"]]
    return whole + [one for one in results if one["column"] and one["passed"] is False]
