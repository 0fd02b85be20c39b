"""How much was called, by day, and what went wrong last: counted from the evidence, without any value.

A streamed answer has two rows: its start counts as the call, its end brings the rows, and counts as an error where the
answer broke off.
"""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection

from simpul.evidence.record import CallRecord, read_record
from simpul.kernel.clock import ZONE, local, now
from simpul.portal.organizations.models import Organization
from simpul.portal.proofs.models import Evidence
from simpul.portal.services.models import TESTING_APPLICATION, Application

DAYS = 30
FRESH_DAYS = 2
"""Today and yesterday are counted each time; the days before don't change any more and are counted once a day."""
KEPT_SECONDS = 24 * 3600
LOOKED_AT = 2_000
"""Calls that are looked at for the last use of a key."""

_COUNT = """
SELECT (at AT TIME ZONE %s)::date AS day,
       count(*) FILTER (WHERE record NOT LIKE '%%"phase":"end"%%') AS calls,
       coalesce(sum(substring(record FROM '"rows":([0-9]+)')::bigint), 0) AS rows,
       count(*) FILTER (WHERE status >= 400 OR (record LIKE '%%"phase":"end"%%' AND record NOT LIKE '%%"code":""%%'))
           AS errors
FROM evidence
WHERE at >= (%s::timestamp AT TIME ZONE %s) AND at < (%s::timestamp AT TIME ZONE %s)
  AND (%s::bigint[] IS NULL OR organization_id = ANY (%s))
  AND (%s::bigint[] IS NULL OR publication_id = ANY (%s))
  AND (%s::bigint[] IS NULL OR application_id = ANY (%s))
  AND NOT (application_id IS NOT NULL AND application_id = ANY (%s))
GROUP BY 1
ORDER BY 1
"""


class Scope(NamedTuple):
    """Whose calls are counted; None: of all. Ids, each in any order."""

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

    The hub's own test runs aren't counted. Cost: reads the evidence of two days, and of all once a day.
    """
    today = local(now()).date()
    first, fresh = today - timedelta(days=days - 1), today - timedelta(days=FRESH_DAYS - 1)
    place = f"usage:{hash_scope(scope)}:{first.isoformat()}:{fresh.isoformat()}"
    before: list[Day] | None = cache.get(place)
    if before is None:
        before = _count(scope, first, fresh)
        cache.set(place, before, KEPT_SECONDS)
    found = {one.on: one for one in [*before, *_count(scope, fresh, today + timedelta(days=1))]}
    wanted = (first + timedelta(days=number) for number in range(days))
    return [found.get(day, Day(day, 0, 0, 0)) for day in wanted]


def hash_scope(scope: Scope) -> str:
    """Return a short text that two scopes share only where they are the same."""
    return ";".join("*" if ids is None else ",".join(map(str, sorted(ids))) for ids in scope)


def list_failures(scope: Scope, limit_rows: int = 20) -> list[Failure]:
    """Return the last calls that were refused or failed within the last days, newest first."""
    rows = Evidence.objects.filter(status__gte=400, at__gte=now() - timedelta(days=DAYS)).order_by("-id")
    for field, ids in zip(("organization_id", "publication_id", "application_id"), scope, strict=True):
        if ids is not None:
            rows = rows.filter(**{f"{field}__in": ids})
    records = [read_record(one.record) for one in rows.exclude(application_id__in=_list_testing())[:limit_rows]]
    names = Application.objects.in_bulk({one.application_id for one in records if one.application_id})
    return [Failure(one, names[one.application_id].name if one.application_id in names else "") for one in records]


def find_last_uses(organizations: list[Organization], limit_rows: int = LOOKED_AT) -> dict[str, datetime]:
    """Return when each key was used last, by key id, among the organizations' last calls; older uses aren't seen."""
    rows = Evidence.objects.filter(organization_id__in=[one.pk for one in organizations]).order_by("-id")
    uses: dict[str, datetime] = {}
    for text in rows.values_list("record", flat=True)[:limit_rows]:
        record = read_record(text)
        uses.setdefault(record.key_id, record.at)
    return uses


def _count(scope: Scope, first: date, end: date) -> list[Day]:
    """Count the days from `first` up to `end`, which isn't among them."""
    zone = ZONE.key
    wanted = [list(ids) if ids is not None else None for ids in scope]
    values: list[Any] = [zone, first, zone, end, zone]
    for ids in wanted:
        values += [ids, ids]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [*values, _list_testing()])
        return [Day(*row) for row in cursor.fetchall()]


def _list_testing() -> list[int]:
    return list(Application.objects.filter(name=TESTING_APPLICATION).values_list("pk", flat=True))
