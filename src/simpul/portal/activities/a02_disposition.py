"""Row 2: Bidang dispositions the letter → lembar disposisi."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.kernel.clock import local
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.papers import facts as paper_facts

RECIPIENTS = {
    "tim_it": _("Tim IT Kominfo"),
    "sub_koordinasi": _("Sub Koordinasi / Seksi Pengembangan Data Aplikasi"),
    "kepala_dinas": _("Kepala Dinas"),
}
INSTRUCTIONS = {
    "periksa": _("Periksa kelengkapannya"),
    "proses": _("Proses sesuai ketentuan"),
    "koordinasi": _("Koordinasikan dengan instansi terkait"),
    "saran": _("Beri saran/pertimbangan"),
    "lapor": _("Laporkan hasilnya"),
    "arsip": _("Untuk diketahui/arsip"),
}


class DispositionForm(ActForm):
    index = forms.CharField(label=_("Indeks"), max_length=60, required=False)
    code = forms.CharField(label=_("Kode klasifikasi"), max_length=60, required=False)
    agenda_number = forms.CharField(label=_("Nomor agenda"), max_length=60, required=False)
    due_on = forms.DateField(
        label=_("Tanggal penyelesaian"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    recipients = forms.MultipleChoiceField(
        label=_("Diteruskan kepada"),
        choices=list(RECIPIENTS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=["tim_it"],
    )
    instructions = forms.MultipleChoiceField(
        label=_("Instruksi"),
        choices=list(INSTRUCTIONS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=["periksa"],
    )
    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class Dispose(Handler):
    form_class = DispositionForm
    template_name = "activities/with_letter.html"
    submit_label = _("Kirim disposisi")

    def describe(self, context: ActContext) -> dict[str, Any]:
        return {"letter": context.answers(1, "kirim")}


class Disposition(Activity):
    no = 2
    handlers = {"disposisi": Dispose()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        answers, letter = context.answers(2, "disposisi"), context.answers(1, "kirim")
        make_step_paper(
            context,
            "lembar-disposisi",
            {
                "index": answers["index"],
                "code": answers["code"],
                "agenda_number": answers["agenda_number"],
                "due_on": answers["due_on"],
                "summary": letter["subject"],
                "letter_number": letter["letter_number"],
                "letter_date": letter["letter_date"],
                "attachments": letter["attachments"],
                "recipients": [
                    {"label": str(label), "ticked": key in answers["recipients"]} for key, label in RECIPIENTS.items()
                ],
                "instructions": [
                    {"label": str(label), "ticked": key in answers["instructions"]}
                    for key, label in INSTRUCTIONS.items()
                ],
                "note": answers["note"],
                "by": paper_facts.describe_person(context.person),
                "at": local(context.at).isoformat(timespec="seconds"),
            },
        )
