"""Loads the sample data, once: what needs no other process at the start, the rest by the worker afterwards.

The audit log says what is loaded (`demo.loaded`, `demo.begun`, `demo.played`), so that a later start never touches
what people have done with the samples since.
"""

import time

from django.db import connection, transaction

from simpul.portal.audit.actions import record
from simpul.portal.audit.models import AuditEntry
from simpul.portal.cases.models import Case
from simpul.portal.demo.content import Plan, get_plan, list_plans
from simpul.portal.demo.errors import SampleWaits
from simpul.portal.demo.playing import begin, play
from simpul.portal.demo.regency import find_file, give_passwords, make_regency
from simpul.store.queue import defer

JOB = "play_sample_case"
PATIENCE_SECONDS = 25.0
PAUSE_SECONDS = 0.2


def load_demo() -> None:
    """Load what isn't loaded yet; doing it again changes nothing.

    Cost: some seconds the first time, two queries afterwards.
    """
    with transaction.atomic():
        if not _is_noted("demo.loaded"):
            make_regency()
            record(None, "demo.loaded")
    if not find_file().exists():
        give_passwords()
    for plan in _list_unplayed():
        _load_case(plan)


@transaction.atomic
def _load_case(plan: Plan) -> None:
    """Begin a sample request, or leave it to the worker to go on with one that was begun."""
    if _is_noted("demo.begun", plan.key):
        _leave_to_worker(plan)
        return
    case = begin(plan)
    record(None, "demo.begun", "case", case.number, key=plan.key)
    if play(plan, case):
        record(None, "demo.played", "case", case.number, key=plan.key)
    else:
        _leave_to_worker(plan)


def _leave_to_worker(plan: Plan) -> None:
    """One request after the other: each waits for jobs of its own, which need a place in the worker beside it."""
    defer(connection, JOB, lock=JOB, queueing_lock=f"{JOB}:{plan.key}", key=plan.key)


def play_sample_case(key: str) -> None:
    """The worker's part: go on with a sample request for a while, as worker and exchange have their parts ready.

    May run twice: it goes on from wherever the request stands.
    Raises: SampleWaits where it isn't at its place yet; SampleTestsFailed.
    """
    plan = get_plan(key)
    if _is_noted("demo.played", key):
        return
    number = AuditEntry.objects.filter(kind="demo.begun", detail__key=key).values_list("object_id", flat=True)[:1].get()
    case = Case.objects.get(number=number)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not play(plan, case):
        if time.monotonic() > deadline:
            raise SampleWaits(key=key)
        time.sleep(PAUSE_SECONDS)
    record(None, "demo.played", "case", case.number, key=key)


def _list_unplayed() -> list[Plan]:
    played = set(AuditEntry.objects.filter(kind="demo.played").values_list("detail__key", flat=True))
    return [plan for plan in list_plans() if plan.key not in played]


def _is_noted(kind: str, key: str = "") -> bool:
    rows = AuditEntry.objects.filter(kind=kind)
    return (rows.filter(detail__key=key) if key else rows).exists()
