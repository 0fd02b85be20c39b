"""Reads people."""

from datetime import date

from allauth.mfa.models import Authenticator
from django.db.models import Prefetch, Q, QuerySet

from simpul.kernel import clock
from simpul.portal.people.errors import PersonNotFound
from simpul.portal.people.models import Person, RoleAssignment


def get_person(person_id: int) -> Person:
    """Return a person. Raises: PersonNotFound."""
    person = Person.objects.filter(pk=person_id).select_related("organization").first()
    if person is None:
        raise PersonNotFound
    return person


def list_people(search: str = "", role: str = "", organization_id: int | None = None) -> QuerySet[Person]:
    """Return people by name, those of today's roles prefetched as `roles_today`; each part given narrows the list."""
    people = Person.objects.select_related("organization").prefetch_related(
        Prefetch("assignments", _list_assignments(), to_attr="roles_today")
    )
    if search:
        people = people.filter(
            Q(name__icontains=search) | Q(nip__startswith=search.replace(" ", "")) | Q(email__icontains=search)
        )
    if role:
        people = people.filter(pk__in=_list_assignments().filter(role=role).values("person_id"))
    if organization_id:
        people = people.filter(organization_id=organization_id)
    return people.order_by("-is_active", "name", "pk")


def list_colleagues(role: str, organization_ids: list[int] | None = None) -> QuerySet[Person]:
    """Return the active people who hold a role today and aren't away, by name.

    Args: `organization_ids` narrows to these organizations (for the role `opd`).
    """
    today = _today()
    people = Person.objects.filter(is_active=True, pk__in=_list_assignments().filter(role=role).values("person_id"))
    if organization_ids is not None:
        people = people.filter(organization_id__in=organization_ids)
    return people.filter(Q(absent_until=None) | Q(absent_until__lt=today)).order_by("name")


def is_absent(person: Person) -> bool:
    """Tell whether a person is away today."""
    return person.absent_until is not None and person.absent_until >= _today()


def has_second_factor(person: Person) -> bool:
    """Tell whether a person signs in with an authenticator as well."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def _list_assignments() -> QuerySet[RoleAssignment]:
    today = _today()
    valid = Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))
    return RoleAssignment.objects.filter(valid).order_by("role")


def _today() -> date:
    return clock.local(clock.now()).date()
