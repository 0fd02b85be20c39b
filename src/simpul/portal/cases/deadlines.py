"""A case's clocks from its events: when a step is due, gross and net; the rules are `simpul.procedure.deadline`'s."""

from datetime import datetime
from typing import NamedTuple

from simpul.kernel.clock import now
from simpul.kernel.words import NOTHING, Words
from simpul.portal.cases.models import Case, CaseEvent
from simpul.portal.procedures import queries as procedures
from simpul.procedure import deadline
from simpul.procedure.calendar import WorkingCalendar
from simpul.procedure.deadline import Elapsed, Span
from simpul.procedure.model import PARTY_ACTORS, Limit, Procedure
from simpul.procedure.state import OpenAct


class Clock(NamedTuple):
    """What is shown of one step's time; `due_at` None: the SOP sets no limit, or the step was never entered."""

    elapsed: Elapsed
    due_at: datetime | None
    is_late: bool
    words: Words
    rule: Words
    calendar_version: str


def find_due(case: Case, procedure: Procedure, act: OpenAct, at: datetime) -> datetime | None:
    """Return when an act that opens at `at` is due, or None: no limit is set, or the clock stands."""
    limit = procedure.find_limit(act.no)
    if limit is None or deadline.is_standing([act], own_limit=_is_own(procedure, limit)):
        return None
    rounds, pauses = list_spans(case, procedure, limit.first_no, limit.last_no)
    return deadline.find_due(procedures.get_calendar(), limit, rounds or [Span(at)], pauses, at)


def read_clock(case: Case, procedure: Procedure, step_no: int, at: datetime | None = None) -> Clock:
    """Return the clock of a step over all its rounds."""
    instant, calendar = at or now(), procedures.get_calendar()
    limit = procedure.find_limit(step_no)
    first, last = (limit.first_no, limit.last_no) if limit else (step_no, step_no)
    rounds, pauses = list_spans(case, procedure, first, last)
    elapsed = deadline.measure_elapsed(calendar, rounds, pauses, instant)
    due = deadline.find_due(calendar, limit, rounds, pauses, instant) if limit and rounds else None
    end = rounds[-1].end if rounds and rounds[-1].end else instant
    rule = deadline.describe_limit(limit) if limit else NOTHING
    return Clock(elapsed, due, bool(due and end > due), describe_due(due, calendar, end), rule, calendar.version)


def describe_due(due: datetime | None, calendar: WorkingCalendar, at: datetime) -> Words:
    """Return "sisa 1 hari 3 jam kerja" or "terlambat 2 hari"; empty without a due time."""
    return calendar.describe_remaining(at, due) if due else NOTHING


def list_spans(case: Case, procedure: Procedure, first_no: int, last_no: int) -> tuple[list[Span], list[Span]]:
    """Return (rounds, pauses) of a range of steps: when it was open, and when only an agency's answer was missing."""
    limit = procedure.find_limit(first_no)
    own = limit is not None and _is_own(procedure, limit)
    opened: dict[str, datetime] = {}
    stood: dict[str, datetime] = {}
    rounds: list[Span] = []
    pauses: list[Span] = []
    rows = case.events.filter(
        step_no__range=(first_no, last_no), kind__in=["step_entered", "act_done", "step_completed"]
    )
    for row in rows.only("case", "kind", "step", "act", "at").order_by("sequence"):
        if row.kind == "step_entered":
            opened[row.step] = row.at
            if not own and _waits_for_parties(procedure, row.step, None):
                stood[row.step] = row.at
        elif row.kind == "act_done" and not own:
            _note_pause(procedure, row, stood)
        elif row.kind == "step_completed":
            if row.step in stood:
                pauses.append(Span(stood.pop(row.step), row.at))
            if row.step in opened:
                rounds.append(Span(opened.pop(row.step), row.at))
    rounds.extend(Span(start) for start in opened.values())
    pauses.extend(Span(start) for start in stood.values())
    return sorted(rounds, key=lambda span: span.start), sorted(pauses, key=lambda span: span.start)


def _note_pause(procedure: Procedure, row: CaseEvent, stood: dict[str, datetime]) -> None:
    if row.step not in stood and _waits_for_parties(procedure, row.step, row.act):
        stood[row.step] = row.at


def _waits_for_parties(procedure: Procedure, step_key: str, after: str | None) -> bool:
    """Say whether only parties' acts can follow in a step after an act (None: at its start)."""
    step = procedure.step_by_key[step_key]
    stage = step.act_by_key[after].stage if after else 0
    later = [act for act in step.acts if act.stage > stage]
    return bool(later) and all(act.actor in PARTY_ACTORS for act in later)


def _is_own(procedure: Procedure, limit: Limit) -> bool:
    """Say whether a limit is an agency's own: its first step stands in the OPD's lane."""
    return procedure.step_by_no[limit.first_no].lane == "opd"
