"""Between rows and the interpreter: read a case's events, append new ones, keep the open acts in step.

Everything that writes here happens under the lock of the case's row (`lock_case`).
"""

from datetime import datetime
from typing import Any

from simpul.portal.cases import deadlines
from simpul.portal.cases.errors import CaseNotFound
from simpul.portal.cases.models import Case, CaseEvent, OpenAct
from simpul.portal.cases.positions import read_position, write_position
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person
from simpul.portal.procedures import queries as procedures
from simpul.procedure.events import Event, Parties
from simpul.procedure.model import Procedure
from simpul.procedure.state import State


def lock_case(number: str) -> Case:
    """Return the case with its row locked until the transaction ends; racing actions wait here.

    Raises: CaseNotFound.
    """
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("procedure_version", "applicant")
        .filter(number=number)
        .first()
    )
    if case is None:
        raise CaseNotFound
    return case


def load_procedure(case: Case) -> Procedure:
    """Return the SOP version that the case is pinned to."""
    return procedures.load(case.procedure_version)


def load_state(case: Case) -> State:
    """Return the interpreter's state as kept with the case. Cost: constant in the length of the history."""
    return read_position(load_procedure(case), case.position)


def rebuild_state(case: Case) -> State:
    """Return the state made anew from the events alone; a check compares it with the kept one."""
    rows = case.events.exclude(kind__startswith="note_").select_related("organization").order_by("sequence")
    return State.rebuild(load_procedure(case), (to_event(row) for row in rows))


def to_event(row: CaseEvent) -> Event:
    """Return one stored row as the interpreter's event."""
    return Event(
        kind=row.kind,  # type: ignore[arg-type]
        step=row.step,
        round=row.round,
        act=row.act,
        organization=row.organization.code if row.organization else "",
        answers=row.answers.get("gate", {}),
        data=row.data,
    )


def append_events(
    case: Case, events: tuple[Event, ...], person: Person, at: datetime, form: dict[str, Any] | None = None
) -> State:
    """Append the interpreter's events, keep the new state, and make the open acts agree with it.

    Args:
        form: what the person answered, kept in full with the `act_done` event.
    """
    codes = {event.organization for event in events if event.organization}
    organizations = {one.code: one for one in Organization.objects.filter(code__in=codes)} if codes else {}
    state = load_state(case)
    rows = []
    for event in events:
        state = state.apply(event)
        case.last_sequence += 1
        rows.append(_to_row(case, event, organizations, person, at, form))
    CaseEvent.objects.bulk_create(rows)
    case.position = write_position(state)
    _set_outcome(case, state, at)
    case.save()
    _sync_open_acts(case, state, at)
    return state


def _to_row(
    case: Case,
    event: Event,
    organizations: dict[str, Organization],
    person: Person,
    at: datetime,
    form: dict[str, Any] | None,
) -> CaseEvent:
    answers: dict[str, Any] = {"gate": event.answers} if event.answers else {}
    if event.kind == "act_done":
        answers["form"] = form or {}
    return CaseEvent(
        case=case,
        sequence=case.last_sequence,
        kind=event.kind,
        step=event.step,
        step_no=load_procedure(case).step_by_key[event.step].no if event.step else 0,
        round=event.round,
        act=event.act,
        organization=organizations.get(event.organization),
        person=person,
        at=at,
        answers=answers,
        data=dict(event.data),
    )


def _set_outcome(case: Case, state: State, at: datetime) -> None:
    outcomes = {"ended": Case.State.CLOSED, "withdrawn": Case.State.WITHDRAWN, "stopped": Case.State.STOPPED}
    if state.ended:
        case.state, case.ended_at = outcomes[state.ended], at


def append_note(case: Case, kind: str, person: Person, at: datetime, act: OpenAct | None = None, **data: Any) -> None:
    """Append a fact that people read but that moves nothing: taken, handed on, sent, published."""
    case.last_sequence += 1
    CaseEvent.objects.create(
        case=case,
        sequence=case.last_sequence,
        kind=f"note_{kind}",
        step=act.step if act else "",
        step_no=act.step_no if act else 0,
        round=act.round if act else 0,
        act=act.act if act else "",
        organization=act.organization if act else None,
        person=person,
        at=at,
        data=data,
    )
    case.save(update_fields=["last_sequence"])


def _sync_open_acts(case: Case, state: State, at: datetime) -> None:
    """Delete the open acts that the state no longer has, and add the new ones with their due time."""
    existing = {
        (row.step, row.round, row.act, row.organization.code if row.organization else ""): row
        for row in case.open_acts.select_related("organization")
    }
    wanted = {(act.step, act.round, act.act, act.organization): act for act in state.list_open_acts()}
    case.open_acts.filter(pk__in=[row.pk for key, row in existing.items() if key not in wanted]).delete()
    fresh = [act for key, act in wanted.items() if key not in existing]
    codes = {act.organization for act in fresh if act.organization}
    organizations = {one.code: one for one in Organization.objects.filter(code__in=codes)} if codes else {}
    OpenAct.objects.bulk_create(
        OpenAct(
            case=case,
            step=act.step,
            step_no=act.no,
            round=act.round,
            act=act.act,
            actor=act.actor,
            organization=organizations.get(act.organization),
            opened_at=at,
            due_at=deadlines.find_due(case, state.procedure, act, at),
        )
        for act in fresh
    )


def read_parties(case: Case) -> Parties:
    """Return the parties by organization code, consumers in the order they were named."""
    named: dict[str, list[str]] = {"penyedia": [], "pemanfaat": []}
    for row in case.parties.select_related("organization").order_by("id"):
        named.setdefault(row.role, []).append(row.organization.code)
    return Parties(case.applicant.code, next(iter(named["penyedia"]), ""), tuple(named["pemanfaat"]))
