"""*Ajukan perubahan* and *Tambah pemanfaat*: a service in force leads to a linked, prefilled case."""

from django.db import transaction

from simpul.portal.cases.actions import open_case
from simpul.portal.cases.models import Case
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import check_role
from simpul.portal.services.errors import NotAParty, NotInForce
from simpul.portal.services.models import Publication
from simpul.portal.services.permissions import IN_FORCE, get_known_contract, is_party


@transaction.atomic
def open_linked_case(person: Person, context: str, kind: str) -> Case:
    """Open the case by which an agency changes a service or becomes its consumer; the old version serves on meanwhile.

    A draft of the same wish that the agency has open already is given back, so that a second click makes no second case.
    Raises: PublicationNotFound, NotInForce, RoleMissing, NotAParty (a change is asked by the service's parties alone).
    """
    check_role(person, Role.OPD)
    contract = get_known_contract(person, context)
    live = Publication.objects.filter(contract_version__contract=contract, stage=Publication.Stage.LIVE)
    if not live.filter(state__in=IN_FORCE).exists():
        raise NotInForce
    if kind == Case.Kind.CHANGE and not is_party(person, contract):
        raise NotAParty
    waiting = Case.objects.select_for_update().filter(
        applicant__in=list_lineage(person.organization), changes=contract, kind=kind, state=Case.State.DRAFT
    )
    return waiting.first() or open_case(person, person.organization, kind=kind, changes=contract)
