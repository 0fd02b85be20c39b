"""Datasets that a contract took out again before its service was ever live: what was kept of them goes with them."""

from collections.abc import Iterable

from simpul.portal.audit.actions import record
from simpul.portal.services.models import Publication


def remove_absent_datasets(publication: Publication, names: Iterable[str]) -> None:
    """Remove the datasets of a publication that a new version doesn't name, their batches and grants with them.

    A live service loses none that was ever in force, since a minor version only adds: then it is one that an earlier
    round of the change added. Each removal leaves an audit line with its counts. The worker drops the tables.
    """
    if publication.pk is None:
        return
    for dataset in publication.datasets.exclude(name__in=list(names)):
        batches = dataset.batches.all()
        record(
            None,
            "dataset.removed",
            "publication",
            publication.pk,
            dataset=dataset.name,
            rows=dataset.row_count,
            batches=batches.count(),
        )
        batches.delete()
        dataset.validation_reports.all().delete()
        dataset.grants.all().delete()
        dataset.delete()
