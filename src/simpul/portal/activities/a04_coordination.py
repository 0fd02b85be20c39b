"""Row 4: Sub Koordinasi coordinates with the pejabat Administrator → Disposisi Integrasi Aplikasi; the provider is asked."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler
from simpul.portal.activities.fields import AttachmentField, RowForm, RowsField
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.papers import facts as paper_facts


class PresentRow(RowForm):
    name = forms.CharField(label=_("Nama"), max_length=200)
    position = forms.CharField(label=_("Jabatan"), max_length=200)
    organization = forms.CharField(label=_("Instansi"), max_length=200)


class CoordinationForm(ActForm):
    held_on = forms.DateField(
        label=_("Tanggal koordinasi"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.CharField(label=_("Tempat atau cara"), max_length=200, required=False)
    administrator_name = forms.CharField(
        label=_("Nama pejabat Administrator"),
        max_length=200,
        help_text=_("Pejabat eselon III pada instansi penyedia data."),
    )
    administrator_position = forms.CharField(label=_("Jabatan pejabat Administrator"), max_length=200)
    present = RowsField(PresentRow, label=_("Yang hadir"), min_rows=1)
    result = forms.CharField(label=_("Hasil koordinasi"), max_length=8000, widget=forms.Textarea(attrs={"rows": 5}))
    request = forms.CharField(
        label=_("Yang diminta dari penyedia data"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial=_("Mendefinisikan data dan informasi yang akan diintegrasikan dalam bentuk dokumen tertulis."),
    )
    minutes = AttachmentField("notula", label=_("Notula atau daftar hadir (bila ada)"), required=False)


class Coordinate(Handler):
    form_class = CoordinationForm
    template_name = "activities/with_letter.html"
    submit_label = _("Simpan hasil dan minta penyedia")

    def describe(self, context: ActContext) -> dict[str, Any]:
        return {"letter": context.answers(1, "kirim")}


class Coordination(Activity):
    no = 4
    handlers = {"koordinasi": Coordinate()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        answers = context.answers(4, "koordinasi")
        make_step_paper(
            context,
            "disposisi-integrasi",
            {
                "date": paper_facts.describe_date(context.at),
                "meeting_on": answers["held_on"],
                "place": answers["place"],
                "administrator": {
                    "name": answers["administrator_name"],
                    "position": answers["administrator_position"],
                    "organization": context.provider.name,
                },
                "present": answers["present"],
                "result": f"{answers['result']}\n\n{answers['request']}",
                "signer": paper_facts.describe_person_as_signer(context.person),
            },
        )
