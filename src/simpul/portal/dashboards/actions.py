"""Drawing dashboards: a failed refresh keeps the old picture and says when and why, and never shows 0."""

from typing import Any

from django.db import DatabaseError, transaction

from simpul.contract.dashboard import is_spread, plan_dashboard
from simpul.delivery.dashboard import measure_charts
from simpul.delivery.target import make_target
from simpul.kernel.clock import now
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words
from simpul.portal.dashboards.models import DashboardSnapshot
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.models import Dataset, Publication
from simpul.store.sql import errors

UNMEASURED = Words("Angkanya tidak dapat dihitung.", "The numbers can't be computed.")


def refresh_publication(publication: Publication) -> list[str]:
    """Refresh the picture of each dataset. Returns: what went wrong, by dataset; [] when all is fresh."""
    problems = [refresh_dataset(dataset) for dataset in publication.datasets.select_related("publication")]
    return [one for one in problems if one]


def drop_spread(charts: list[dict[str, Any]], rows: int) -> list[dict[str, Any]]:
    """Return the charts, those by a category whose values hardly repeat without groups, marked `is_spread`."""
    distinct = {group["label"]: group["value"] for one in charts if one["kind"] == "table" for group in one["groups"]}
    return [
        {**one, "groups": [], "other": None, "hidden": 0, "is_spread": True}
        if one["kind"] == "category" and is_spread(distinct.get(one["column"], 0), rows)
        else one
        for one in charts
    ]


def refresh_dataset(dataset: Dataset) -> str:
    """Refresh one picture. Returns: what went wrong, or "". Cost: one scan for each chart."""
    snapshot, _ = DashboardSnapshot.objects.get_or_create(dataset=dataset)
    snapshot.attempted_at, snapshot.problem = now(), ""
    try:
        with transaction.atomic():
            target = make_target(dataset.pk, dataset.publication.compiled, dataset.name)
            charts = measure_charts(get_driver_connection(), target, plan_dashboard(target.model))
            snapshot.content = {"charts": drop_spread(charts, dataset.row_count), "total": dataset.row_count}
            snapshot.dataset_version, snapshot.refreshed_at = dataset.version, snapshot.attempted_at
    except (SimpulError, DatabaseError, errors.Error) as error:
        # The driver's own words may quote a value of a row.
        snapshot.problem = str(error.message if isinstance(error, SimpulError) else UNMEASURED)
    snapshot.save()
    return f"{dataset.name}: {snapshot.problem}" if snapshot.problem else ""
