"""The working calendar holds the seven rows of the domain facts, and counts time as an officer would."""

from datetime import UTC, date, datetime, time

import pytest

from simpul.kernel.clock import ZONE
from simpul.kernel.words import Words
from simpul.procedure.calendar import DayHours, NoWorkingDay, Season, WorkingCalendar
from simpul.procedure.deadline import Span, describe_limit, find_due, is_standing, measure_elapsed
from simpul.procedure.model import Limit
from simpul.procedure.seed import make_calendar, read_holidays
from simpul.procedure.state import OpenAct

CALENDAR = make_calendar(2025, 2027)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-07-03 16:00", 2, "jam", "2026-07-06 09:00"),
        ("2026-07-06 11:15", 2, "jam", "2026-07-06 14:15"),
        ("2026-07-04 09:00", 2, "jam", "2026-07-06 09:30"),
        ("2026-03-17 10:00", 2, "hari", "2026-03-26 16:00"),
        ("2026-12-22 09:00", 2, "hari", "2026-12-28 16:00"),
        ("2025-12-31 10:00", 2, "bulan", "2026-03-02 15:00"),
        ("2026-06-25 09:00", 2, "bulan", "2026-08-26 16:00"),
    ],
)
def test_limit_falls_due_as_the_table_says(start: str, amount: int, unit: str, due: str) -> None:
    assert CALENDAR.add(at(start), amount, unit) == at(due)


def test_due_time_carries_the_zone_of_tapin() -> None:
    due = CALENDAR.add(datetime(2026, 7, 6, 3, 15, tzinfo=UTC), 2, "jam")
    assert due.isoformat() == "2026-07-06T14:15:00+08:00"


def test_naive_time_is_read_on_the_wall_clock() -> None:
    assert CALENDAR.add(datetime(2026, 7, 6, 11, 15), 2, "jam") == at("2026-07-06 14:15")  # noqa: DTZ001


def test_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="minggu"):
        CALENDAR.add(at("2026-07-06 09:00"), 1, "minggu")


def test_calendar_without_working_day_says_so() -> None:
    with pytest.raises(NoWorkingDay):
        WorkingCalendar([Season("kosong", {})]).add(at("2026-07-06 09:00"), 1, "hari")


def test_limit_that_ends_at_the_close_stays_on_that_day() -> None:
    assert CALENDAR.add(at("2026-07-06 14:00"), 2, "jam") == at("2026-07-06 16:00")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-07-06 00:00", "2026-07-13 00:00", 37.5),  # a week
        ("2026-03-02 00:00", "2026-03-09 00:00", 32.5),  # a week in Ramadan
        ("2026-07-06 11:30", "2026-07-06 13:30", 1.0),  # across the break
        ("2026-07-04 00:00", "2026-07-05 23:00", 0.0),  # a weekend
        ("2026-07-06 10:00", "2026-07-06 09:00", -1.0),
    ],
)
def test_working_time_between_two_instants(start: str, end: str, hours: float) -> None:
    assert CALENDAR.working_seconds_between(at(start), at(end)) == hours * 3600


def test_later_season_counts_where_two_cover_a_day() -> None:
    short = DayHours(time(8), time(9), time(9), time(10))
    calendar = WorkingCalendar([*CALENDAR.seasons, Season("pendek", {0: short}, date(2026, 7, 6), date(2026, 7, 6))])
    assert calendar.working_seconds_between(at("2026-07-06 00:00"), at("2026-07-07 00:00")) == 7200


@pytest.mark.parametrize(
    ("now", "due", "said"),
    [
        ("2026-07-06 13:00", "2026-07-07 16:00", "sisa 1 hari 3 jam kerja"),
        ("2026-07-06 11:00", "2026-07-07 14:00", "sisa 1 hari 2 jam kerja"),  # 4 and 5.5 hours: a day and 2
        ("2026-07-06 16:30", "2026-07-08 16:00", "sisa 2 hari kerja"),
        ("2026-07-06 15:20", "2026-07-06 16:00", "sisa 40 menit kerja"),
        ("2026-07-06 16:00", "2026-07-06 16:00", "sisa kurang dari 1 menit kerja"),
        ("2026-07-08 17:00", "2026-07-06 16:00", "terlambat 2 hari"),
        ("2026-07-07 10:45", "2026-07-06 16:00", "terlambat 3 jam"),
        ("2026-07-06 18:00", "2026-07-06 16:00", "terlambat kurang dari 1 jam"),
    ],
)
def test_remaining_time_reads_as_an_officer_says_it(now: str, due: str, said: str) -> None:
    assert CALENDAR.describe_remaining(at(now), at(due)).id == said


def test_remaining_time_reads_in_english_too() -> None:
    assert (
        CALENDAR.describe_remaining(at("2026-07-06 13:00"), at("2026-07-07 16:00")).en
        == "1 working day 3 working hours left"
    )


def test_net_time_leaves_out_where_the_clock_stood() -> None:
    rounds = [Span(at("2026-07-06 08:00"), at("2026-07-06 12:00")), Span(at("2026-07-08 08:00"))]
    pauses = [Span(at("2026-07-06 10:00"), at("2026-07-07 10:00"))]
    elapsed = measure_elapsed(CALENDAR, rounds, pauses, at("2026-07-08 09:00"))
    assert (elapsed.gross_seconds, elapsed.net_seconds) == (5 * 3600, 3 * 3600)


def test_due_time_moves_by_the_time_the_clock_stood() -> None:
    rounds = [Span(at("2026-07-06 08:00"))]
    pauses = [Span(at("2026-07-06 09:00"), at("2026-07-06 11:00"))]
    assert find_due(CALENDAR, Limit(1, 1, 2, "jam"), rounds, pauses, at("2026-07-06 11:00")) == at("2026-07-06 12:00")


def test_rounds_of_a_step_share_one_limit() -> None:
    rounds = [Span(at("2026-07-06 08:00"), at("2026-07-06 09:00")), Span(at("2026-07-07 08:00"))]
    due = find_due(CALENDAR, Limit(6, 6, 2, "jam"), rounds, [], at("2026-07-07 08:00"))
    assert due == at("2026-07-07 09:00")


def test_pause_after_the_due_time_moves_nothing() -> None:
    rounds, pauses = [Span(at("2026-07-06 08:00"))], [Span(at("2026-07-06 14:00"))]
    assert find_due(CALENDAR, Limit(1, 1, 2, "jam"), rounds, pauses, at("2026-07-07 08:00")) == at("2026-07-06 10:00")


def test_clock_stands_only_while_parties_alone_are_waited_for() -> None:
    opd = OpenAct("a06", 6, 1, "penyedia_setuju", "penyedia", "dukcapil", Words("", ""))
    kominfo = OpenAct("a06", 6, 1, "rumus", "tim_it", "", Words("", ""))
    assert is_standing([opd])
    assert not is_standing([opd, kominfo])
    assert not is_standing([opd], own_limit=True)
    assert not is_standing([])


def test_year_without_decree_warns() -> None:
    assert read_holidays(2026).warning is None
    assert "2035" in str(read_holidays(2035).warning)


def test_holidays_of_2026_hold_joint_leave() -> None:
    assert read_holidays(2026).names[date(2026, 12, 24)] == "Cuti Bersama Hari Raya Natal"


def test_limit_says_how_it_is_counted() -> None:
    assert describe_limit(Limit(2, 2, 2, "hari")).id.startswith("2 hari kerja; hari penerimaan tidak dihitung")
