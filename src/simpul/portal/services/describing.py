"""What the pages of services are filled with."""

from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from simpul.kernel.clock import local, now
from simpul.portal.cases.models import Case
from simpul.portal.contracts.models import Contract
from simpul.portal.deliveries.permissions import is_provider
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role, RoleAssignment
from simpul.portal.people.permissions import roles_of
from simpul.portal.plans.queries import list_own_limits
from simpul.portal.proofs.queries import list_service_calls
from simpul.portal.services.explaining import find_pause, list_limits
from simpul.portal.services.models import Grant, Pause, Publication
from simpul.portal.services.permissions import IN_FORCE, is_party, reads_whole
from simpul.portal.services.queries import list_applications, make_address, read_compiled
from simpul.portal.services.showing import (
    SERVING,
    ShownDataset,
    choose_publication,
    list_consumer_grants,
    list_own_grants,
    list_publications,
    list_shown_datasets,
)

CALLS = 10


class ServiceRow(NamedTuple):
    """One line of the list: a service, the publication it is shown by, the datasets this person may know of."""

    contract: Contract
    publication: Publication
    datasets: list[ShownDataset]
    is_own: bool


class PublicationRow(NamedTuple):
    """One publication on the page of its service. `pause`: what stops the reader's calls to it now, or None."""

    publication: Publication
    address: str
    pause: Pause | None


def list_service_rows(person: Person, contracts: QuerySet[Contract], words: str) -> list[ServiceRow]:
    """Return the services that fit the words, by title. Cost: some queries a service."""
    if words:
        contracts = contracts.filter(
            Q(title__icontains=words) | Q(context__icontains=words) | Q(provider__name__icontains=words)
        )
    rows = []
    for contract in contracts:
        whole = reads_whole(person, contract)
        publications = [one for one in list_publications(contract) if whole or is_open_to_all(one)]
        publication = choose_publication(publications)
        if publication is not None:
            datasets = list_shown_datasets(publication, only_open=not whole)
            rows.append(ServiceRow(contract, publication, datasets, is_party(person, contract)))
    return rows


def is_open_to_all(publication: Publication) -> bool:
    """Return whether a publication is one that others than its parties may know of."""
    return publication.stage == Publication.Stage.LIVE and publication.state in IN_FORCE


def describe_service(person: Person, contract: Contract, publication: Publication, *, whole: bool) -> dict[str, Any]:
    """Return what the page of a service shows to this person; `whole` is False for who knows its open data alone."""
    publications = [one for one in list_publications(contract) if whole or is_open_to_all(one)]
    if publication not in publications:
        publication = choose_publication(publications) or publication
    datasets = list_shown_datasets(publication, only_open=not whole)
    grants = list(list_own_grants(person.organization, contract))
    roles = roles_of(person)
    provides = contract.provider in list_lineage(person.organization)
    is_live = any(one.stage == Publication.Stage.LIVE and one.state in IN_FORCE for one in publications)
    return {
        "contract": contract,
        "publication": publication,
        "publications": _list_rows(person, publications),
        "address": make_address(publication),
        "about": read_compiled(publication),
        "datasets": datasets,
        "whole": whole,
        "provides": provides,
        "delivers": bool(datasets) and is_provider(person, datasets[0].row),
        "has_dashboard": publication.stage == Publication.Stage.LIVE and publication.state in SERVING,
        "grants": grants,
        "consumer_grants": list(list_consumer_grants(publication)) if whole else [],
        "limits": list_limits(publication) if whole else [],
        "own_limits": list_own_limits(list_lineage(person.organization), publication),
        "asks_for": _list_askers(person)
        if is_live and not grants and Role.PEMROGRAM_OPD in roles and Role.OPD not in roles
        else None,
        "can_ask": Role.OPD in roles and is_live,
        "can_change": Role.OPD in roles and is_live and is_party(person, contract),
        "change_kind": Case.Kind.CHANGE,
        "consumer_kind": Case.Kind.CONSUMER,
        "applications": list_applications(person.organization) if Role.PEMROGRAM_OPD in roles else None,
        "calls": list_service_calls(person.organization, contract, CALLS) if grants else [],
        "stages": _count_stages(grants),
    }


def _list_rows(person: Person, publications: list[Publication]) -> list[PublicationRow]:
    lineage = list_lineage(person.organization)
    return [PublicationRow(one, make_address(one), find_pause(one, lineage)) for one in publications]


def _list_askers(person: Person) -> list[Person]:
    """Return the colleagues who may ask for access."""
    today = local(now()).date()
    roles = RoleAssignment.objects.filter(role=Role.OPD, valid_from__lte=today).exclude(valid_to__lt=today)
    rows = Person.objects.filter(organization=person.organization, is_active=True, pk__in=roles.values("person"))
    return list(rows.order_by("name"))


def _count_stages(grants: list[Grant]) -> set[str]:
    return {one.dataset.publication.stage for one in grants}
