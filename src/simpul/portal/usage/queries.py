"""Reading usage: the calls by day, and what went wrong last, without any value."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db.models import QuerySet, Sum

from simpul.evidence.record import CallRecord, read_record
from simpul.kernel.clock import local, now
from simpul.portal.organizations.models import Organization
from simpul.portal.proofs.models import Evidence
from simpul.portal.services.models import TESTING_APPLICATION, Application
from simpul.portal.usage.counting import count_seals
from simpul.portal.usage.models import UsageDay

Rows = TypeVar("Rows", QuerySet[UsageDay], QuerySet[Evidence])
DAYS = 30
SEALS_OF_A_PAGE = 20
"""A page brings the counts up to date by itself as far as this; the worker does the rest every minute."""


class Scope(NamedTuple):
    """Whose calls are looked at; None: of all. Ids, each in any order."""

    organizations: tuple[int, ...] | None = None
    publications: tuple[int, ...] | None = None
    applications: tuple[int, ...] | None = None


class Day(NamedTuple):
    """One day in WITA: calls answered, rows given or received, and calls that were refused or broke off."""

    on: date
    calls: int
    rows: int
    errors: int


class Failure(NamedTuple):
    """One call that went wrong, as its own organization may see it."""

    record: CallRecord
    application: str


def list_usage(scope: Scope, days: int = DAYS) -> list[Day]:
    """Return one entry for each of the last days, today last; days without a call are 0.

    Calls count once they are sealed, some seconds after they were answered. The hub's own test runs aren't counted.
    """
    count_seals(SEALS_OF_A_PAGE)
    today = local(now()).date()
    first = today - timedelta(days=days - 1)
    rows = _narrow(UsageDay.objects.filter(day__gte=first), scope).exclude(application_id__in=_list_testing())
    sums = rows.values("day").annotate(Sum("calls"), Sum("rows"), Sum("errors"))
    found = {one["day"]: Day(one["day"], one["calls__sum"], one["rows__sum"], one["errors__sum"]) for one in sums}
    wanted = (first + timedelta(days=number) for number in range(days))
    return [found.get(day, Day(day, 0, 0, 0)) for day in wanted]


def list_failures(scope: Scope, limit_rows: int = 20, *, look_at: int = 2_000) -> list[Failure]:
    """Return the last calls that were refused, failed or broke off, newest first, among the last `look_at` calls."""
    rows = _narrow(Evidence.objects.filter(at__gte=now() - timedelta(days=DAYS)), scope)
    newest = rows.exclude(application_id__in=_list_testing()).order_by("-id").values_list("status", "record")
    texts = [text for status, text in newest[:look_at] if status >= 400 or _is_broken(text)]
    records = [read_record(text) for text in texts[:limit_rows]]
    names = Application.objects.in_bulk({one.application_id for one in records if one.application_id})
    return [Failure(one, names[one.application_id].name if one.application_id in names else "") for one in records]


def find_last_uses(organizations: Sequence[Organization], look_at: int = 2_000) -> dict[str, datetime]:
    """Return when each key was used last, by key id, among the organizations' last calls; older uses aren't seen."""
    rows = Evidence.objects.filter(organization_id__in=[one.pk for one in organizations]).order_by("-id")
    uses: dict[str, datetime] = {}
    for text in rows.values_list("record", flat=True)[:look_at]:
        record = read_record(text)
        uses.setdefault(record.key_id, record.at)
    return uses


def _is_broken(text: str) -> bool:
    """Did a streamed answer break off, by its end's record?"""
    return '"phase":"end"' in text and '"code":""' not in text


def _narrow(rows: Rows, scope: Scope) -> Rows:
    for field, ids in zip(("organization_id", "publication_id", "application_id"), scope, strict=True):
        if ids is not None:
            rows = rows.filter(**{f"{field}__in": ids})
    return rows


def _list_testing() -> list[int]:
    return list(Application.objects.filter(name=TESTING_APPLICATION).values_list("pk", flat=True))
