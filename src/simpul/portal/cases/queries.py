"""Reading cases: the inbox, the register, the timeline, earlier answers."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from simpul.kernel.clock import now
from simpul.kernel.words import Words
from simpul.portal.cases.deadlines import describe_due
from simpul.portal.cases.models import Attachment, Case, CaseEvent, Draft, OpenAct
from simpul.portal.cases.permissions import acts_for
from simpul.portal.people.models import Person
from simpul.portal.procedures import queries as procedures


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
