"""Row 1: the applicant writes and sends the letter; sending gives the receipt (Perintah/Tugas)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from simpul.kernel.errors import SimpulError
from simpul.kernel.identifiers import check_nip, normalize_phone
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler
from simpul.portal.activities.fields import AttachmentField, RowForm, RowsField
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.activities.type_names import TYPES
from simpul.portal.cases.actions import set_parties
from simpul.portal.cases.models import Attachment, Case
from simpul.portal.contracts.actions import check_not_in_change, find_version_in_force, list_terms_in_force
from simpul.portal.contracts.models import Contract
from simpul.portal.contracts.queries import load_contract
from simpul.portal.organizations.models import Official, Organization
from simpul.portal.organizations.queries import list_officials, list_organizations
from simpul.portal.papers import facts as paper_facts
from simpul.portal.procedures import queries as procedures

CLASSIFICATIONS = ["Biasa", "Terbatas", "Rahasia", "Sangat Rahasia"]


SECTIONS = (
    (_("Surat"), ("letter_number", "letter_date", "classification", "attachments", "subject")),
    (_("Kebutuhan"), ("application", "purpose", "provider", "consumers", "business_process")),
    (_("Contact person"), ("contact_name", "contact_email", "contact_phone")),
    (_("Data yang diminta"), ("elements", "elements_file")),
    (
        _("Penanda tangan"),
        ("signer", "signer_position", "signer_name", "signer_rank", "signer_nip", "signer_acting", "copies"),
    ),
    (_("Surat bertanda tangan"), ("signed_scan", "scan_follows")),
)
"""How the page groups the letter's fields; every field stands in one of them."""


class CopyRow(RowForm):
    name = forms.CharField(label=_("Tembusan"), max_length=200)


class ElementRow(RowForm):
    """One line of the Dokumen Data Informasi Aplikasi, as the applicant knows it in row 1."""

    name = forms.CharField(label=_("Elemen data"), max_length=120)
    type = forms.CharField(label=_("Tipe"), max_length=60, required=False)
    length = forms.IntegerField(label=_("Panjang"), min_value=1, max_value=100_000, required=False)
    note = forms.CharField(label=_("Keterangan"), max_length=300, required=False)


class LetterForm(ActForm):
    letter_number = forms.CharField(
        label=_("Nomor surat"),
        max_length=100,
        required=False,
        help_text=_("Nomor dari instansi Anda. Boleh dikosongkan dan ditulis tangan pada surat."),
    )
    letter_date = forms.DateField(
        label=_("Tanggal surat"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    classification = forms.ChoiceField(
        label=_("Sifat"), choices=[(one, one) for one in CLASSIFICATIONS], initial="Biasa"
    )
    attachments = forms.CharField(label=_("Lampiran"), max_length=100, required=False)
    subject = forms.CharField(label=_("Hal"), max_length=200)
    application = forms.CharField(label=_("Aplikasi yang akan diintegrasikan"), max_length=200)
    purpose = forms.CharField(label=_("Tujuan"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    provider = forms.ModelChoiceField(
        Organization.objects.none(),
        to_field_name="code",
        label=_("Penyedia data"),
        help_text=_("Instansi pemilik data."),
    )
    consumers = forms.ModelMultipleChoiceField(
        Organization.objects.none(),
        to_field_name="code",
        label=_("Pemanfaat data"),
        widget=forms.CheckboxSelectMultiple,
    )
    contact_name = forms.CharField(label=_("Nama contact person"), max_length=200, required=False)
    contact_email = forms.EmailField(label=_("Email contact person"), required=False)
    contact_phone = forms.CharField(
        label=_("Nomor ponsel contact person"), max_length=30, required=False, help_text=_("Misalnya 0812 3456 7890.")
    )
    business_process = forms.CharField(
        label=_("Proses bisnis aplikasi"), max_length=8000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    elements = RowsField(
        ElementRow,
        label=_("Dokumen Data Informasi Aplikasi"),
        required=False,
        help_text=_("Isi sebagai baris, atau unggah dokumennya di bawah."),
    )
    elements_file = AttachmentField(
        "dokumen-data-informasi", label=_("Unggah Dokumen Data Informasi Aplikasi"), required=False
    )
    signer = forms.ModelChoiceField(Official.objects.none(), label=_("Pejabat penanda tangan"), required=False)
    signer_position = forms.CharField(
        label=_("Jabatan penanda tangan"),
        max_length=200,
        required=False,
        help_text=_("Bila pejabatnya belum ada dalam daftar."),
    )
    signer_name = forms.CharField(label=_("Nama penanda tangan"), max_length=200, required=False)
    signer_rank = forms.CharField(label=_("Pangkat"), max_length=100, required=False)
    signer_nip = forms.CharField(label=_("NIP"), max_length=25, required=False)
    signer_acting = forms.ChoiceField(label=_("Sebagai"), choices=Official.Acting.choices, required=False)
    copies = RowsField(CopyRow, label=_("Tembusan"), required=False)
    signed_scan = AttachmentField("surat-permohonan", label=_("Pindaian surat bertanda tangan"), required=False)
    scan_follows = forms.BooleanField(label=_("Pindaian menyusul (diperiksa pada langkah 3)"), required=False)

    def list_sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Return the fields under headings, in the order of a letter."""
        return [(title, [self[name] for name in names]) for title, names in SECTIONS]

    def prepare(self) -> None:
        case = self.act_context.case
        organizations = list_organizations()
        choices = {"signer": list_officials(case.applicant), "provider": organizations, "consumers": organizations}
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
            self.fields[name].widget.choices = self.fields[name].choices  # type: ignore[attr-defined]
        if case.changes is not None:  # a service's provider stays; a new one would be another service
            self.fields["provider"].disabled = True
            self.fields["provider"].initial = self.initial["provider"] = case.changes.provider.code

    def clean_consumers(self) -> list[Organization]:
        """Return the consumers in the order they were named, which papers keep."""
        chosen = {one.code: one for one in self.cleaned_data["consumers"]}
        named = self.fields["consumers"].widget.value_from_datadict(self.data, self.files, self.add_prefix("consumers"))
        return [chosen[code] for code in dict.fromkeys(named or ()) if code in chosen]

    def clean_contact_phone(self) -> str:
        value = self.cleaned_data["contact_phone"]
        return _told(normalize_phone, value) if value else ""

    def clean_signer_nip(self) -> str:
        value = self.cleaned_data["signer_nip"].replace(" ", "")
        return (_told(check_nip, value) or value) if value else ""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("signer") and not values.get("signer_position"):
            self.add_error("signer_position", _("Pilih pejabat penanda tangan, atau tulis jabatannya."))
        if not values.get("signed_scan") and not values.get("scan_follows"):
            self.add_error("signed_scan", _("Unggah surat bertanda tangan, atau tandai bahwa pindaiannya menyusul."))
        return values

    def answers(self) -> dict[str, Any]:
        official: Official | None = self.cleaned_data.get("signer")
        return {**super().answers(), "signer": official.pk if official else None}


def _told(check: Any, value: str) -> Any:
    """Run one of the kernel's checks and hand its words to the form."""
    try:
        return check(value)
    except SimpulError as error:
        raise ValidationError(str(error.message.id)) from error


class Send(Handler):
    form_class = LetterForm
    template_name = "activities/a01.html"
    submit_label = _("Kirim surat")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        before = super().get_initial(context)
        if before:
            return before
        contact = {
            "contact_name": context.person.name,
            "contact_email": context.person.email or "",
            "contact_phone": context.person.phone,
        }
        contract = context.case.changes
        if contract is None:
            return contact
        is_change = context.case.kind == Case.Kind.CHANGE
        named = [one.organization for one in list_terms_in_force(contract)] if is_change else []
        return contact | {
            "elements": [] if is_change else _list_open_elements(contract),
            "subject": f"{'Perubahan' if is_change else 'Penambahan pemanfaat'} layanan {contract.title}",
            "application": contract.title,
            "provider": contract.provider.code,
            "consumers": list(dict.fromkeys(named)) or [context.case.applicant.code],
        }

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        case = context.case
        check_not_in_change(case)
        named = {
            one.code: one for one in Organization.objects.filter(code__in=[answers["provider"], *answers["consumers"]])
        }
        case.title = answers["subject"]
        if case.opened_at is None:
            case.state, case.opened_at = Case.State.RUNNING, context.at
        set_parties(
            case, context.person, named[answers["provider"]], [named[code] for code in answers["consumers"]], context.at
        )
        return {}


def _list_open_elements(contract: Contract) -> list[dict[str, Any]]:
    """Return the open datasets' columns as the letter's elements: of the others an outsider knows none."""
    version = find_version_in_force(contract)
    datasets = load_contract(version).datasets if version else ()
    with override("id"):  # the letter is Indonesian, whatever the page's language
        return [
            {
                "name": column.title or column.name,
                "type": str(TYPES[column.logical_type]),
                "length": column.length,
                "note": f"{dataset.name}.{column.name}",
            }
            for dataset in datasets
            if dataset.access_class == "terbuka"
            for column in dataset.columns
        ]


class Letter(Activity):
    no = 1
    handlers = {"kirim": Send()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        answers = context.answers(1, "kirim")
        make_step_paper(context, "surat-permohonan", describe_letter(context, answers), office=context.case.applicant)
        make_step_paper(context, "tanda-terima", _describe_receipt(context, answers))
        if answers["elements"]:
            make_step_paper(
                context, "dokumen-data-informasi", _describe_elements(context, answers), office=context.case.applicant
            )


def describe_signer(answers: dict[str, Any]) -> dict[str, Any]:
    """Return the signer of a letter: the chosen official, or what was typed."""
    if answers.get("signer"):
        return paper_facts.describe_official(Official.objects.get(pk=answers["signer"]))
    typed = {key: answers.get(f"signer_{key}") for key in ("position", "name", "rank", "nip", "acting")}
    return {key: value for key, value in typed.items() if value}


def describe_letter(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": answers["letter_number"],
        "date": answers["letter_date"],
        "classification": answers["classification"],
        "attachments": answers["attachments"],
        **describe_addressee(paper_facts.get_kominfo()),
        "contact": {
            "name": answers["contact_name"] or "-",
            "email": answers["contact_email"] or "-",
            "phone": answers["contact_phone"] or "-",
        },
        "business_process": answers["business_process"] or "-",
        "signer": describe_signer(answers),
        "copies": [row["name"] for row in answers["copies"]],
    }


def describe_addressee(kominfo: Organization) -> dict[str, str]:
    """Return whom the letter is written to: the head of the agency that keeps the hub, by the office's name."""
    head = paper_facts.describe_office(kominfo)
    place = head["government"].removeprefix("Pemerintah ")
    return {"addressee": f"Kepala {kominfo.name} {place}", "addressee_place": head["city"]}


def _describe_elements(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """Return the applicant's own list of elements; the provider's definition follows in row 5."""
    elements = [
        {
            "name": row["name"],
            "type": row["type"] or "-",
            "required": False,
            **({"length": str(row["length"])} if row["length"] else {}),
            **({"definition": row["note"]} if row["note"] else {}),
        }
        for row in answers["elements"]
    ]
    dataset = {
        "name": answers["application"],
        "owner": context.case.applicant.name,
        "access": "terbatas",
        "elements": elements,
    }
    return {"datasets": [dataset], "made_on": answers["letter_date"]}


def _describe_receipt(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    files = Attachment.objects.filter(
        pk__in=[answers[key] for key in ("elements_file", "signed_scan") if answers.get(key)]
    )
    step = procedures.load(context.case.procedure_version).step_by_no[2]
    return {
        "letter_number": answers["letter_number"],
        "letter_date": answers["letter_date"],
        "received_at": paper_facts.describe_instant(context.at),
        "by_paper": context.case.created_by.organization_id != context.case.applicant_id,
        "files": paper_facts.describe_files(list(files)),
        "next_step": f"Langkah berikutnya: {step.name}.",
        "tracking_address": paper_facts.make_tracking_address(context.case),
    }
