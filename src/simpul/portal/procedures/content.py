"""A calendar version's JSON and the working calendar that it means.

`{"seasons": [{"name", "first_on", "last_on", "hours": {"0": ["07:30", "12:00", "13:00", "16:00"], …}}],
"holidays": {"2026-01-01": "…"}, "joint_leave_years": [2026]}`; weekday 0 is Monday; the four times are opening,
break from, break until, closing; `joint_leave_years` are the years whose *cuti bersama* is in.
"""

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from simpul.procedure.calendar import DayHours, Season, WorkingCalendar
from simpul.procedure.seed import list_seasons, read_holidays


def read_content(content: dict[str, Any], version: str) -> WorkingCalendar:
    """Return the working calendar that a version's content means."""
    holidays = {date.fromisoformat(day): name for day, name in content["holidays"].items()}
    return WorkingCalendar([_read_season(season) for season in content["seasons"]], holidays, version=version)


def make_content(first_year: int, last_year: int) -> dict[str, Any]:
    """Return the content a hub starts with: the seed seasons and the holidays of these years, both included."""
    years = [read_holidays(year) for year in range(first_year, last_year + 1)]
    return {
        "seasons": [write_season(season) for season in list_seasons()],
        "holidays": {day.isoformat(): name for year in years for day, name in year.names.items()},
        "joint_leave_years": [year.year for year in years if year.warning is None],
    }


def write_season(season: Season) -> dict[str, Any]:
    """Return a season as JSON."""
    return {
        "name": season.name,
        "first_on": season.first_on.isoformat() if season.first_on else None,
        "last_on": season.last_on.isoformat() if season.last_on else None,
        "hours": {str(weekday): _write_hours(hours) for weekday, hours in season.hours.items()},
    }


def list_years_without_joint_leave(content: dict[str, Any], years: Iterable[int]) -> list[int]:
    """Return those of the years whose *cuti bersama* isn't in yet, in order."""
    return [year for year in years if year not in content.get("joint_leave_years", [])]


def _read_season(season: dict[str, Any]) -> Season:
    hours = {int(weekday): DayHours(*map(time.fromisoformat, times)) for weekday, times in season["hours"].items()}
    return Season(season["name"], hours, _read_day(season.get("first_on")), _read_day(season.get("last_on")))


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _write_hours(hours: DayHours) -> list[str]:
    return [f"{edge:%H:%M}" for edge in (hours.opens_at, hours.break_from, hours.break_until, hours.closes_at)]
