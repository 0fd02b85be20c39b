"""Row 11: each agency checks on its own system: the provider its data, every consumer its own program."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from simpul.kernel.clock import local
from simpul.kernel.words import Words
from simpul.portal.activities.a10_storage import (
    UploadForm,
    describe_rows,
    describe_stored,
    find_live,
    list_live_missing,
    upload,
)
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler, Tool
from simpul.portal.activities.fields import AttachmentField
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.activities.samples import list_samples
from simpul.portal.cases.models import Attachment
from simpul.portal.deliveries.actions import mend_rows
from simpul.portal.deliveries.queries import count_refusals, get_batch, list_refusals
from simpul.portal.organizations.models import Organization
from simpul.portal.papers import facts as paper_facts
from simpul.portal.proofs.queries import list_calls
from simpul.portal.services.actions import grant_consumers
from simpul.portal.services.queries import find_trial

TRIAL_DAYS = 90


class ProviderCheckForm(ActForm):
    counts_match = forms.BooleanField(label=_("Jumlah baris sama dengan sumber kami."))
    sample_matches = forms.BooleanField(label=_("Cuplikan baris sesuai dengan sumber kami."))
    refused_known = forms.BooleanField(label=_("Baris tertolak sudah kami periksa."), required=False)
    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        publication = find_live(self.act_context)
        if publication and count_refusals(publication) and not values.get("refused_known"):
            self.add_error("refused_known", _("Masih ada baris tertolak: perbaiki, atau nyatakan sudah diperiksa."))
        return values


class MendForm(ActForm):
    batch = forms.IntegerField(label=_("Nomor kiriman"), min_value=1)
    file = AttachmentField("perbaikan-data", label=_("Berkas perbaikan (.ods, .xlsx, atau .csv)"))

    def prepare(self) -> None:
        publication = find_live(self.act_context)
        refusals = list_refusals(publication, 1) if publication else []
        self.fields["batch"].initial = refusals[0].batch_id if refusals else None


def mend(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """Send the mended table of refused rows back; the file isn't kept, since it holds rows."""
    attachment = Attachment.objects.get(pk=answers["file"])
    content, name = bytes(attachment.content), attachment.name
    attachment.delete()
    return mend_rows(context.person, get_batch(context.person, answers["batch"]), name, content).to_dict()


class TrialForm(ActForm):
    consumer = forms.ChoiceField(label=_("Pemanfaat"))
    until = forms.DateField(
        label=_("Sampai tanggal"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def prepare(self) -> None:
        self.fields["consumer"].choices = [(one.code, one.name) for one in self.act_context.consumers]  # type: ignore[attr-defined]

    def clean_until(self) -> Any:
        until, today = self.cleaned_data["until"], local(self.act_context.at).date()
        if not today <= until <= today + timedelta(days=TRIAL_DAYS):
            raise ValidationError(_("Paling cepat hari ini dan paling lama 90 hari lagi."))
        return until


def open_trial(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """The provider opens the rows to a named consumer for a trial until a date."""
    publication = find_live(context)
    consumer = Organization.objects.get(code=answers["consumer"])
    until = forms.DateField().clean(answers["until"])
    assert publication is not None  # noqa: S101 — row 10 has published it
    grants = grant_consumers(publication, context.case, trial_until=until, only=consumer)
    return {"consumer": consumer.code, "until": until.isoformat(), "grants": len(grants)}


class ProviderCheck(Handler):
    form_class = ProviderCheckForm
    template_name = "activities/a11_penyedia.html"
    submit_label = _("Data benar")
    tools = (
        Tool("unggah", _("Unggah data"), upload, UploadForm),
        Tool("perbaiki", _("Kirim perbaikan baris tertolak"), mend, MendForm),
        Tool("buka_percobaan", _("Buka untuk percobaan pemanfaat"), open_trial, TrialForm),
    )

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}

    def list_missing(self, context: ActContext) -> list[Words]:
        return list_live_missing(context)

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        publication = find_live(context)
        assert publication is not None  # noqa: S101
        checks = {
            _("Jumlah baris sama dengan sumber"): answers["counts_match"],
            _("Cuplikan baris sesuai"): answers["sample_matches"],
            _("Baris tertolak sudah diperiksa"): answers["refused_known"],
        }
        _make_paper(
            context,
            "penyedia",
            checks,
            answers["note"],
            {
                "counts": describe_stored(publication),
                "refusals": [
                    {
                        "row": str(row.position),
                        "column": one["column"] or "-",
                        "rule": one["rule"],
                        "message": one["id"],
                    }
                    for row in list_refusals(publication, 100)
                    for one in row.findings
                ],
                "refused_total": count_refusals(publication),
            },
        )
        return {}

    def describe(self, context: ActContext) -> dict[str, Any]:
        publication = find_live(context)
        samples = list_samples(publication) if publication else []
        return {**describe_rows(context), "consumers": context.consumers, "samples": samples}


class ConsumerCheckForm(ActForm):
    program_works = forms.BooleanField(label=_("Program kami sudah memanggil layanan ini dan berjalan benar."))
    changed = forms.CharField(
        label=_("Yang kami ubah pada sistem kami"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class ConsumerCheck(Handler):
    form_class = ConsumerCheckForm
    template_name = "activities/a11_pemanfaat.html"
    submit_label = _("Program kami berjalan")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {"changed": super().get_initial(context).get("changed", "")}

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        calls = self.describe(context)["calls"]
        checks = {
            _("Aplikasi sendiri sudah memanggil layanan"): bool(calls),
            _("Program berjalan benar"): answers["program_works"],
        }
        described = [
            {
                "at": paper_facts.describe_instant(one.at),
                "dataset": one.dataset or "-",
                "status": str(one.status),
                **({"rows": one.rows} if one.rows is not None else {}),
            }
            for one in calls
        ]
        _make_paper(context, "pemanfaat", checks, "", {"calls": described, "changed": answers["changed"]})
        return {}

    def describe(self, context: ActContext) -> dict[str, Any]:
        described = describe_rows(context)
        calls = list_calls(context.organization, context.case, 10)
        return {**described, "calls": calls, "trial": find_trial(described["publication"], context.organization)}


def _make_paper(context: ActContext, role: str, checks: dict[Any, bool], statement: str, facts: dict[str, Any]) -> None:
    organization = context.organization
    common = {
        "party": paper_facts.describe_organization(organization),
        "role": role,
        "checks": [{"label": str(label), "ticked": bool(ticked)} for label, ticked in checks.items()],
        "statement": statement or "Data dan aplikasi telah diperiksa dan sesuai dengan rumusan.",
        "signer": paper_facts.describe_person_as_signer(context.person),
        "date": paper_facts.describe_date(context.at),
    }
    make_step_paper(
        context, "validasi-aplikasi", {**common, **facts}, office=organization, suffix=f"{role}-{organization.code}"
    )


class Check(Activity):
    no = 11
    handlers = {"penyedia_periksa": ProviderCheck(), "pemanfaat_periksa": ConsumerCheck()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        """Each party's paper is made with its own act."""
