"""A renamed or merged organization: what was the old one's becomes its successor's.

Cases follow by `queries.list_lineage`, as their history must name who asked at the time. Grants, programs with their
keys, contracts and people move, as they act now; keys go on working. Evidence keeps the names of its time.
"""

from datetime import date, timedelta

from django.db import transaction

from simpul.portal.audit import actions as audit
from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.errors import SuccessionRefused
from simpul.portal.organizations.models import Letterhead, Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person
from simpul.portal.services.models import Application, Grant, Publication


@transaction.atomic
def rename_organization(by: Person, old: Organization, code: str, name: str, on: date) -> Organization:
    """Let a new organization follow an old one under a new name; its letterhead is copied with the new name.

    Args: `on` is the first day of the new name, today at the latest. Raises: SuccessionRefused.
    """
    _check_free(old)
    new = Organization.objects.create(
        code=code, name=name, kind=old.kind, parent=old.parent, valid_from=on,
        address=old.address, email=old.email, phone=old.phone,
    )  # fmt: skip
    letterhead = Letterhead.objects.filter(organization=old).first()
    if letterhead is not None:
        letterhead.pk, letterhead.organization, letterhead.agency = None, new, name
        letterhead.save()
    hand_over(by, old, new, on)
    return new


@transaction.atomic
def hand_over(by: Person, old: Organization, new: Organization, on: date) -> None:
    """Let an existing organization take over from another on a day. Raises: SuccessionRefused."""
    old = Organization.objects.select_for_update().get(pk=old.pk)
    _check_free(old)
    if new in list_lineage(old) or new.valid_to is not None:
        raise SuccessionRefused
    old.successor, old.valid_to = new, on - timedelta(days=1)
    old.save(update_fields=["successor", "valid_to"])
    moved = {
        "people": Person.objects.filter(organization=old).update(organization=new),
        "children": Organization.objects.filter(parent=old).exclude(pk=new.pk).update(parent=new),
        "grants": Grant.objects.filter(organization=old).update(organization=new),
        "applications": _move_applications(old, new),
        "contracts": _move_contracts(old, new),
    }
    audit.record(by, "organization.succeeded", "organization", old.code, successor=new.code, moved=moved)


def _check_free(old: Organization) -> None:
    if old.successor_id is not None or old.valid_to is not None:
        raise SuccessionRefused


def _move_applications(old: Organization, new: Organization) -> int:
    taken = set(Application.objects.filter(organization=new).values_list("name", flat=True))
    applications = list(Application.objects.filter(organization=old))
    for application in applications:
        if application.name in taken:
            application.name = f"{application.name[:55]} ({old.code})"
        application.organization = new
        application.save(update_fields=["name", "organization"])
    return len(applications)


def _move_contracts(old: Organization, new: Organization) -> int:
    """Move the contracts, and tell the exchange who is provider now."""
    for publication in Publication.objects.filter(contract_version__contract__provider=old):
        if publication.compiled:
            publication.compiled["provider"] = {"code": new.code, "name": new.name, "id": new.pk}
            publication.save(update_fields=["compiled", "updated_at"])
    return int(Contract.objects.filter(provider=old).update(provider=new))
