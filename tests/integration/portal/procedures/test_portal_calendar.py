"""The working calendar: changed on pages, each time a new version, with a warning while cuti bersama is missing."""

from datetime import date, datetime
from typing import Any

import pytest

from portal_world import World, read_text, sign_in
from simpul.kernel import clock
from simpul.portal.procedures import actions, queries
from simpul.portal.procedures.content import make_content, read_content
from simpul.portal.procedures.errors import VersionTaken
from simpul.portal.procedures.models import CalendarVersion

YEAR = clock.local(clock.now()).year


def make_form(world: World, path: str, prefix: str) -> dict[str, Any]:
    """Return what a page would send unchanged."""
    context = sign_in(world.bidang).get(path).context
    rows = context["holidays" if prefix == "days" else "seasons"]
    fields = {
        form.add_prefix(name): _write(form.get_initial_for_field(field, name))
        for form in rows.initial_forms
        for name, field in form.fields.items()
    }
    count = {f"{prefix}-TOTAL_FORMS": len(rows.initial_forms), f"{prefix}-INITIAL_FORMS": len(rows.initial_forms)}
    form = {"after": context["form"].initial["after"], "reason": "Keputusan bersama"}
    return {name: value for name, value in {**fields, **count, **form}.items() if value is not None}


def _write(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def test_migrate_puts_this_year_and_the_next_two_in(world: World) -> None:
    holidays = queries.get_calendar().holidays
    assert {day.year for day in holidays} == {YEAR, YEAR + 1, YEAR + 2}


def test_seed_content_means_the_hours_and_days_of_the_order() -> None:
    calendar = read_content(make_content(2025, 2027), "uji")
    start = datetime(2026, 3, 17, 10, tzinfo=clock.ZONE)
    assert calendar.add(start, 2, "hari") == datetime(2026, 3, 26, 16, tzinfo=clock.ZONE)
    new_year = datetime(2025, 12, 31, 10, tzinfo=clock.ZONE)
    assert calendar.add(new_year, 2, "bulan") == datetime(2026, 3, 2, 15, tzinfo=clock.ZONE)


def test_year_without_joint_leave_is_warned_of_until_it_is_filled(world: World) -> None:
    content = {**queries.get_current_calendar().content, "joint_leave_years": []}
    actions.save_calendar(content, "Uji", world.bidang, 1)
    client = sign_in(world.bidang)
    assert f"Cuti bersama {YEAR} belum ada." in read_text(client.get("/sop/kalender"))
    form = make_form(world, f"/sop/kalender/{YEAR}", "days") | {"has_joint_leave": "on"}
    assert client.post(f"/sop/kalender/{YEAR}", form).status_code == 302
    assert f"Cuti bersama {YEAR} belum ada." not in read_text(client.get("/sop/kalender"))


def test_added_holiday_moves_what_falls_due(world: World) -> None:
    free = date(YEAR, 6, 10)
    while not queries.get_calendar().is_working_day(free):
        free = free.replace(day=free.day + 1)
    form = make_form(world, f"/sop/kalender/{YEAR}", "days")
    count = form["days-TOTAL_FORMS"]
    form |= {"days-TOTAL_FORMS": count + 1, f"days-{count}-day": str(free), f"days-{count}-name": "Hari Contoh"}
    before = set(queries.get_calendar().holidays)
    sign_in(world.bidang).post(f"/sop/kalender/{YEAR}", form)
    assert not queries.get_calendar().is_working_day(free)
    assert set(queries.get_calendar().holidays) == before | {free}
    version = queries.get_current_calendar()
    assert (version.number, version.reason, version.created_by) == (2, "Keputusan bersama", world.bidang)


def test_emptied_row_takes_a_holiday_away(world: World) -> None:
    before = queries.get_calendar()
    form = make_form(world, f"/sop/kalender/{YEAR}", "days") | {"days-0-day": "", "days-0-name": ""}
    assert sign_in(world.bidang).post(f"/sop/kalender/{YEAR}", form).status_code == 302
    assert len(queries.get_calendar().holidays) == len(before.holidays) - 1


def test_double_day_or_day_of_another_year_is_told_beside_it(world: World) -> None:
    form = make_form(world, f"/sop/kalender/{YEAR}", "days")
    client = sign_in(world.bidang)
    page = read_text(client.post(f"/sop/kalender/{YEAR}", form | {"days-1-day": form["days-0-day"]}))
    assert "Tanggal ini sudah ada." in page
    page = read_text(client.post(f"/sop/kalender/{YEAR}", form | {"days-1-day": "1999-01-01"}))
    assert f"Bukan tanggal pada tahun {YEAR}." in page
    assert CalendarVersion.objects.count() == 1


def test_hours_of_a_season_are_changed_and_a_new_one_added(world: World) -> None:
    form = make_form(world, "/sop/kalender/jam", "seasons")
    count = form["seasons-TOTAL_FORMS"]
    new = {"name": "Ramadan 1448 H", "first_on": "2027-02-08", "last_on": "2027-03-09"}
    new |= {f"hours_0_{edge}": time for edge, time in enumerate(("08:00", "12:00", "12:30", "15:00"))}
    form |= {"seasons-TOTAL_FORMS": count + 1, "seasons-0-hours_0_3": "16:30"}
    form |= {f"seasons-{count}-{name}": value for name, value in new.items()}
    assert sign_in(world.bidang).post("/sop/kalender/jam", form).status_code == 302
    seasons = queries.get_calendar().seasons
    assert seasons[0].hours[0].closes_at.isoformat() == "16:30:00"
    assert (seasons[-1].name, list(seasons[-1].hours)) == ("Ramadan 1448 H", [0])


def test_hours_out_of_order_or_half_filled_are_told(world: World) -> None:
    form = make_form(world, "/sop/kalender/jam", "seasons")
    for wrong in ({"seasons-0-hours_0_3": "06:00"}, {"seasons-0-hours_0_3": ""}):
        page = read_text(sign_in(world.bidang).post("/sop/kalender/jam", form | wrong))
        assert "Isi keempat jam, berurutan dari buka sampai tutup." in page


def test_ticked_season_is_left_out(world: World) -> None:
    form = make_form(world, "/sop/kalender/jam", "seasons") | {"seasons-1-DELETE": "on"}
    sign_in(world.bidang).post("/sop/kalender/jam", form)
    assert [season.name for season in queries.get_calendar().seasons] == ["Jam kerja biasa"]


def test_second_of_two_editors_is_told(world: World) -> None:
    content = queries.get_current_calendar().content
    actions.save_calendar(content, "Pertama", world.bidang, 1)
    with pytest.raises(VersionTaken):
        actions.save_calendar(content, "Kedua", world.bidang, 1)
