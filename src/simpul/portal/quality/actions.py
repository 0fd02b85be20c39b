"""Measuring: integration tests against the running exchange, and the quality of what is stored."""

from typing import Any

from django.db import connection

from simpul.contract.quality import judge_quality
from simpul.delivery.measure import measure_dataset
from simpul.kernel.clock import now
from simpul.portal.cases.models import Case
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import find_successor
from simpul.portal.people.models import Person
from simpul.portal.quality.models import TestRun, ValidationReport
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.models import TESTING_APPLICATION, Application, Dataset, Publication
from simpul.portal.services.queries import read_compiled
from simpul.store.queue import defer


def start_test_run(publication: Publication, case: Case, person: Person) -> TestRun:
    """Enqueue the integration tests of a sandbox publication; one that waits already is given back."""
    _make_testing_applications(publication)
    waiting = TestRun.objects.filter(publication=publication, state=TestRun.State.WAITING, case=case).first()
    run = waiting or TestRun.objects.create(publication=publication, case=case, started_by=person)
    # Under the lock of publishing: a sandbox isn't made anew while it is tested.
    lock = f"publish:{publication.context}"
    defer(connection, "run_tests", lock=lock, queueing_lock=f"run_tests:{run.pk}", test_run_id=run.pk)
    return run


def _make_testing_applications(publication: Publication) -> None:
    """Make each party's testing program, whose keys the worker makes for the time of the run; it may add no program."""
    contract = read_compiled(publication)
    codes = {contract.provider_code, *(one.organization for one in contract.consumers)}
    for organization in Organization.objects.filter(code__in=codes).select_related("successor"):
        Application.objects.get_or_create(organization=find_successor(organization), name=TESTING_APPLICATION)


def make_validation_report(dataset: Dataset, case: Case | None, person: Person | None) -> ValidationReport:
    """Measure a dataset against its contract's thresholds and keep the result."""
    contract = read_compiled(dataset.publication)
    agreed = contract.find_dataset(dataset.name)
    assert agreed is not None, "a dataset's row is made from its contract"  # noqa: S101
    counts = measure_dataset(get_driver_connection(), dataset.publication.compiled, dataset.name, dataset.pk, now())
    results: list[dict[str, Any]] = [one.to_dict() for one in judge_quality(agreed, counts)]
    return ValidationReport.objects.create(
        dataset=dataset,
        case=case,
        dataset_version=dataset.version,
        passed=all(one["passed"] is not False for one in results),
        results=results,
        made_by=person,
    )
