"""Forms that make the next version of the working calendar: the holidays of a year, the hours of each season."""

from datetime import date, time
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.site.fields import DayField, ReasonField, RowFormSet

WEEKDAYS = (_("Senin"), _("Selasa"), _("Rabu"), _("Kamis"), _("Jumat"), _("Sabtu"), _("Minggu"))
EDGES = (_("Buka"), _("Istirahat dari"), _("Istirahat sampai"), _("Tutup"))


class HolidayYearForm(forms.Form):
    after = forms.IntegerField(widget=forms.HiddenInput)
    has_joint_leave = forms.BooleanField(
        label=_("Cuti bersama tahun ini sudah terisi sesuai keputusan bersama"), required=False
    )
    reason = ReasonField(label=_("Alasan perubahan"))


class HolidayForm(forms.Form):
    day = DayField(label=_("Tanggal"))
    name = forms.CharField(label=_("Hari libur atau cuti bersama"), max_length=200)


class BaseHolidayFormSet(RowFormSet):
    """The holidays of one year; a day stands once."""

    year: int = 0

    def clean(self) -> None:
        seen: set[date] = set()
        for form in self.forms:
            day = form.cleaned_data.get("day") if form.is_bound and form.has_changed() and form.is_valid() else None
            if day is None:
                continue
            if day.year != self.year:
                form.add_error("day", _("Bukan tanggal pada tahun %(year)d.") % {"year": self.year})
            elif day in seen:
                form.add_error("day", _("Tanggal ini sudah ada."))
            seen.add(day)

    def list_holidays(self) -> dict[str, str]:
        """Return the days (ISO 8601) with their names, in order."""
        return {row["day"].isoformat(): row["name"] for row in sorted(self.list_filled(), key=lambda row: row["day"])}


HolidayFormSet = forms.formset_factory(HolidayForm, formset=BaseHolidayFormSet, extra=1, max_num=120)


def make_holidays(year: int, rows: list[dict[str, Any]], data: Any = None) -> BaseHolidayFormSet:
    """Return a year's form set: what was sent, else the rows."""
    holidays = cast(BaseHolidayFormSet, HolidayFormSet(data, initial=rows, prefix="days"))
    holidays.year = year
    return holidays


class SeasonForm(forms.Form):
    """One season: its days, and for each weekday the four edges of the working day; empty = closed."""

    name = forms.CharField(label=_("Nama masa"), max_length=100)
    first_on = DayField(label=_("Sejak"), required=False, help_text=_("Kosong: selalu berlaku."))
    last_on = DayField(label=_("Sampai dengan"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = (kwargs.get("initial") or {}).get("hours", {})
        for weekday, weekday_name in enumerate(WEEKDAYS):
            times = hours.get(str(weekday), [None] * len(EDGES))
            for edge, edge_name in enumerate(EDGES):
                self.fields[_name(weekday, edge)] = forms.TimeField(
                    label=f"{weekday_name}: {edge_name}",
                    required=False,
                    initial=times[edge],
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )

    def list_days(self) -> list[dict[str, Any]]:
        """Return each weekday with its four bound fields."""
        return [
            {"name": name, "fields": [self[_name(weekday, edge)] for edge in range(len(EDGES))]}
            for weekday, name in enumerate(WEEKDAYS)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("first_on") and cleaned.get("last_on") and cleaned["last_on"] < cleaned["first_on"]:
            self.add_error("last_on", _("Tanggal akhir mendahului tanggal mulai."))
        for weekday in range(len(WEEKDAYS)):
            times = self._read_times(weekday)
            if any(times) and (not all(times) or times != sorted(times, key=lambda edge: edge or time.min)):
                self.add_error(_name(weekday, 0), _("Isi keempat jam, berurutan dari buka sampai tutup."))
        return cleaned

    def make_season(self) -> dict[str, Any]:
        """Return the season as `procedures.content` keeps it."""
        data = self.cleaned_data
        days = {weekday: self._read_times(weekday) for weekday in range(len(WEEKDAYS))}
        return {
            "name": data["name"],
            "first_on": data["first_on"].isoformat() if data["first_on"] else None,
            "last_on": data["last_on"].isoformat() if data["last_on"] else None,
            "hours": {
                str(day): [f"{edge:%H:%M}" for edge in times if edge] for day, times in days.items() if all(times)
            },
        }

    def _read_times(self, weekday: int) -> list[time | None]:
        return [self.cleaned_data.get(_name(weekday, edge)) for edge in range(len(EDGES))]


class BaseSeasonFormSet(forms.BaseFormSet):
    """All seasons; of those that cover a day the last one counts. A ticked one is left out."""

    def list_seasons(self) -> list[dict[str, Any]]:
        """Return the seasons as `procedures.content` keeps them."""
        kept = [form for form in self.forms if form.has_changed() or form.initial]
        return [form.make_season() for form in kept if form.cleaned_data and not form.cleaned_data.get("DELETE")]


SeasonFormSet = forms.formset_factory(
    SeasonForm, formset=BaseSeasonFormSet, extra=1, can_delete=True, can_delete_extra=False, max_num=40
)


def make_seasons(seasons: list[dict[str, Any]], data: Any = None) -> BaseSeasonFormSet:
    """Return the seasons' form set: what was sent, else the seasons as `procedures.content` keeps them."""
    return cast(BaseSeasonFormSet, SeasonFormSet(data, initial=seasons, prefix="seasons"))


class SeasonsReasonForm(forms.Form):
    after = forms.IntegerField(widget=forms.HiddenInput)
    reason = ReasonField(label=_("Alasan perubahan"))


def _name(weekday: int, edge: int) -> str:
    return f"hours_{weekday}_{edge}"
