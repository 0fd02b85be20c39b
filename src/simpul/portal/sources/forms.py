"""Forms of a source's set-up: its connection, its mapping, its schedule, and the list of allowed addresses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from simpul.contract.model import Dataset
from simpul.kernel.errors import Finding
from simpul.portal.sources.kinds import ADVANCED, CHOICES, Kind
from simpul.portal.sources.mapping import Filling
from simpul.portal.sources.models import Allowance, Source
from simpul.portal.sources.schedule import Schedule
from simpul.sources.fields import Field
from simpul.sources.shape import SourceColumn

EMPTY, CONSTANT, COLUMN = "", "tetap", "kolom:"


class ConnectionForm(forms.Form):
    """The fields of a kind. The secret is never shown again: its field is always empty, and empty keeps what there is."""

    name = forms.CharField(
        label=_("Nama sumber"), max_length=60, help_text=_("Misalnya SIMDUK, tabel desa. Tampak pada riwayat.")
    )

    def __init__(self, *args: Any, kind: Kind, has_secret: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        for field in kind.fields:
            self.fields[field.name] = _make_field(field, kind.defaults.get(field.name, field.default))
        if str(kind.secret):
            kept = _("Kosongkan untuk tetap memakai yang tersimpan.") if has_secret else ""
            self.fields["secret"] = forms.CharField(
                label=kind.secret,
                required=False,
                max_length=4000,
                strip=False,
                widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
                help_text=kept or _("Disimpan tersandi dan tidak pernah ditampilkan lagi."),
            )

    @property
    def given(self) -> dict[str, str]:
        """The settings as typed, empty ones left out; without the secret."""
        texts = {field.name: str(self.cleaned_data.get(field.name) or "").strip() for field in self.kind.fields}
        return {name: text for name, text in texts.items() if text}

    def list_main(self) -> list[forms.BoundField]:
        """Return the fields that each source fills in."""
        return [field for field in self if field.name not in ADVANCED]

    def list_advanced(self) -> list[forms.BoundField]:
        """Return the others, which stand folded."""
        return [field for field in self if field.name in ADVANCED]

    @property
    def is_unfolded(self) -> bool:
        """Is something wrong or filled in among the folded fields?"""
        defaults = {field.name: field.default for field in self.kind.fields}
        return any(
            field.errors or field.value() not in (None, "", defaults[field.name]) for field in self.list_advanced()
        )


def _make_field(field: Field, default: str) -> forms.Field:
    label = field.about.in_language(get_language() or "id")
    options: dict[str, Any] = {"label": label, "required": field.required, "initial": default}
    if field.choices:
        titles = CHOICES.get(field.name, {})
        choices = [(choice, titles.get(choice, choice)) for choice in field.choices]
        return forms.ChoiceField(choices=choices, **options)
    if field.is_long:
        return forms.CharField(
            max_length=20_000, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **options
        )
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(max_length=2_000, widget=widget, **options)


class MappingForm(forms.Form):
    """For each column of the contract two fields: where it comes from, and the text of a constant."""

    def __init__(
        self,
        *args: Any,
        dataset: Dataset,
        columns: Sequence[SourceColumn],
        fillings: Mapping[str, Filling],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.dataset = dataset
        choices: list[tuple[str, Any]] = [(EMPTY, _("(dikosongkan)")), (CONSTANT, _("Nilai tetap"))]
        choices += [(f"{COLUMN}{one.name}", f"{one.name} ({one.raw_type})") for one in columns]
        for number, column in enumerate(dataset.columns):
            filling = fillings.get(column.name)
            if filling is not None and filling.source and filling.source not in {one.name for one in columns}:
                filling = None
            label = column.title or column.name
            self.fields[f"from_{number}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=_show(filling)
            )
            self.fields[f"constant_{number}"] = forms.CharField(
                label=_("Nilai tetap untuk %(column)s") % {"column": label},
                required=False,
                max_length=500,
                initial=filling.constant if filling else "",
            )

    def list_rows(self) -> Iterable[tuple[Any, forms.BoundField, forms.BoundField]]:
        """Return (column, its source's field, its constant's field) in the contract's order."""
        return [(one, self[f"from_{i}"], self[f"constant_{i}"]) for i, one in enumerate(self.dataset.columns)]

    @property
    def fillings(self) -> dict[str, Filling]:
        """What was chosen; empty columns left out."""
        found = {}
        for number, column in enumerate(self.dataset.columns):
            chosen = self.cleaned_data.get(f"from_{number}", "")
            if chosen == CONSTANT:
                found[column.name] = Filling(constant=self.cleaned_data.get(f"constant_{number}", ""))
            elif chosen:
                found[column.name] = Filling(chosen.removeprefix(COLUMN))
        return found

    def add_found(self, findings: Sequence[Finding]) -> None:
        """Put what is wrong beside the columns it names."""
        places = {column.name: f"from_{number}" for number, column in enumerate(self.dataset.columns)}
        for one in findings:
            self.add_error(places.get(one.where), one.message.in_language(get_language() or "id"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for number in range(len(self.dataset.columns)):
            if cleaned.get(f"from_{number}") == CONSTANT and not cleaned.get(f"constant_{number}"):
                self.add_error(f"constant_{number}", _("Isi nilainya."))
        return cleaned


def _show(filling: Filling | None) -> str:
    if filling is None:
        return EMPTY
    return f"{COLUMN}{filling.source}" if filling.source else CONSTANT


class ScheduleForm(forms.Form):
    mode = forms.ChoiceField(label=_("Cara menyimpan"), choices=Source.Mode.choices, widget=forms.RadioSelect)
    schedule = forms.ChoiceField(label=_("Kapan diambil"), choices=Source.Every.choices, widget=forms.RadioSelect)
    every = forms.IntegerField(
        label=_("Setiap berapa menit atau jam"),
        min_value=1,
        max_value=1440,
        required=False,
        help_text=_("Untuk jadwal menit atau jam."),
    )
    at = forms.TimeField(
        label=_("Pukul (WITA)"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Untuk jadwal harian."),
    )
    working_days = forms.BooleanField(label=_("Hanya pada hari kerja"), required=False)
    limit_minutes = forms.IntegerField(
        label=_("Batas waktu (menit)"), validators=[MinValueValidator(1), MaxValueValidator(720)]
    )
    limit_rows = forms.IntegerField(
        label=_("Batas baris"), validators=[MinValueValidator(1), MaxValueValidator(50_000_000)]
    )
    limit_megabytes = forms.IntegerField(
        label=_("Batas ukuran (MB)"), validators=[MinValueValidator(1), MaxValueValidator(20_480)]
    )
    is_active = forms.BooleanField(
        label=_("Aktifkan jadwal ini"), required=False, help_text=_("Tanpa ini sumber hanya berjalan bila dijalankan.")
    )

    @property
    def timing(self) -> Schedule:
        """The schedule as it was chosen."""
        chosen = self.cleaned_data
        return Schedule(chosen["schedule"], chosen["every"] or 1, chosen["at"], chosen["working_days"])

    @property
    def limits(self) -> tuple[int, int, int]:
        """Minutes, rows, megabytes."""
        chosen = self.cleaned_data
        return chosen["limit_minutes"], chosen["limit_rows"], chosen["limit_megabytes"]


class AllowanceForm(forms.ModelForm):
    class Meta:
        model = Allowance
        fields = ["kind", "value", "organization", "purpose"]
        help_texts = {
            "value": _("Nama server, alamat IP, atau jaringan (10.20.0.0/16), boleh dengan :porta; atau jalur folder."),
            "organization": _("Sumber instansi mana yang boleh memakainya. Kosong: semua; untuk folder wajib diisi."),
            "purpose": _("Misalnya: basis data SIMDUK di jaringan kantor."),
        }
