"""The working calendar: when the office is open, when a limit falls due, and how much working time lies between.

Its facts are rows that an administrator edits: seasons (office hours by weekday, for all times or between dates) and
holidays. Source: Perpres 21/2023 for hours; the yearly joint decree for holidays and *cuti bersama*.
"""

import calendar as gregorian
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from simpul.kernel.clock import ZONE
from simpul.kernel.errors import Misconfigured
from simpul.kernel.words import Words

_SEARCH_DAYS = 3700
_KEPT_DAYS = 8000

Spans = list[tuple[datetime, datetime]]


class NoWorkingDay(Misconfigured):
    """The calendar has no open hour for ten years, so nothing can fall due."""

    code = "SOP031"
    message = Words("Kalender kerja tidak memuat hari kerja.", "The working calendar holds no working day.")
    hint = Words("Isi jam kerja pada halaman Kalender.", "Fill in the hours on the Calendar page.")


@dataclass(frozen=True)
class DayHours:
    """One weekday's hours on the wall clock, with a break in the middle."""

    opens_at: time
    break_from: time
    break_until: time
    closes_at: time


@dataclass(frozen=True)
class Season:
    """Office hours by weekday (0 Monday … 6 Sunday; closed where absent), between two days or, without, always."""

    name: str
    hours: Mapping[int, DayHours]
    first_on: date | None = None
    last_on: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether the season's hours hold on a day."""
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True)
class WorkingCalendar:
    """Seasons (the last one that covers a day counts), holidays by day, and the zone of the wall clock.

    A naive time is read in `zone`; results carry it. `version` names the rows this calendar was made from.
    """

    seasons: Sequence[Season]
    holidays: Mapping[date, str] = field(default_factory=dict)
    zone: tzinfo = ZONE
    version: str = ""
    _days: dict[date, tuple[Spans, float]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def add(self, start: datetime, amount: int, unit: str) -> datetime:
        """Return when a limit of `amount` `unit` that starts at `start` falls due.

        `jam` are working hours, pausing outside office time. `hari` are working days, the day of receipt not
        counted, due at the close of the last. `bulan` are calendar months, clamped to the month's end, moved to the
        next working day, due at its close.

        Raises: NoWorkingDay; ValueError for another unit.
        """
        local = self._localize(start)
        match unit:
            case "jam":
                return self.add_seconds(local, amount * 3600)
            case "hari":
                return self._find_close(local.date() + timedelta(days=1), amount)
            case "bulan":
                return self._find_close(_add_months(local.date(), amount), 1)
        raise ValueError(unit)

    def add_seconds(self, start: datetime, seconds: float) -> datetime:
        """Return the instant after so many seconds of working time."""
        local, left = self._localize(start), timedelta(seconds=seconds)
        if not left:
            return local
        for opens, closes in self._list_spans(local.date()):
            begins = max(opens, local)
            if closes - begins >= left:
                return begins + left
            left -= max(closes - begins, timedelta())
        raise NoWorkingDay

    def working_seconds_between(self, start: datetime, end: datetime) -> float:
        """Return the working seconds from `start` to `end`; negative when `end` is the earlier.

        Cost: linear in the number of days.
        """
        if end < start:
            return -self.working_seconds_between(end, start)
        return sum(seconds for _, seconds, _ in self._list_portions(self._localize(start), self._localize(end)))

    def describe_remaining(self, now: datetime, due: datetime) -> Words:
        """Return what an officer reads: "sisa 1 hari 3 jam kerja", "terlambat 2 hari"."""
        now, due = self._localize(now), self._localize(due)
        is_late = now > due
        days, seconds = self._count_days(min(now, due), max(now, due))
        return _describe_late(days, seconds) if is_late else _describe_left(days, seconds)

    def is_working_day(self, day: date) -> bool:
        """Say whether the office opens on a day."""
        return self._find_hours(day) is not None

    def _localize(self, instant: datetime) -> datetime:
        return instant.replace(tzinfo=self.zone) if instant.tzinfo is None else instant.astimezone(self.zone)

    def _find_hours(self, day: date) -> DayHours | None:
        if day in self.holidays:
            return None
        season = next((season for season in reversed(self.seasons) if season.covers(day)), None)
        return season.hours.get(day.weekday()) if season else None

    def _get_day(self, day: date) -> tuple[Spans, float]:
        """Return a day's open spans and their seconds; kept, since an inbox asks of the same days for each row."""
        kept = self._days.get(day)
        if kept is None:
            spans = self._list_day_spans(day)
            kept = spans, sum((closes - opens).total_seconds() for opens, closes in spans)
            if len(self._days) >= _KEPT_DAYS:
                self._days.clear()
            self._days[day] = kept
        return kept

    def _list_day_spans(self, day: date) -> Spans:
        hours = self._find_hours(day)
        if hours is None:
            return []
        edges = (hours.opens_at, hours.break_from, hours.break_until, hours.closes_at)
        opens, pauses, resumes, closes = (datetime.combine(day, edge, self.zone) for edge in edges)
        return [(opens, pauses), (resumes, closes)]

    def _list_spans(self, first: date) -> Iterator[tuple[datetime, datetime]]:
        for offset in range(_SEARCH_DAYS):
            yield from self._list_day_spans(first + timedelta(days=offset))

    def _find_close(self, first: date, count: int) -> datetime:
        """Return the close of the `count`th working day from `first` on, `first` included."""
        for offset in range(_SEARCH_DAYS):
            hours = self._find_hours(first + timedelta(days=offset))
            count -= hours is not None
            if hours is not None and not count:
                return datetime.combine(first + timedelta(days=offset), hours.closes_at, self.zone)
        raise NoWorkingDay

    def _list_portions(self, start: datetime, end: datetime) -> Iterator[tuple[date, float, float]]:
        """Yield each day's working seconds within the time, and the day's whole."""
        first, last = start.date(), end.date()
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            spans, whole = self._get_day(day)
            if first < day < last:
                yield day, whole, whole
                continue
            within = [(min(closes, end) - max(opens, start)).total_seconds() for opens, closes in spans]
            yield day, sum(max(seconds, 0.0) for seconds in within), whole

    def _count_days(self, start: datetime, end: datetime) -> tuple[int, float]:
        """Return whole working days, and the seconds left over; two halves make a day."""
        portions = [(seconds, whole) for _, seconds, whole in self._list_portions(start, end) if whole]
        days = len([1 for seconds, whole in portions if seconds >= whole])
        rest = sum(seconds for seconds, whole in portions if seconds < whole)
        whole_seconds = portions[-1][1] if portions else 0.0
        if whole_seconds and rest >= whole_seconds:
            return days + 1, rest - whole_seconds
        return days, rest


def _add_months(day: date, months: int) -> date:
    """Return the same day some months on, clamped to the month's end.

    >>> _add_months(date(2025, 12, 31), 2)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def _describe_left(days: int, seconds: float) -> Words:
    hours, minutes = int(seconds // 3600), int(seconds % 3600 // 60)
    if days or hours:
        parts = [(days, "hari", "working day"), (hours, "jam", "working hour")]
        shown = [part for part in parts if part[0]]
        return Words(
            f"sisa {' '.join(f'{count} {unit}' for count, unit, _ in shown)} kerja",
            f"{' '.join(_count(count, unit) for count, _, unit in shown)} left",
        )
    if minutes:
        return Words(f"sisa {minutes} menit kerja", f"{_count(minutes, 'working minute')} left")
    return Words("sisa kurang dari 1 menit kerja", "less than a working minute left")


def _describe_late(days: int, seconds: float) -> Words:
    hours = int(seconds // 3600)
    if days:
        return Words(f"terlambat {days} hari", f"{_count(days, 'working day')} late")
    if hours:
        return Words(f"terlambat {hours} jam", f"{_count(hours, 'working hour')} late")
    return Words("terlambat kurang dari 1 jam", "less than a working hour late")


def _count(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
