"""What the page of a case shows: where it stands, who holds it, its clock, its history, and what this person may do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import get_language

from simpul.kernel.clock import now
from simpul.kernel.words import Words
from simpul.portal.activities.a03_completeness import (
    list_missing_requirements,
    make_return_message,
    make_whatsapp_link,
)
from simpul.portal.activities.timeline import make_timeline
from simpul.portal.cases import deadlines, history, queries
from simpul.portal.cases.attachments import can_open
from simpul.portal.cases.deadlines import Clock
from simpul.portal.cases.models import Case, OpenAct, Party
from simpul.portal.cases.permissions import (
    LANES,
    can_act,
    can_read_time,
    can_reassign,
    can_take_over,
    can_write,
    list_attachable_kinds,
)
from simpul.portal.contracts.actions import describe_changes
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import find_previous
from simpul.portal.organizations.queries import find_successor, list_lineage
from simpul.portal.papers.facts import make_tracking_address
from simpul.portal.papers.models import Paper
from simpul.portal.papers.queries import list_papers
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import has_role
from simpul.portal.people.queries import list_colleagues
from simpul.portal.procedures import queries as procedures
from simpul.portal.services.models import Publication
from simpul.portal.site.marking import mark_drawing
from simpul.procedure.diagram import draw_diagram
from simpul.procedure.interpreter import list_return_targets
from simpul.procedure.model import Procedure, Step
from simpul.procedure.state import State


class Waiting(NamedTuple):
    """An open act, and what this person may do about it."""

    act: OpenAct
    may_act: bool
    is_held_by_other: bool
    may_take_over: bool
    colleagues: list[Person]
    is_late: bool
    remaining: Words


class StepClock(NamedTuple):
    """The clock of a step that has a limit or is open."""

    step: Step
    clock: Clock
    is_open: bool


def describe_case(person: Person, case: Case) -> dict[str, Any]:
    """Return the whole context of the case's page for this person."""
    procedure, state = history.load_procedure(case), history.load_state(case)
    own = {one.pk for one in list_lineage(person.organization)}
    waiting = list_waiting(person, case, own)
    return {
        "case": case,
        "waiting": waiting,
        "is_over": case.ended_at is not None,
        "diagram": _draw(procedure, state, waiting),
        "parties": _list_parties(case),
        "clocks": _list_clocks(case, procedure, state, own),
        "timeline": make_timeline(case, procedure),
        "papers": group_papers(list_papers(case).order_by("-step_no", "-round", "id")),
        "versions": _list_versions(case),
        "publications": list(Publication.objects.filter(contract_version__case=case).order_by("stage", "major")),
        "attachments": [(one, can_open(person, one)) for one in queries.list_attachments(case)],
        "comments": case.comments.select_related("person", "person__organization"),
        "lost_drafts": queries.list_lost_drafts(person, case),
        "return_message": _find_return_message(person, case, state),
        "may_write": can_write(person),
        "kinds": list_attachable_kinds(person, case),
        **_list_ways_out(person, case, state),
    }


def list_waiting(person: Person, case: Case, own: set[int]) -> list[Waiting]:
    """Return the open acts of a case in the order of their steps."""
    calendar, instant = procedures.get_calendar(), now()
    rows = []
    for act in case.open_acts.select_related("organization", "holder").order_by("step_no", "id"):
        act.case = case
        due = act.due_at if can_read_time(act, own) else None
        rows.append(
            Waiting(
                act,
                can_act(person, act),
                act.holder_id not in (None, person.pk),
                can_take_over(person, act),
                _list_takers(person, act) if can_reassign(person, act) else [],
                bool(due and due < instant),
                deadlines.describe_due(due, calendar, instant),
            )
        )
    return rows


def _list_takers(person: Person, act: OpenAct) -> list[Person]:
    """Return the colleagues to whom an act may be handed."""
    if act.organization is None:
        people = list_colleagues(act.actor)
    else:
        people = list_colleagues(Role.OPD, list({act.organization.pk, find_successor(act.organization).pk}))
    return [one for one in people.exclude(pk=act.holder_id or 0) if one.pk != person.pk or act.holder_id]


def _draw(procedure: Procedure, state: State, waiting: list[Waiting]) -> Any:
    language = get_language() or "id"
    late = {one.act.step for one in waiting if one.is_late}
    done = [key for key in state.completed if key not in state.open]
    return mark_drawing(draw_diagram(procedure, list(state.open), done, late, language))


def _list_parties(case: Case) -> list[tuple[str, list[str]]]:
    rows = list(Party.objects.filter(case=case).select_related("organization").order_by("id"))
    return [
        (str(role.label), names)
        for role in Party.Role
        if (names := [one.organization.name for one in rows if one.role == role])
    ]


def _list_clocks(case: Case, procedure: Procedure, state: State, own: set[int]) -> list[StepClock]:
    """Return the clocks of limited steps that were entered, and of open ones; an agency's own limit for itself alone."""
    clocks = []
    for step in procedure.steps:
        limited = procedure.find_limit(step.no) is not None
        if step.key not in state.rounds or not (limited or step.key in state.open):
            continue
        if step.lane == "opd" and not _is_own_step(case, state, step, own):
            continue
        clocks.append(StepClock(step, deadlines.read_clock(case, procedure, step.no), step.key in state.open))
    return clocks


def _is_own_step(case: Case, state: State, step: Step, own: set[int]) -> bool:
    actors = {act.actor for act in step.acts}
    mine = Party.objects.filter(case=case, organization__in=own).values_list("role", flat=True)
    return bool(actors & set(mine))


class PaperRow(NamedTuple):
    """One paper of one round with its files."""

    step_no: int
    round: int
    title: str
    made_at: datetime
    files: list[Paper]


def group_papers(papers: Iterable[Paper]) -> list[PaperRow]:
    """Return the files of each paper together, in the order given."""
    rows: dict[tuple[int, int, str], PaperRow] = {}
    for one in papers:
        key = (one.step_no, one.round, one.title)
        rows.setdefault(key, PaperRow(one.step_no, one.round, one.title, one.made_at, [])).files.append(one)
    return list(rows.values())


class VersionRow(NamedTuple):
    """A contract version with what changed since the one before."""

    version: ContractVersion
    changes: list[dict[str, Any]]


def _list_versions(case: Case) -> list[VersionRow]:
    rows = case.contract_versions.select_related("contract", "frozen_by").order_by("-sequence")
    return [VersionRow(one, describe_changes(find_previous(one), one)) for one in rows]


def _find_return_message(person: Person, case: Case, state: State) -> dict[str, str] | None:
    """Return the message that tells the applicant what is missing, while row 1 is open again after row 3."""
    if not has_role(person, *LANES) or not any(step.no == 1 for step in state.list_open_steps()):
        return None
    answers = queries.find_answers(case, 3, "periksa")
    if not answers or not list_missing_requirements(answers):
        return None
    text = make_return_message(case.number, make_tracking_address(case), answers)
    phone = queries.find_answers(case, 1, "kirim").get("contact_phone", "")
    return {"text": text, "link": make_whatsapp_link(phone, text)}


def _list_ways_out(person: Person, case: Case, state: State) -> dict[str, Any]:
    """Return which of the three ways outside the SOP this person may take now."""
    is_bidang = has_role(person, Role.BIDANG) and case.ended_at is None
    is_applicant = has_role(person, Role.OPD) and case.applicant in list_lineage(person.organization)
    return {
        "may_withdraw": is_applicant and case.ended_at is None,
        "may_stop": is_bidang,
        "return_targets": list_return_targets(state) if is_bidang else (),
    }
