"""Reading cases: the inbox, the register, the timeline, earlier answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Prefetch, Q, QuerySet

from simpul.kernel.clock import now
from simpul.kernel.words import Words
from simpul.portal.cases.deadlines import describe_due
from simpul.portal.cases.models import Attachment, Case, CaseEvent, Draft, OpenAct, Party
from simpul.portal.cases.permissions import acts_for, can_read_time, list_visible_cases
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person
from simpul.portal.procedures import queries as procedures
from simpul.procedure.calendar import WorkingCalendar


class InboxRow(NamedTuple):
    """One act that this person may do now, with the words for its time."""

    act: OpenAct
    is_late: bool
    remaining: Words


def list_inbox(person: Person, limit_rows: int = 200) -> list[InboxRow]:
    """Return what waits for this person, the most urgent first.

    Cost: one indexed query, whatever the number of cases.
    """
    rows = (
        OpenAct.objects.filter(acts_for(person))
        .select_related("case", "case__applicant", "case__procedure_version", "organization", "holder")
        .defer("case__position", "case__procedure_version__bpmn")
        .order_by(F("due_at").asc(nulls_last=True), "opened_at")[:limit_rows]
    )
    calendar, instant = procedures.get_calendar(), now()
    return [
        InboxRow(row, bool(row.due_at and row.due_at < instant), describe_due(row.due_at, calendar, instant))
        for row in rows
    ]


def search_cases(person: Person, words: str = "", state: str = "", *, only_late: bool = False) -> QuerySet[Case]:
    """Return the cases that a person may read, newest first, narrowed by words of number, subject or party."""
    cases = list_visible_cases(person).select_related("applicant", "procedure_version").defer("position")
    if words:
        named = Party.objects.filter(organization__name__icontains=words).values("case")
        cases = cases.filter(Q(number__icontains=words) | Q(title__icontains=words) | Q(pk__in=named))
    if state:
        cases = cases.filter(state=state)
    if only_late:
        told = Q(organization=None) | Q(organization__in=list_lineage(person.organization))
        cases = cases.filter(pk__in=OpenAct.objects.filter(told, due_at__lt=now()).values("case"))
    return cases.order_by("-id").prefetch_related(
        Prefetch("open_acts", OpenAct.objects.select_related("organization", "holder").order_by("step_no", "id"))
    )


class Place(NamedTuple):
    """One open act of a case as a list shows it; without words where its time isn't this person's to know."""

    act: OpenAct
    is_late: bool
    remaining: Words


def list_places(person: Person, cases: list[Case]) -> list[tuple[Case, list[Place]]]:
    """Return each case with its open acts, in the given order. The open acts are prefetched by `search_cases`."""
    own = {one.pk for one in list_lineage(person.organization)}
    calendar, instant = procedures.get_calendar(), now()
    rows = []
    for case in cases:
        acts = list(case.open_acts.all())
        for act in acts:
            act.case = case
        rows.append((case, [_make_place(act, can_read_time(act, own), calendar, instant) for act in acts]))
    return rows


def _make_place(act: OpenAct, is_told: bool, calendar: WorkingCalendar, instant: datetime) -> Place:
    due = act.due_at if is_told else None
    return Place(act, bool(due and due < instant), describe_due(due, calendar, instant))


def list_lost_drafts(person: Person, case: Case) -> list[Draft]:
    """Return what this person typed for acts that somebody else completed first, oldest first."""
    drafts = Draft.objects.filter(case=case, saved_by=person).select_related("organization").order_by("id")
    done = set(case.events.filter(kind="act_done").values_list("step", "round", "act", "organization"))
    return [one for one in drafts if (one.step, one.round, one.act, one.organization_id) in done]


def find_answers(case: Case, step_no: int, act: str, organization: str = "") -> dict[str, Any]:
    """Return the newest full answers given for an act, in whatever round; {} if it was never done."""
    rows = case.events.filter(kind="act_done", step_no=step_no, act=act)
    row = (rows.filter(organization__code=organization) if organization else rows).order_by("-sequence").first()
    return dict(row.answers.get("form", {})) if row else {}


def list_answers(case: Case, step_no: int, act: str) -> QuerySet[CaseEvent]:
    """Return every time an act was done, newest first, with organization and person."""
    rows = case.events.filter(kind="act_done", step_no=step_no, act=act)
    return rows.select_related("organization", "person").order_by("-sequence")


def find_draft(act: OpenAct) -> Draft | None:
    """Return what is typed and not yet sent for an open act."""
    return Draft.objects.filter(
        case=act.case_id, step=act.step, round=act.round, act=act.act, organization=act.organization_id
    ).first()


def list_timeline(case: Case) -> QuerySet[CaseEvent]:
    """Return the whole history, oldest first, with who did it."""
    return case.events.select_related("person", "organization").order_by("sequence")


def list_attachments(case: Case, kinds: Iterable[str] = ()) -> QuerySet[Attachment]:
    """Return the attachments of a case without their content, oldest first."""
    rows = case.attachments.defer("content").select_related("person", "organization")
    return rows.filter(kind__in=list(kinds)) if kinds else rows
