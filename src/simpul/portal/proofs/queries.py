"""Reading evidence: calls and seals, without any value. Evidence itself is never changed here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from simpul.evidence.record import CallRecord, read_record
from simpul.kernel.clock import ZONE
from simpul.portal.cases.models import Case
from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.proofs.errors import RootUnknown
from simpul.portal.proofs.models import DailyRoot, Evidence, Seal, SealKey
from simpul.portal.services.models import TESTING_APPLICATION, Application, Publication

END = '"phase":"end"'
"""Marks the second row of a streamed answer, which is no call of its own."""


class Call(NamedTuple):
    """One call as its own party may see it."""

    at: datetime
    stage: str
    dataset: str
    status: int
    code: str
    rows: int | None


def list_calls(organization: Organization, case: Case, limit_rows: int = 10) -> list[Call]:
    """Return an organization's last calls to the services of a case, newest first."""
    publications = Publication.objects.filter(contract_version__contract__versions__case=case)
    return _list_last(organization, publications, limit_rows)


def list_service_calls(organization: Organization, contract: Contract, limit_rows: int = 10) -> list[Call]:
    """Return an organization's last calls to a service, newest first."""
    return _list_last(organization, Publication.objects.filter(contract_version__contract=contract), limit_rows)


def _list_last(organization: Organization, publications: QuerySet[Publication], limit_rows: int) -> list[Call]:
    """The hub's own test runs are no calls of the organization's programs."""
    rows = Evidence.objects.filter(
        organization_id__in=[one.pk for one in list_lineage(organization)], publication_id__in=publications.values("pk")
    )
    testing = Application.objects.filter(name=TESTING_APPLICATION).values("pk")
    rows = rows.exclude(application_id__in=testing).exclude(record__contains=END)
    rows = rows.order_by("-id")[:limit_rows]
    records = [read_record(row.record) for row in rows]
    return [Call(one.at, one.stage, one.dataset, one.status, one.code, one.rows) for one in records]


@dataclass(frozen=True)
class Wanted:
    """What to look for; each part given narrows. Days are WITA, both included. `before`: only rows of a lower id."""

    organizations: tuple[int, ...] = ()
    context: str = ""
    first_on: date | None = None
    last_on: date | None = None
    refused: bool = False
    before: int = 0


class Proof(NamedTuple):
    """One evidence row with its record, the names of who called, and the seal that holds it (None: not sealed yet)."""

    id: int
    record: CallRecord
    organization: str
    application: str
    seal: int | None


def list_proofs(wanted: Wanted, limit_rows: int = 100) -> list[Proof]:
    """Return calls, newest first. Cost: one query by index, and two for the names."""
    rows = Evidence.objects.select_related("sealed").order_by("-id")
    if wanted.organizations:
        rows = rows.filter(organization_id__in=wanted.organizations)
    if wanted.context:
        rows = rows.filter(publication_id__in=Publication.objects.filter(context=wanted.context).values("pk"))
    if wanted.first_on:
        rows = rows.filter(at__gte=_begin(wanted.first_on))
    if wanted.last_on:
        rows = rows.filter(at__lt=_begin(wanted.last_on + timedelta(days=1)))
    if wanted.refused:
        rows = rows.filter(status__gte=400)
    if wanted.before:
        rows = rows.filter(pk__lt=wanted.before)
    return _name(rows[:limit_rows])


def _name(rows: Iterable[Evidence]) -> list[Proof]:
    found = list(rows)
    organizations = Organization.objects.in_bulk({one.organization_id for one in found if one.organization_id})
    applications = Application.objects.in_bulk({one.application_id for one in found if one.application_id})
    return [
        Proof(
            one.pk,
            read_record(one.record),
            _name_of(organizations.get(one.organization_id or 0)),
            _name_of(applications.get(one.application_id or 0)),
            one.sealed.seal_id if hasattr(one, "sealed") else None,
        )
        for one in found
    ]


def _name_of(named: Organization | Application | None) -> str:
    return named.name if named else ""


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def list_seals(before: int = 0, limit_rows: int = 50) -> list[Seal]:
    """Return the seals, newest first."""
    rows = Seal.objects.order_by("-number")
    return list((rows.filter(number__lt=before) if before else rows)[:limit_rows])


def list_roots(limit_rows: int = 62) -> list[DailyRoot]:
    """Return the roots told each day, newest first."""
    return list(DailyRoot.objects.select_related("seal")[:limit_rows])


def get_root(day: date) -> DailyRoot:
    """Return a day's root. Raises: RootUnknown."""
    root = DailyRoot.objects.filter(day=day).select_related("seal").first()
    if root is None:
        raise RootUnknown()
    return root


def list_keys() -> list[SealKey]:
    """Return the public keys, newest first."""
    return list(SealKey.objects.order_by("-number"))


def get_key(key_id: str) -> SealKey:
    """Return a public key by its id. Raises: RootUnknown."""
    key = SealKey.objects.filter(key_id=key_id).first()
    if key is None:
        raise RootUnknown()
    return key


def count_unsealed(limit_rows: int = 2_000) -> int:
    """Return how many of the newest calls wait for their seal; older ones than `limit_rows` aren't counted."""
    newest = Evidence.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    return Evidence.objects.filter(pk__gt=newest - limit_rows, sealed=None).count()
