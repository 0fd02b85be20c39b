"""May this person do this? Roles are read when acting, so that a role taken away works at once."""

from typing import Any

from simpul.kernel import clock
from simpul.kernel.errors import Refused
from simpul.kernel.words import Words
from simpul.portal.people.models import Role, RoleAssignment

LANES = frozenset({Role.TIM_IT, Role.SUB_KOORDINASI, Role.BIDANG})
"""Kominfo's lanes of the SOP; `opd` is the fourth, of the agencies."""

READS_ALL_CASES = LANES | {Role.KEPALA_DINAS, Role.AUDITOR}
"""Reading all cases doesn't mean reading rows."""


class RoleMissing(Refused):
    """The act needs a role that this person doesn't hold today."""

    code = "SPL530"
    message = Words("Tindakan ini memerlukan peran lain.", "This needs another role.")
    hint = Words(
        "Bila seharusnya Anda berwenang, mintalah Pengelola Sistem menambahkan peran itu.",
        "If you should be allowed, ask the system's administrator (Pengelola Sistem) for that role.",
    )


def roles_of(person: Any) -> frozenset[str]:
    """Return the codes of the roles a person holds today; none for anonymous or deactivated ones.

    Cost: one query.
    """
    if not isinstance(getattr(person, "pk", None), int) or not person.is_active:
        return frozenset()
    today = clock.local(clock.now()).date()
    assignments = RoleAssignment.objects.filter(person_id=person.pk, valid_from__lte=today).exclude(valid_to__lt=today)
    return frozenset(assignments.values_list("role", flat=True))


def has_role(person: Any, *roles: str) -> bool:
    """Tell whether a person holds one of the roles today."""
    return bool(roles_of(person).intersection(roles))


def check_role(person: Any, *roles: str) -> None:
    """Check that a person holds one of the roles today. Raises: RoleMissing."""
    if not has_role(person, *roles):
        raise RoleMissing
