"""When a source runs by itself."""

from datetime import date, datetime, time

import pytest

from simpul.kernel.clock import ZONE
from simpul.portal.sources.schedule import Schedule, find_next
from simpul.procedure.calendar import DayHours, Season, WorkingCalendar

HOURS = DayHours(time(8), time(12), time(13), time(16))
CALENDAR = WorkingCalendar(
    [Season("biasa", dict.fromkeys(range(5), HOURS))], {date(2026, 11, 26): "Libur", date(2026, 11, 27): "Cuti bersama"}
)
WEDNESDAY = datetime(2026, 11, 25, 9, 30, tzinfo=ZONE)
FRIDAY_NIGHT = datetime(2026, 12, 4, 23, 50, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (Schedule("minutes", 15), WEDNESDAY, "2026-11-25 09:45"),
        (Schedule("hours", 6), WEDNESDAY, "2026-11-25 15:30"),
        (Schedule("daily", at=time(9, 30)), WEDNESDAY, "2026-11-26 09:30"),
        (Schedule("daily", at=time(9, 31)), WEDNESDAY, "2026-11-25 09:31"),
        (Schedule("daily", at=time(6), working_days=True), WEDNESDAY, "2026-11-30 06:00"),
        (Schedule("minutes", 15, working_days=True), FRIDAY_NIGHT, "2026-12-07 00:00"),
        (Schedule("hours", 1, working_days=True), WEDNESDAY, "2026-11-25 10:30"),
    ],
)
def test_turn_is_the_first_after(schedule: Schedule, after: datetime, due: str) -> None:
    assert find_next(schedule, after, CALENDAR) == datetime.fromisoformat(due).replace(tzinfo=ZONE)


def test_manual_source_has_no_turn() -> None:
    assert find_next(Schedule(), WEDNESDAY, CALENDAR) is None


def test_calendar_without_a_working_day_does_not_stop_the_source() -> None:
    due = find_next(Schedule("daily", at=time(6), working_days=True), WEDNESDAY, WorkingCalendar([]))
    assert due == datetime(2026, 11, 26, 6, tzinfo=ZONE)
