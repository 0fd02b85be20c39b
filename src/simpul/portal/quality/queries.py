"""Reading what was measured."""

from simpul.portal.quality.models import TestRun, ValidationReport
from simpul.portal.services.models import Dataset, Publication


def find_test_run(publication: Publication) -> TestRun | None:
    """Return the newest run of the tests of the version that is published now, or None."""
    runs = TestRun.objects.filter(publication=publication, started_at__gte=publication.contract_version.frozen_at)
    return runs.order_by("-id").first()


def find_report(dataset: Dataset) -> ValidationReport | None:
    """Return the newest validation report of a dataset, or None."""
    return dataset.validation_reports.order_by("-id").first()
