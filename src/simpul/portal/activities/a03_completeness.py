"""Row 3: Tim IT checks that the request is complete; what is missing goes back with a letter and a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.activities.a01_letter import describe_signer
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.cases.queries import list_attachments
from simpul.portal.papers import facts as paper_facts


@dataclass(frozen=True)
class Requirement:
    """One requirement of the SOP's row 3: how the machine pre-checks it from row 1's answers."""

    key: str
    label: Any
    fields: tuple[str, ...]
    every: bool = True

    def is_met(self, letter: dict[str, Any]) -> bool:
        """Return what the machine finds; the officer decides."""
        return (all if self.every else any)(bool(letter.get(name)) for name in self.fields)


REQUIREMENTS = (
    Requirement("surat", _("Surat permohonan bertanda tangan"), ("signed_scan",)),
    Requirement("nama", _("Nama contact person"), ("contact_name",)),
    Requirement("email", _("Email contact person"), ("contact_email",)),
    Requirement("ponsel", _("Nomor ponsel contact person"), ("contact_phone",)),
    Requirement("proses_bisnis", _("Proses bisnis dari aplikasi yang akan diintegrasikan"), ("business_process",)),
    Requirement("data_informasi", _("Dokumen Data Informasi Aplikasi"), ("elements", "elements_file"), every=False),
)


class CompletenessForm(ActForm):
    """For each requirement: `<key>_ada` (ada | belum), and `<key>_alasan`, compulsory where it is missing."""

    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    letter_number = forms.CharField(
        label=_("Nomor surat pengembalian"),
        required=False,
        max_length=100,
        help_text=_("Hanya bila dikembalikan; boleh dikosongkan dan ditulis tangan."),
    )

    def prepare(self) -> None:
        letter = read_letter(self.act_context)
        ordered: dict[str, forms.Field] = {}
        for one in REQUIREMENTS:
            met = one.is_met(letter)
            ordered[f"{one.key}_ada"] = forms.ChoiceField(
                label=one.label,
                choices=[("ada", _("Ada dan benar")), ("belum", _("Belum ada atau belum benar"))],
                widget=forms.RadioSelect,
                initial="ada" if met else "belum",
                help_text=_("Periksa otomatis: sudah diisi.") if met else _("Periksa otomatis: belum diisi."),
            )
            ordered[f"{one.key}_alasan"] = forms.CharField(
                label=_("Alasan bila belum"), required=False, max_length=500, initial="" if met else _("Belum diisi.")
            )
        self.fields = {**ordered, **self.fields}

    def list_pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return each requirement's decision with its reason, for the page."""
        return [(self[f"{one.key}_ada"], self[f"{one.key}_alasan"]) for one in REQUIREMENTS]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for one in REQUIREMENTS:
            if values.get(f"{one.key}_ada") == "belum" and not values.get(f"{one.key}_alasan"):
                self.add_error(f"{one.key}_alasan", _("Tulis apa yang harus dilengkapi."))
        if values.get("surat_ada") == "ada" and not read_letter(self.act_context)["signed_scan"]:
            self.add_error(
                "surat_ada", _("Pindaian surat bertanda tangan belum diunggah. Unggah dahulu, atau tandai belum.")
            )
        return values


def read_letter(context: ActContext) -> dict[str, Any]:
    """Return row 1's answers; a signed scan that followed later counts as the letter's."""
    letter = context.answers(1, "kirim")
    later = list_attachments(context.case, ["surat-permohonan"]).last()
    return {**letter, "signed_scan": letter.get("signed_scan") or (later.pk if later else None)}


def list_missing_requirements(answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the requirements found missing, with the officer's reason."""
    return [
        {"label": str(one.label), "complete": False, "reason": answers[f"{one.key}_alasan"]}
        for one in REQUIREMENTS
        if answers[f"{one.key}_ada"] == "belum"
    ]


class Check(Handler):
    form_class = CompletenessForm
    template_name = "activities/a03.html"
    submit_label = _("Simpan hasil pemeriksaan")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}  # each round is pre-checked anew from the letter as it is now

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        return {"lengkap": "tidak" if list_missing_requirements(answers) else "ya"}

    def describe(self, context: ActContext) -> dict[str, Any]:
        letter = context.answers(1, "kirim")
        scans = list_attachments(context.case, ["surat-permohonan"]).exclude(pk=letter.get("signed_scan") or 0)
        return {"letter": letter, "scans": scans}


class Completeness(Activity):
    no = 3
    handlers = {"periksa": Check()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        answers, letter = context.answers(3, "periksa"), read_letter(context)
        missing = list_missing_requirements(answers)
        make_step_paper(context, "cek-kelengkapan", _describe_check(context, answers, letter))
        if not missing:
            return
        make_step_paper(
            context,
            "surat-pengembalian",
            {
                "number": answers["letter_number"],
                "date": paper_facts.describe_date(context.at),
                "classification": "Biasa",
                "letter_number": letter["letter_number"],
                "letter_date": letter["letter_date"],
                "addressee": describe_signer(letter).get("position", context.case.applicant.name),
                "addressee_place": "Tempat",
                "missing": missing,
                "signer": paper_facts.describe_official(paper_facts.find_official(paper_facts.get_kominfo())),
            },
        )


def _describe_check(context: ActContext, answers: dict[str, Any], letter: dict[str, Any]) -> dict[str, Any]:
    return {
        "round": context.act.round,
        "requirements": [
            {
                "label": str(one.label),
                "complete": answers[f"{one.key}_ada"] == "ada",
                "machine": "Terisi" if one.is_met(letter) else "Belum terisi",
                "reason": answers[f"{one.key}_alasan"] if answers[f"{one.key}_ada"] == "belum" else "",
            }
            for one in REQUIREMENTS
        ],
        "complete": not list_missing_requirements(answers),
        "checked_by": paper_facts.describe_person(context.person),
        "checked_at": paper_facts.describe_instant(context.at),
        "note": answers["note"],
    }


def make_return_message(number: str, address: str, answers: dict[str, Any]) -> str:
    """Return the text that the officer copies to the applicant; no personal data stands in it."""
    missing = list_missing_requirements(answers)
    lines = [f"{index}. {one['label']}: {one['reason']}" for index, one in enumerate(missing, start=1)]
    return "\n".join(
        [
            f"Permohonan layanan SPLP nomor {number} kami kembalikan untuk dilengkapi:",
            *lines,
            f"Silakan melengkapinya di {address}. Terima kasih.",
        ]
    )


def make_whatsapp_link(phone: str, message: str) -> str:
    """Return a wa.me link that opens the message; needs no gateway."""
    return f"https://wa.me/{phone.lstrip('+')}?text={quote(message)}"
