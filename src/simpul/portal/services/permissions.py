"""Who may know a service, and how much of it: Kominfo, head and auditor all; parties their own; others the open data.

Officers of other agencies also know that a restricted (terbatas) service in force exists, by its name and provider, so
that they can ask to become its consumer; of an excepted (dikecualikan) one they are told nothing.
"""

from django.db.models import Q, QuerySet

from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person
from simpul.portal.people.permissions import READS_ALL_CASES, has_role
from simpul.portal.services.errors import PublicationNotFound
from simpul.portal.services.models import Grant, Publication

OPEN = "terbuka"
"""The access class of datasets that everybody may know of (UU 14/2008)."""
NAMED = (OPEN, "terbatas")
"""Access classes whose service every signed-in officer may know by name."""
IN_FORCE = (Publication.State.LIVE, Publication.State.DEPRECATED)


def list_known_contracts(person: Person) -> QuerySet[Contract]:
    """Return the published services that a signed-in person may know of, by title."""
    published = Contract.objects.filter(pk__in=Publication.objects.values("contract_version__contract"))
    if not has_role(person, *READS_ALL_CASES):
        published = published.filter(is_of(list_lineage(person.organization)) | Q(pk__in=list_named_contract_ids()))
    return published.select_related("provider").order_by("title", "context")


def is_of(organizations: list[Organization]) -> Q:
    """Return the condition that one of these organizations provides, was granted, or is party to a case of a contract."""
    granted = Grant.objects.filter(organization__in=organizations, revoked_at=None)
    return (
        Q(provider__in=organizations)
        | Q(pk__in=granted.values("dataset__publication__contract_version__contract"))
        | Q(pk__in=Contract.objects.filter(versions__case__parties__organization__in=organizations).values("pk"))
    )


def list_named_contract_ids() -> set[int]:
    """Return the contracts in force with a dataset that isn't excepted. Cost: reads each live publication's datasets."""
    rows = Publication.objects.filter(stage=Publication.Stage.LIVE, state__in=IN_FORCE)
    return {
        contract_id
        for contract_id, datasets in rows.values_list("contract_version__contract", "compiled__datasets")
        if any(one["access_class"] in NAMED for one in (datasets or {}).values())
    }


def get_known_contract(person: Person, context: str) -> Contract:
    """Return a service. Raises: PublicationNotFound, also where it exists but this person may not know of it."""
    contract = list_known_contracts(person).filter(context=context).first()
    if contract is None:
        raise PublicationNotFound
    return contract


def reads_whole(person: Person, contract: Contract) -> bool:
    """Return whether the person sees all of a service (never its rows): its parties, Kominfo, head, auditor."""
    return has_role(person, *READS_ALL_CASES) or is_party(person, contract)


def is_party(person: Person, contract: Contract) -> bool:
    """Return whether the person's organization is a party of the service."""
    return Contract.objects.filter(is_of(list_lineage(person.organization)), pk=contract.pk).exists()


def check_reads_whole(person: Person, contract: Contract) -> None:
    """Raise PublicationNotFound unless the person sees all of the service."""
    if not reads_whole(person, contract):
        raise PublicationNotFound
