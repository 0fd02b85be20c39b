"""When a step is due, and how late it is: a fact shown, never a block.

Only a limit of the SOP version makes a due time. An OPD's own limit (a step of the OPD's lane) runs; otherwise the
clock stands while only the OPD's answer is missing. Rounds of one step are summed: time spent outside it is added.
"""

from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from simpul.kernel.clock import now
from simpul.kernel.words import Words
from simpul.portal.cases.models import Case, CaseEvent
from simpul.portal.procedures import queries as procedures
from simpul.procedure.calendar import WorkingCalendar
from simpul.procedure.model import PARTY_ACTORS, Limit, Procedure
from simpul.procedure.state import OpenAct


class Span(NamedTuple):
    """A stretch of time from `start` to `end`."""

    start: datetime
    end: datetime


def find_due(case: Case, procedure: Procedure, act: OpenAct, at: datetime) -> datetime | None:
    """Return when an act that opens at `at` is due, or None: no limit is set, or the clock stands."""
    limit = procedure.find_limit(act.no)
    if limit is None or (act.actor in PARTY_ACTORS and procedure.step_by_key[act.step].lane != "opd"):
        return None
    return find_limit_due(case, procedure, limit, at)


def find_limit_due(case: Case, procedure: Procedure, limit: Limit, at: datetime) -> datetime:
    """Return the due time of a limit for a case: from its first start, moved on by the time that doesn't count."""
    calendar = procedures.get_calendar()
    spans = list_counted_spans(case, procedure, limit, at)
    start = spans[0].start if spans else at
    due = calendar.add(start, limit.amount, limit.unit)
    paused = sum(
        (
            calendar.working_seconds_between(before.end, after.start)
            for before, after in pairwise(spans)
        ),
        start=0.0,
    )
    paused += calendar.working_seconds_between(spans[-1].end, at) if spans else 0
    return calendar.add_seconds(due, paused) if paused else due


def list_counted_spans(case: Case, procedure: Procedure, limit: Limit, at: datetime) -> list[Span]:
    """Return the spans, in order, in which the clock of a limit ran; a span still running ends at `at`."""
    opd_lane = procedure.step_by_no[limit.first_no].lane == "opd"
    spans: list[Span] = []
    waiting: dict[str, datetime] = {}
    rows = case.events.filter(step_no__range=(limit.first_no, limit.last_no)).order_by("sequence")
    for row in rows.only("kind", "step", "act", "at", "step_no"):
        if row.kind == "step_entered":
            waiting[row.step] = row.at
        elif row.step in waiting and _stops_clock(row, procedure, opd_lane):
            spans.append(Span(waiting.pop(row.step), row.at))
    spans.extend(Span(start, at) for start in waiting.values())
    return sorted(spans)


def _stops_clock(row: CaseEvent, procedure: Procedure, opd_lane: bool) -> bool:
    """The clock stops when a step is completed, or when Kominfo's part in it is done and an OPD's is missing."""
    if row.kind == "step_completed":
        return True
    if row.kind != "act_done" or opd_lane:
        return False
    step = procedure.step_by_key[row.step]
    stage = step.act_by_key[row.act].stage
    later = [act for act in step.acts if act.stage > stage]
    return bool(later) and all(act.actor in PARTY_ACTORS for act in later)


class Clock(NamedTuple):
    """What is shown of one step's time: gross and net working seconds, the due time, and the words for it."""

    gross_seconds: float
    net_seconds: float
    due_at: datetime | None
    is_late: bool
    words: Words


def read_clock(case: Case, procedure: Procedure, step_no: int, at: datetime | None = None) -> Clock:
    """Return the clock of a step over all its rounds; without a limit of the SOP there is no due time."""
    instant, calendar = at or now(), procedures.get_calendar()
    limit = procedure.find_limit(step_no)
    spans = list_counted_spans(case, procedure, limit or Limit(step_no, step_no, 0, "jam"), instant)
    net = sum(calendar.working_seconds_between(span.start, span.end) for span in spans)
    gross = calendar.working_seconds_between(spans[0].start, spans[-1].end) if spans else 0.0
    due = find_limit_due(case, procedure, limit, instant) if limit and spans else None
    return Clock(gross, net, due, bool(due and instant > due), describe_due(due, calendar, instant))


def describe_due(due: datetime | None, calendar: WorkingCalendar, at: datetime) -> Words:
    """Return "sisa 1 hari 3 jam kerja" or "terlambat 2 hari"; empty without a due time."""
    return calendar.describe_remaining(at, due) if due else Words("", "")
