"""When a source runs by itself: every few minutes or hours, or once a day, on all days or working days alone. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from simpul.kernel.clock import ZONE
from simpul.procedure.calendar import WorkingCalendar

LONGEST_WAIT_DAYS = 60
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 3_600.0


@dataclass(frozen=True)
class Schedule:
    """`kind`: manual, minutes, hours or daily; `every` counts minutes or hours; `at` is a wall clock's time."""

    kind: str = "manual"
    every: int = 1
    at: time | None = None
    working_days: bool = False


def find_next(schedule: Schedule, after: datetime, calendar: WorkingCalendar) -> datetime | None:
    """Return the first turn later than `after`; None for a source that only people start.

    Without a working day in 60 days the turn stays where it would be.
    """
    local = after.astimezone(ZONE)
    match schedule.kind:
        case "minutes" | "hours":
            due = local + timedelta(**{schedule.kind: max(schedule.every, 1)})
            opens = time.min
        case "daily":
            opens = schedule.at or time.min
            due = datetime.combine(local.date(), opens, ZONE)
            due += timedelta(days=due <= local)
        case _:
            return None
    if not schedule.working_days or calendar.is_working_day(due.date()):
        return due
    days = (due.date() + timedelta(days=ahead) for ahead in range(1, LONGEST_WAIT_DAYS))
    day = next((day for day in days if calendar.is_working_day(day)), None)
    return due if day is None else datetime.combine(day, opens, ZONE)


def find_pause_seconds(attempts: int, asked_seconds: float | None = None) -> float:
    """Return how long to wait after so many attempts: twice as long each time, at least what the source asked for.

    >>> [find_pause_seconds(attempts) for attempts in (1, 2, 3, 20)], find_pause_seconds(1, 90.0)
    ([30.0, 60.0, 120.0, 3600.0], 90.0)
    """
    own = FIRST_PAUSE_SECONDS * 2.0 ** min(max(attempts, 1) - 1, 10)
    return min(max(own, asked_seconds or 0.0), LONGEST_PAUSE_SECONDS)
