"""Reading evidence: the calls of an organization, without any value."""

from datetime import datetime
from typing import NamedTuple

from simpul.evidence.record import read_record
from simpul.portal.cases.models import Case
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.proofs.models import Evidence
from simpul.portal.services.models import Publication


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
    publications = Publication.objects.filter(contract_version__contract__versions__case=case).values("pk")
    rows = Evidence.objects.filter(
        organization_id__in=[one.pk for one in list_lineage(organization)], publication_id__in=publications
    ).order_by("-id")[:limit_rows]
    records = [read_record(row.record) for row in rows]
    return [Call(one.at, one.stage, one.dataset, one.status, one.code, one.rows) for one in records]
