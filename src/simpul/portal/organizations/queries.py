"""Reads organizations, and who came after whom."""

from datetime import date

from django.db.models import Q, QuerySet

from simpul.kernel import clock
from simpul.portal.organizations.errors import OrganizationNotFound
from simpul.portal.organizations.models import Letterhead, Official, Organization

_LINEAGE = """
WITH RECURSIVE lineage AS (
    SELECT id FROM organization WHERE id = %s
    UNION
    SELECT predecessor.id FROM organization predecessor JOIN lineage ON predecessor.successor_id = lineage.id
)
SELECT organization.* FROM organization JOIN lineage USING (id) ORDER BY (id = %s) DESC, name
"""


def list_lineage(organization: Organization) -> list[Organization]:
    """Return an organization and all those it came from, itself first: what was theirs is its own now.

    Cost: one query.
    """
    return list(Organization.objects.raw(_LINEAGE, [organization.pk, organization.pk]))


def find_successor(organization: Organization) -> Organization:
    """Return the organization that has taken over in the end; itself where nobody has."""
    while organization.successor is not None:
        organization = organization.successor
    return organization


def get_organization(code: str) -> Organization:
    """Return an organization by its code. Raises: OrganizationNotFound."""
    organization = Organization.objects.filter(code=code).select_related("parent", "successor").first()
    if organization is None:
        raise OrganizationNotFound
    return organization


def list_organizations(on: date | None = None) -> QuerySet[Organization]:
    """Return the organizations that exist on a day (default: today), by name."""
    return Organization.objects.filter(_is_valid(on))


def list_officials(organization: Organization, on: date | None = None) -> QuerySet[Official]:
    """Return those who sign for an organization on a day (default: today), by position."""
    return Official.objects.filter(_is_valid(on), organization=organization).order_by("position")


def find_letterhead(organization: Organization) -> Letterhead | None:
    """Return how an organization's papers look, None where nobody has entered it yet."""
    return Letterhead.objects.filter(organization=organization).first()


def _is_valid(on: date | None) -> Q:
    day = on or clock.local(clock.now()).date()
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
