"""Row 5: the provider defines its data, by hand or read from a real file; personal elements say why they may be given."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from simpul.contract.infer import infer_columns
from simpul.contract.model import (
    ACCESS_CLASSES,
    DATE_FORMATS,
    DECIMAL_COMMA,
    LOGICAL_TYPES,
    PDP_CLASSES,
    TEXT_FORMATS,
    TIMESTAMP_FORMATS,
    WHEN_UNKNOWN,
    Column,
    Dataset,
)
from simpul.contract.names import is_safe_name, make_name, make_title
from simpul.delivery.errors import FileRefused
from simpul.delivery.formats import open_rows
from simpul.delivery.sheet import Damaged, Row
from simpul.kernel.errors import Finding
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler, Tool
from simpul.portal.activities.definition_papers import make_definition_papers
from simpul.portal.activities.fields import AttachmentField, RowForm, RowsField
from simpul.portal.activities.type_names import FORMATS, TYPES
from simpul.portal.cases import queries as cases
from simpul.portal.cases.models import Attachment, Draft
from simpul.portal.contracts import actions as contracts
from simpul.portal.contracts.queries import find_version, load_contract
from simpul.portal.references import queries as references


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


def list_reference_choices() -> list[tuple[str, Any]]:
    """Return the hub's code lists as choices, none first."""
    return [("", "—"), *references.list_choices()]


def check_name(value: str) -> None:
    """Raise ValidationError unless the name can stand in an address."""
    if not is_safe_name(value):
        raise ValidationError(_("Pakai huruf kecil, angka, dan garis bawah, diawali huruf, dan bukan kata khusus."))


class ColumnRow(RowForm):
    """One element: what it means, its type and limits, and whether it is personal."""

    more = (
        *("definition", "format", "unique", "unit", "measure", "classification"),
        *("code_reference", "code_list", "code_date", "when_unknown"),
        *("minimum", "maximum", "pattern", "pdp_legal_basis", "pdp_purpose", "example", "filled_from", "filled_with"),
    )

    name = forms.CharField(label=_("Nama kolom"), max_length=63, validators=[check_name])
    title = forms.CharField(label=_("Konsep"), max_length=200)
    definition = forms.CharField(label=_("Definisi"), max_length=1000, required=False)
    logical_type = forms.ChoiceField(
        label=_("Tipe"), choices=[(one, TYPES[one]) for one in LOGICAL_TYPES], initial="string"
    )
    format = forms.ChoiceField(
        label=_("Bentuk"),
        required=False,
        choices=[
            ("", "—"),
            *((one, FORMATS[one]) for one in (*TEXT_FORMATS, *DATE_FORMATS, *TIMESTAMP_FORMATS, DECIMAL_COMMA)),
        ],
    )
    length = forms.IntegerField(label=_("Panjang"), required=False, min_value=1, max_value=1_000_000)
    required = forms.BooleanField(label=_("Wajib"), required=False)
    unique = forms.BooleanField(label=_("Unik"), required=False)
    key = forms.BooleanField(label=_("Kunci"), required=False)
    unit = forms.CharField(label=_("Satuan"), max_length=60, required=False)
    measure = forms.CharField(label=_("Ukuran"), max_length=60, required=False)
    classification = forms.CharField(label=_("Klasifikasi"), max_length=120, required=False)
    code_list = forms.CharField(
        label=_("Daftar kode"), max_length=4000, required=False, help_text=_("Nilai yang boleh, dipisah titik koma.")
    )
    code_reference = forms.ChoiceField(
        label=_("Daftar rujukan"),
        required=False,
        choices=list_reference_choices,
        help_text=_("Daftar kode bersama dari halaman Data referensi."),
    )
    code_date = forms.CharField(
        label=_("Tanggal kode"),
        max_length=63,
        required=False,
        help_text=_("Kolom tanggal; kodenya harus berlaku pada tanggal itu. Kosong: hari kiriman."),
    )
    when_unknown = forms.ChoiceField(
        label=_("Kode yang tidak berlaku"),
        required=False,
        choices=[("tolak", _("tolak barisnya")), ("catat", _("terima dengan catatan"))],
        initial=WHEN_UNKNOWN[0],
    )
    minimum = forms.CharField(label=_("Terkecil"), max_length=40, required=False)
    maximum = forms.CharField(label=_("Terbesar"), max_length=40, required=False)
    pattern = forms.CharField(label=_("Pola"), max_length=300, required=False)
    pdp_class = forms.ChoiceField(
        label=_("Data pribadi"),
        choices=[("tidak", _("bukan")), ("umum", _("umum")), ("spesifik", _("spesifik"))],
        initial=PDP_CLASSES[0],
    )
    pdp_legal_basis = forms.CharField(label=_("Dasar hukum data pribadi"), max_length=500, required=False)
    pdp_purpose = forms.CharField(label=_("Tujuan data pribadi"), max_length=500, required=False)
    example = forms.CharField(label=_("Contoh"), max_length=200, required=False)
    filled_from = forms.CharField(
        label=_("Isi pertama dari kolom"),
        max_length=63,
        required=False,
        help_text=_("Kolom versi lama; hanya untuk versi yang menggantikannya."),
    )
    filled_with = forms.CharField(label=_("Isi pertama selalu"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """Check that the codes come from one place, and that a code's date goes with a shared list."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("code_reference") and given.get("code_list"):
            self.add_error("code_list", _("Pilih satu: daftar rujukan, atau daftar kode sendiri."))
        if given.get("code_date") and not given.get("code_reference"):
            self.add_error("code_date", _("Tanggal kode hanya untuk kolom dengan daftar rujukan."))
        return given

    def make_title(self) -> str:
        return str(self.initial.get("name") or "")

    def is_unfolded(self) -> bool:
        """A personal column shows where it must say why."""
        personal = self.initial.get("pdp_class") not in (None, "", PDP_CLASSES[0])
        told = self.initial.get("pdp_legal_basis") and self.initial.get("pdp_purpose")
        return super().is_unfolded() or (personal and not told)


class DatasetRow(RowForm):
    more = ("filled_from",)

    name = forms.CharField(
        label=_("Nama data"), max_length=48, validators=[check_name], help_text=_("Dipakai dalam alamat layanan.")
    )
    title = forms.CharField(label=_("Judul"), max_length=200)
    description = forms.CharField(
        label=_("Uraian"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    access_class = forms.ChoiceField(label=_("Sifat akses"), choices=_choices(ACCESS_CLASSES), initial="terbatas")
    access_ground = forms.CharField(label=_("Alasan dikecualikan"), max_length=500, required=False)
    filled_from = forms.CharField(
        label=_("Isi pertama dari data"),
        max_length=48,
        required=False,
        help_text=_("Data pada versi lama yang isinya dipindahkan ke versi baru; kosong berarti tidak dipindahkan."),
    )
    columns = RowsField(ColumnRow, label=_("Elemen data"), min_rows=1, max_rows=300)

    def make_title(self) -> str:
        return str(self.initial.get("title") or "")


class DefinitionForm(ActForm):
    context = forms.CharField(
        label=_("Nama singkat layanan (konteks)"),
        max_length=40,
        validators=[check_name],
        help_text=_("Dipakai dalam alamat: /api/konteks/v1/data."),
    )
    title = forms.CharField(label=_("Judul layanan"), max_length=200)
    description = forms.CharField(
        label=_("Uraian"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    datasets = RowsField(DatasetRow, label=_("Data"), min_rows=1, max_rows=20)

    def prepare(self) -> None:
        changes = self.act_context.case.changes
        if changes is not None:
            self.fields["context"].disabled = True
            self.fields["context"].initial = self.initial["context"] = changes.context


class FileForm(ActForm):
    file = AttachmentField(
        "data-contoh",
        also=("dokumen-data-informasi",),
        label=_("Berkas data (CSV, XLSX, atau ODS)"),
        help_text=_("Tipe diusulkan dari seluruh barisnya; betulkan seperlunya."),
    )


def read_file(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """Propose a dataset from a real file and put it into the draft in place of one of the same name."""
    attachment = Attachment.objects.get(pk=answers["file"])
    sheet = open_rows(bytes(attachment.content), attachment.name)
    counted: list[int] = []
    columns = infer_columns(sheet.header, _list_sound(sheet.rows, counted))
    stem = PurePosixPath(attachment.name).stem
    dataset = Dataset(name=make_name(stem, fallback="data")[:48], title=make_title(stem), columns=tuple(columns))
    draft = find_draft_answers(context)
    kept = [
        one
        for one in draft.get("datasets") or []
        if isinstance(one, dict) and one.get("name") not in ("", None, dataset.name)
    ]
    draft["datasets"] = [*kept, write_dataset_row(dataset)]
    draft.setdefault("context", make_name(stem, fallback="data")[:40])
    draft.setdefault("title", make_title(stem))
    _keep_draft(context, draft)
    return {
        "dataset": dataset.name,
        "columns": len(columns),
        "rows": len(counted),
        "notes": [str(note.message) for note in sheet.notes],
    }


def _list_sound(rows: Iterator[Row], counted: list[int]) -> Iterator[list[object]]:
    """Yield the rows that can be read and count them. Raises: FileRefused where none can, for what the first has."""
    first: tuple[int, Finding] | None = None
    for position, cells in rows:
        if isinstance(cells, Damaged):
            first = first or (position, cells.finding)
            continue
        counted.append(1)
        yield cells
    if first is not None and not counted:
        position, finding = first
        raise FileRefused(finding.rule, finding.message, where=f"baris/row {position} {finding.where}".strip())


def find_draft_answers(context: ActContext) -> dict[str, Any]:
    """Return what is in the draft, or what the form opens with."""
    draft = cases.find_draft(context.act)
    return dict(draft.answers) if draft else dict(Define().get_initial(context))


def _keep_draft(context: ActContext, answers: dict[str, Any]) -> None:
    act = context.act
    Draft.objects.update_or_create(
        case=context.case,
        step=act.step,
        round=act.round,
        act=act.act,
        organization=act.organization,
        defaults={"answers": answers, "saved_by": context.person},
    )


def write_dataset_row(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as the form's row."""
    return {
        "name": dataset.name,
        "title": dataset.title,
        "description": dataset.description,
        "access_class": dataset.access_class,
        "access_ground": dataset.access_ground,
        "filled_from": dataset.filled_from,
        "columns": [_write_column_row(column) for column in dataset.columns],
    }


def _write_column_row(column: Column) -> dict[str, Any]:
    row = {name: getattr(column, name) for name in ColumnRow.base_fields if name != "code_reference"}
    is_shared = isinstance(column.code_list, str)
    row["code_reference"] = column.code_list if is_shared else ""
    row["code_list"] = "" if is_shared else "; ".join(column.code_list or ())
    return {name: "" if value is None else value for name, value in row.items()}


def read_dataset_row(row: Mapping[str, Any]) -> Dataset:
    """Return the form's row as a dataset of the contract."""
    columns = tuple(_read_column_row(one) for one in row["columns"])
    return Dataset(
        name=row["name"],
        title=row["title"],
        description=row["description"],
        columns=columns,
        access_class=row["access_class"],
        access_ground=row["access_ground"],
        filled_from=row.get("filled_from", ""),
    )


def keep_promises(context: ActContext, datasets: list[Dataset]) -> list[Dataset]:
    """Return the datasets with what was promised of each before: way, frequency and thresholds are row 6's to change."""
    changes = context.case.changes
    version = find_version(context.case) or (contracts.find_version_in_force(changes) if changes else None)
    if version is None:
        return datasets
    before = {one.name: one for one in load_contract(version).datasets}
    return [
        replace(one, delivery=old.delivery, frequency=old.frequency, when_late=old.when_late, thresholds=old.thresholds)
        if (old := before.get(one.name))
        else one
        for one in datasets
    ]


def _read_column_row(row: Mapping[str, Any]) -> Column:
    values = {name: value for name, value in row.items() if value not in ("", None, False)}
    if "code_list" in values:
        values["code_list"] = tuple(one.strip() for one in values["code_list"].split(";") if one.strip())
    if "code_reference" in values:
        values["code_list"] = values.pop("code_reference")
    for bound in ("minimum", "maximum"):
        if bound in values and row["logical_type"] in ("integer", "number"):
            values[bound] = _read_number(values[bound])
    return Column(**values)


def _read_number(text: str) -> int | float | str:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


class Define(Handler):
    form_class = DefinitionForm
    template_name = "activities/a05.html"
    submit_label = _("Sampaikan kepada Tim IT")
    tools = (Tool("baca_berkas", _("Baca dari berkas"), read_file, FileForm),)

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        before = super().get_initial(context)
        version = find_version(context.case) or (
            contracts.find_version_in_force(context.case.changes) if context.case.changes else None
        )
        if before or version is None:
            return before
        contract = load_contract(version)
        return {
            "context": contract.context,
            "title": contract.title,
            "description": contract.description,
            "datasets": [write_dataset_row(one) for one in contract.datasets],
        }

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        contracts.save_definition(
            context.case,
            context.provider,
            answers["context"],
            answers["title"],
            answers["description"],
            context.answers(1, "kirim").get("purpose", ""),
            keep_promises(context, [read_dataset_row(row) for row in answers["datasets"]]),
        )
        return {}

    def describe(self, context: ActContext) -> dict[str, Any]:
        return {
            "request_text": context.answers(4, "koordinasi").get("request", ""),
            "files": cases.list_attachments(context.case, ["data-contoh", "dokumen-data-informasi"]),
        }


class Definition(Activity):
    no = 5
    handlers = {"definisi": Define()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        make_definition_papers(context)
