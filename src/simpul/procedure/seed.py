"""The calendar's first rows: office hours of Perpres 21/2023 and Indonesia's holidays, from where editing starts."""

from datetime import date, time
from typing import NamedTuple

import holidays

from simpul.kernel.words import Words
from simpul.procedure.calendar import DayHours, Season, WorkingCalendar


class HolidayYear(NamedTuple):
    """A year's holidays by day, and a warning while its *cuti bersama* isn't known."""

    year: int
    names: dict[date, str]
    warning: Words | None


def list_seasons() -> list[Season]:
    """Return the seed seasons: the whole year, and Ramadan of 2026 with its shorter hours."""
    week = _make_week(
        DayHours(time(7, 30), time(12), time(13), time(16)), DayHours(time(7, 30), time(11, 30), time(13), time(16, 30))
    )
    ramadan = _make_week(
        DayHours(time(8), time(12), time(12, 30), time(15)), DayHours(time(8), time(11, 30), time(12, 30), time(15, 30))
    )
    return [
        Season("Jam kerja biasa", week),
        Season("Ramadan 1447 H", ramadan, date(2026, 2, 19), date(2026, 3, 20)),
    ]


def read_holidays(year: int) -> HolidayYear:
    """Return a year's national holidays and *cuti bersama*, with a warning when the latter aren't in yet."""
    names = dict(holidays.country_holidays("ID", years=year, language="id", categories=("public", "government")))
    decreed = holidays.country_holidays("ID", years=year, language="id", categories=("government",))
    warning = Words(
        f"Cuti bersama tahun {year} belum ada. Isi setelah keputusan bersama terbit.",
        f"The joint leave days of {year} are missing. Enter them once the decree is out.",
    )
    return HolidayYear(year, dict(sorted(names.items())), None if decreed else warning)


def make_calendar(first_year: int, last_year: int) -> WorkingCalendar:
    """Return a calendar of seed rows for a range of years, both included."""
    names = {day: name for year in range(first_year, last_year + 1) for day, name in read_holidays(year).names.items()}
    return WorkingCalendar(list_seasons(), names, version=f"awal {first_year}–{last_year}")


def _make_week(monday_to_thursday: DayHours, friday: DayHours) -> dict[int, DayHours]:
    return {**dict.fromkeys(range(4), monday_to_thursday), 4: friday}
