"""Pages of the working calendar: what holds, and the pages that make its next version."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from simpul.kernel import clock
from simpul.kernel.errors import Conflict, Invalid
from simpul.portal.people.gates import SignedInRequest
from simpul.portal.procedures import actions, queries
from simpul.portal.procedures.calendar_forms import (
    EDGES,
    WEEKDAYS,
    HolidayYearForm,
    SeasonsReasonForm,
    make_holidays,
    make_seasons,
)
from simpul.portal.procedures.content import list_years_without_joint_leave
from simpul.portal.procedures.permissions import can_change, check_may_change
from simpul.portal.site.fields import add_findings
from simpul.procedure.seed import read_holidays

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def show_calendar(request: SignedInRequest) -> HttpResponse:
    """Show seasons and holidays by year, and warn for years whose cuti bersama isn't in yet."""
    version = queries.get_current_calendar()
    this_year = clock.local(clock.now()).year
    years = sorted({this_year, this_year + 1} | {int(day[:4]) for day in version.content["holidays"]})
    missing = list_years_without_joint_leave(version.content, years)
    context = {
        "version": version,
        "seasons": [_describe_season(season) for season in version.content["seasons"]],
        "edges": EDGES,
        "years": [
            {"year": year, "holidays": _list_holidays(version.content, year), "lacks_joint_leave": year in missing}
            for year in years
        ],
        "this_year": this_year,
        "next_year": max(years) + 1,
        "warnings": [year for year in missing if year in (this_year, this_year + 1)],
        "versions": queries.list_calendars()[:20],
        "can_change": can_change(request.user),
    }
    return render(request, "procedures/calendar.html", context)


@form_page
def change_holidays(request: SignedInRequest, year: int) -> HttpResponse:
    """Change the holidays of one year; a year without rows opens with the national ones known so far."""
    check_may_change(request.user)
    version = queries.get_current_calendar()
    rows = _list_holidays(version.content, year)
    is_new = not rows
    rows = rows or [{"day": day, "name": name} for day, name in read_holidays(year).names.items()]
    initial = {"after": version.number, "has_joint_leave": not list_years_without_joint_leave(version.content, [year])}
    form = HolidayYearForm(request.POST or None, initial=initial)
    holidays = make_holidays(year, rows, request.POST or None)
    if request.method == "POST" and form.is_valid() & holidays.is_valid():
        content = _put_holidays(version.content, year, holidays.list_holidays(), form.cleaned_data["has_joint_leave"])
        if _save(request, form, content):
            return redirect("calendar")
    context = {"form": form, "holidays": holidays, "year": year, "is_new": is_new}
    return render(request, "procedures/holidays.html", context)


@form_page
def change_seasons(request: SignedInRequest) -> HttpResponse:
    """Change the hours of each season, add one, or take one away."""
    check_may_change(request.user)
    version = queries.get_current_calendar()
    form = SeasonsReasonForm(request.POST or None, initial={"after": version.number})
    seasons = make_seasons(version.content["seasons"], request.POST or None)
    is_right = request.method == "POST" and form.is_valid() & seasons.is_valid()
    if is_right and _save(request, form, {**version.content, "seasons": seasons.list_seasons()}):
        return redirect("calendar")
    return render(request, "procedures/seasons.html", {"form": form, "seasons": seasons, "edges": EDGES})


def _save(request: SignedInRequest, form: Any, content: dict[str, Any]) -> bool:
    try:
        version = actions.save_calendar(content, form.cleaned_data["reason"], request.user, form.cleaned_data["after"])
    except (Invalid, Conflict) as error:
        add_findings(form, error)
        return False
    messages.success(request, _("Kalender versi %(number)d sudah berlaku.") % {"number": version.number})
    return True


def _put_holidays(content: dict[str, Any], year: int, days: dict[str, str], has_joint_leave: bool) -> dict[str, Any]:
    others = {day: name for day, name in content["holidays"].items() if not day.startswith(f"{year}-")}
    decreed = set(content.get("joint_leave_years", [])) - {year} | ({year} if has_joint_leave else set())
    return {**content, "holidays": dict(sorted({**others, **days}.items())), "joint_leave_years": sorted(decreed)}


def _list_holidays(content: dict[str, Any], year: int) -> list[dict[str, Any]]:
    days = sorted(content["holidays"].items())
    return [{"day": date.fromisoformat(day), "name": name} for day, name in days if day.startswith(f"{year}-")]


def _describe_season(season: dict[str, Any]) -> dict[str, Any]:
    rows = [{"name": name, "times": season["hours"].get(str(day))} for day, name in enumerate(WEEKDAYS)]
    first_on, last_on = season.get("first_on"), season.get("last_on")
    return {
        "name": season["name"],
        "first_on": date.fromisoformat(first_on) if first_on else None,
        "last_on": date.fromisoformat(last_on) if last_on else None,
        "days": rows,
    }
