"""The worker's part of integration tests: run them against the running exchange with keys that live for the run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from simpul.contract.integration import judge, list_integration_tests
from simpul.contract.integration_case import TestCase, make_headers
from simpul.contract.mock import make_sandbox_rows
from simpul.contract.model import Contract
from simpul.kernel.clock import now
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words
from simpul.outbound.own_exchange import OwnExchange, open_own_exchange
from simpul.portal.cases.models import Case
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import find_successor
from simpul.portal.quality.models import TestRun
from simpul.portal.references.queries import fill_in_lists
from simpul.portal.services.actions import keep_key
from simpul.portal.services.models import TESTING_APPLICATION, ApiKey, Application, Publication
from simpul.portal.services.queries import read_compiled

KEY_MINUTES = 15
WARM_UP_SECONDS = 5.0


def run_test_run(test_run_id: int) -> Case:
    """Run the tests of a waiting run and keep each result; what stops them is kept as the run's problem.

    Returns: the case that the run belongs to.
    """
    run = TestRun.objects.select_related("case", "publication__contract_version__contract__provider").get(
        pk=test_run_id
    )
    if run.state != TestRun.State.WAITING:
        return run.case
    try:
        results = _run_tests(run.publication)
        run.passed = sum(1 for one in results if one["passed"])
        run.failed, run.results, run.state = len(results) - run.passed, results, TestRun.State.DONE
    except SimpulError as error:
        run.problem, run.state = str(error.message), TestRun.State.BROKEN
    run.finished_at = now()
    run.save()
    return run.case


def _run_tests(publication: Publication) -> list[dict[str, Any]]:
    contract = read_compiled(publication)
    codes = {contract.provider_code, *(one.organization for one in contract.consumers)}
    with _temporary_keys(codes) as keys, open_own_exchange(settings.HUB) as exchange:
        _wait_until_known(exchange, publication, next(iter(keys.values())))
        return [_run_test(exchange, test, keys) for test in list_tests(contract)]


def list_tests(contract: Contract) -> list[TestCase]:
    """Return the tests of a contract against the sandbox as it was filled.

    A provider that is its own consumer reads all by its key, since it owns the rows: so much is expected of it.
    """
    everything = {one.name: tuple(column.name for column in one.columns) for one in contract.datasets}
    seen = [
        replace(one, columns=everything[one.dataset], row_filter="")
        if one.organization == contract.provider_code
        else one
        for one in contract.consumers
    ]
    contract = replace(contract, datasets=fill_in_lists(contract.datasets))
    return list_integration_tests(replace(contract, consumers=tuple(seen)), make_sandbox_rows(contract))


@contextmanager
def _temporary_keys(codes: set[str]) -> Iterator[dict[str, str]]:
    """Give each organization a sandbox key for the time of the run."""
    keys, made = {}, []
    with transaction.atomic():
        for code, application in _list_applications(codes).items():
            key = keep_key(application, ApiKey.Stage.TEST, None, now() + timedelta(minutes=KEY_MINUTES))
            keys[code] = key.text
            made.append(key.key_id)
    try:
        yield keys
    finally:
        ApiKey.objects.filter(key_id__in=made).update(revoked_at=now())


def _list_applications(codes: set[str]) -> dict[str, Application]:
    """Return the testing program of each party that the contract names, of its successor where it has one."""
    named = Organization.objects.filter(code__in=codes).select_related("successor")
    return {
        one.code: Application.objects.get(organization=find_successor(one), name=TESTING_APPLICATION) for one in named
    }


def _wait_until_known(exchange: OwnExchange, publication: Publication, key: str) -> None:
    """Wait until the exchange has heard of the keys just made: it is told at commit, and needs a moment."""
    end = time.monotonic() + WARM_UP_SECONDS
    path = f"/sandbox/{publication.context}/v{publication.major}/"
    while time.monotonic() < end:
        if exchange.send("GET", path, [], {"Authorization": f"Bearer {key}"}, None).status == 200:
            return
        time.sleep(0.05)


def _run_test(exchange: OwnExchange, test: TestCase, keys: dict[str, str]) -> dict[str, Any]:
    started = time.perf_counter()
    answer = exchange.send(test.method, test.path, test.query, make_headers(test, keys), test.body)
    fault: Words | None = judge(test, answer.status, answer.headers, answer.body)
    return {
        "group": test.path.rsplit("/", 1)[-1],
        "name": test.name.id,
        "name_en": test.name.en,
        "expected": "/".join(map(str, test.statuses)),
        "got": str(answer.status) if fault is None else f"{answer.status}: {fault.id}",
        "passed": fault is None,
        "milliseconds": round((time.perf_counter() - started) * 1000),
    }
