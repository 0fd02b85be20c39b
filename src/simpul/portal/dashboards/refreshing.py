"""The worker's part of dashboards: draw anew what has changed since."""

from django.db.models import F, Q

from simpul.portal.dashboards.actions import refresh_dataset
from simpul.portal.services.models import Dataset, Publication

SHOWN = (Publication.State.VERIFICATION, Publication.State.LIVE, Publication.State.DEPRECATED)


def refresh_stale() -> None:
    """Refresh the dashboards of live datasets whose rows have a newer version than their picture."""
    stale = Q(snapshot__dataset_version__lt=F("version")) | ~Q(snapshot__problem="")
    rows = Dataset.objects.filter(
        stale, snapshot__isnull=False, publication__stage="live", publication__state__in=SHOWN
    )
    for dataset in rows.select_related("publication"):
        refresh_dataset(dataset)
