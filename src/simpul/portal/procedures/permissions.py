"""Who may change the SOP and the calendar: the Pengelola Sistem and Bidang. Everyone who is signed in may read them."""

from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import check_role, has_role

CHANGERS = (Role.PENGELOLA_SISTEM, Role.BIDANG)


def can_change(person: Person) -> bool:
    """Tell whether a person may make a new version."""
    return has_role(person, *CHANGERS)


def check_may_change(person: Person) -> None:
    """Check the same. Raises: RoleMissing."""
    check_role(person, *CHANGERS)
