"""Who may read evidence: auditor, head, Pengelola Sistem and Bidang all; an agency's programmers their own calls."""

from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import check_role, has_role

READS_ALL = (Role.AUDITOR, Role.KEPALA_DINAS, Role.PENGELOLA_SISTEM, Role.BIDANG)


def reads_all(person: Person) -> bool:
    """Return whether the person reads the calls of every organization, and the seals."""
    return has_role(person, *READS_ALL)


def check_reads_any(person: Person) -> None:
    """Raises: RoleMissing."""
    check_role(person, *READS_ALL, Role.PEMROGRAM_OPD)


def check_reads_roots(person: Person) -> None:
    """Officers of an agency keep roots too: they hold nothing of the calls. Raises: RoleMissing."""
    check_role(person, *READS_ALL, Role.PEMROGRAM_OPD, Role.OPD)


def check_reads_all(person: Person) -> None:
    """Raises: RoleMissing."""
    check_role(person, *READS_ALL)
