"""The clock of a limit: it runs over the rounds of its steps and stands while only an agency's answer is missing.

Both figures are shown: gross is the working time from first to last, net leaves out where the clock stood. Lateness
is a fact, never a block.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from simpul.kernel.words import Words
from simpul.procedure.calendar import WorkingCalendar
from simpul.procedure.model import PARTY_ACTORS, Limit
from simpul.procedure.state import OpenAct

_RULES = {
    "jam": Words(
        "{amount} jam kerja; di luar jam kantor waktu tidak berjalan",
        "{amount} working hours; outside office hours the clock stands",
    ),
    "hari": Words(
        "{amount} hari kerja; hari penerimaan tidak dihitung, jatuh tempo pada jam tutup hari terakhir",
        "{amount} working days; the day of receipt is not counted, due at the close of the last",
    ),
    "bulan": Words(
        "{amount} bulan kalender; bila jatuh pada hari libur, pindah ke hari kerja berikutnya",
        "{amount} calendar months; moved to the next working day where it falls on a holiday",
    ),
}


class Span(NamedTuple):
    """A stretch of time; `end` is None while it goes on."""

    start: datetime
    end: datetime | None = None


class Elapsed(NamedTuple):
    """Working seconds: all of them, and without the time in which the clock stood."""

    gross_seconds: float
    net_seconds: float


def is_standing(acts: Iterable[OpenAct], own_limit: bool = False) -> bool:
    """Say whether the clock stands: something is waited for, and only from parties.

    Args: acts: the acts waited for. own_limit: the limit is the agency's own (row 1), which always runs.
    """
    actors = [act.actor for act in acts]
    return not own_limit and bool(actors) and all(actor in PARTY_ACTORS for actor in actors)


def measure_elapsed(
    calendar: WorkingCalendar, rounds: Sequence[Span], pauses: Sequence[Span], now: datetime
) -> Elapsed:
    """Return gross and net working time of a limit so far.

    Args:
        rounds: when the limit's steps were open, in order, not overlapping; none → zero.
        pauses: when the clock stood, in order, not overlapping; only what lies within a round counts.
    """
    gross = sum(calendar.working_seconds_between(start, end) for start, end in _close(rounds, now))
    stood = sum(
        calendar.working_seconds_between(max(start, from_), min(end, until))
        for start, end in _close(rounds, now)
        for from_, until in _close(pauses, now)
        if max(start, from_) < min(end, until)
    )
    return Elapsed(gross, gross - stood)


def find_due(
    calendar: WorkingCalendar, limit: Limit, rounds: Sequence[Span], pauses: Sequence[Span], now: datetime
) -> datetime:
    """Return when a limit falls due: from its first round, moved by the working time in which the clock stood.

    The clock stands in `pauses` and between rounds, so that the rounds of a step are summed. What comes after the
    due time no longer moves it.

    Raises: IndexError without a round.
    """
    due = calendar.add(rounds[0].start, limit.amount, limit.unit)
    gaps = [Span(earlier.end, later.start) for earlier, later in pairwise(rounds) if earlier.end]
    for start, end in _merge([*_close(pauses, now), *_close(gaps, now)]):
        begins = max(start, rounds[0].start)
        if begins < due and begins < end:
            due = calendar.add_seconds(due, calendar.working_seconds_between(begins, end))
    return due


def describe_limit(limit: Limit) -> Words:
    """Return the rule by which a limit is counted."""
    return _RULES[limit.unit].format(amount=limit.amount)


def _close(spans: Iterable[Span], now: datetime) -> list[tuple[datetime, datetime]]:
    return [(start, end or now) for start, end in spans]


def _merge(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
