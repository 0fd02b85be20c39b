"""Who sees a case, and who may do an act of it; asked at the moment of acting."""

from django.db.models import Q, QuerySet

from simpul.portal.cases.errors import CaseNotFound, HeldByColleague, NotYourAct
from simpul.portal.cases.models import Case, OpenAct
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import has_role, roles_of

LANES = frozenset({Role.TIM_IT, Role.SUB_KOORDINASI, Role.BIDANG})
WRITERS = LANES | {Role.OPD, Role.PEMROGRAM_OPD, Role.KEPALA_DINAS}
READ_ALL = LANES | {Role.KEPALA_DINAS, Role.AUDITOR}


def list_visible_cases(person: Person) -> QuerySet[Case]:
    """Return the cases a person may read: all for Kominfo's lanes, head and auditor; else those of the own parties."""
    if has_role(person, *READ_ALL):
        return Case.objects.all()
    own = list_lineage(person.organization)
    return Case.objects.filter(Q(applicant__in=own) | Q(parties__organization__in=own)).distinct()


def get_visible_case(person: Person, number: str) -> Case:
    """Return the case by its number.

    Raises: CaseNotFound, also where it exists but this person may not know of it.
    """
    case = list_visible_cases(person).filter(number=number).select_related("procedure_version", "applicant").first()
    if case is None:
        raise CaseNotFound
    return case


def acts_for(person: Person) -> Q:
    """Return the condition on OpenAct rows that wait for this person: the own lanes, as OPD the own organization, and
    a letter on paper that the person is registering.
    """
    roles = roles_of(person)
    condition = Q(organization=None, actor__in=sorted(roles & LANES))
    if roles & LANES:
        condition |= Q(holder=person, organization__isnull=False)
    if Role.OPD in roles:
        condition |= Q(organization__in=list_lineage(person.organization))
    return condition


def can_act(person: Person, act: OpenAct) -> bool:
    """Return whether the act is this person's to do, whoever holds it."""
    roles = roles_of(person)
    if act.organization_id is None:
        return act.actor in roles
    if roles & LANES and is_paper_letter(act):
        return True
    return Role.OPD in roles and act.organization_id in {one.pk for one in list_lineage(person.organization)}


def is_paper_letter(act: OpenAct) -> bool:
    """Return whether the act is the letter of a case that Kominfo opened for an agency, since it came on paper."""
    opened_by = act.case.created_by.organization
    return (
        act.step_no == 1
        and opened_by.kind == Organization.Kind.KOMINFO
        and opened_by.pk not in (act.organization_id, act.case.applicant_id)
    )


def can_write(person: Person) -> bool:
    """Return whether the person may add comments and files to the cases it sees: not who only audits."""
    return has_role(person, *WRITERS)


def list_attachable_kinds(person: Person, case: Case) -> list[str]:
    """Return what a file may stand for that this person adds outside an act.

    Signed scans come from Kominfo's lanes and head, and from the agency that signed; other files from all who take part.
    """
    roles = roles_of(person)
    own = list_lineage(person.organization)
    kinds = []
    if roles & (LANES | {Role.KEPALA_DINAS}) or (Role.OPD in roles and case.applicant in own):
        kinds.append("surat-permohonan")
    if roles & (LANES | {Role.KEPALA_DINAS, Role.OPD}):
        kinds.append("berita-acara")
    if roles & (LANES | {Role.OPD, Role.PEMROGRAM_OPD}):
        kinds.append("lampiran")
    return kinds


def can_read_time(act: OpenAct, own: set[int]) -> bool:
    """Return whether the act's time is told: an agency's own limit is told to that agency alone.

    Args: `own` holds the ids of the person's organization and its predecessors.
    """
    return act.organization_id is None or act.organization_id in own


def check_can_act(person: Person, act: OpenAct) -> None:
    """Raise NotYourAct or HeldByColleague unless this person may complete the act now."""
    if not can_act(person, act):
        raise NotYourAct(actor=act.organization.name if act.organization else Role(act.actor).label)
    if act.holder is not None and act.holder_id != person.pk and can_act(act.holder, act):
        raise HeldByColleague(holder=act.holder.name)


def can_take_over(person: Person, act: OpenAct) -> bool:
    """Return whether this person may take an agency's act from an absent colleague of the same agency.

    A step of Kominfo is Bidang's to hand on.
    """
    if act.organization_id is None or act.holder is None or act.holder_id == person.pk or not can_act(person, act):
        return False
    own = {one.pk for one in list_lineage(person.organization)}
    return act.holder.organization_id in own


def can_reassign(person: Person, act: OpenAct) -> bool:
    """Return whether this person may hand the act on: its holder, or Bidang for any step of Kominfo."""
    if act.organization_id is None and has_role(person, Role.BIDANG):
        return True
    return can_act(person, act) and act.holder_id in (None, person.pk)
