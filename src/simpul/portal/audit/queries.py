"""Reads the log."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from simpul.kernel.clock import ZONE
from simpul.portal.audit.models import AuditEntry


@dataclass(frozen=True)
class Wanted:
    """What to look for; each part given narrows. Days are the officers' own (WITA), both included."""

    kind: str = ""
    person: str = ""
    object_id: str = ""
    refused: bool = False
    first_on: date | None = None
    last_on: date | None = None


def list_entries(wanted: Wanted) -> QuerySet[AuditEntry]:
    """Return the entries that fit, the newest first."""
    entries = AuditEntry.objects.select_related("person")
    if wanted.kind:
        entries = entries.filter(kind__startswith=wanted.kind)
    if wanted.person:
        entries = entries.filter(Q(person__name__icontains=wanted.person) | Q(person__nip=wanted.person))
    if wanted.object_id:
        entries = entries.filter(object_id__icontains=wanted.object_id)
    if wanted.refused:
        entries = entries.filter(refused=True)
    if wanted.first_on:
        entries = entries.filter(at__gte=_begin(wanted.first_on))
    if wanted.last_on:
        entries = entries.filter(at__lt=_begin(wanted.last_on + timedelta(days=1)))
    return entries


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
