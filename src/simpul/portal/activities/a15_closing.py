"""Row 15: the final report; the service goes live, live keys may be issued, and updating goes on."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from simpul.kernel.words import Words
from simpul.portal.activities.a10_storage import describe_stored, find_live, list_live_missing
from simpul.portal.activities.a13_documents import describe_papers, list_bundled
from simpul.portal.activities.a14_dashboard import describe_judgement, list_judgements
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler
from simpul.portal.activities.contract_facts import describe_shares, describe_version
from simpul.portal.activities.fields import AttachmentField
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.cases.models import Attachment
from simpul.portal.contracts.actions import supersede_older
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import get_version, load_contract
from simpul.portal.papers import facts as paper_facts
from simpul.portal.papers.queries import list_papers
from simpul.portal.procedures import queries as procedures
from simpul.portal.proofs.roots import describe_newest
from simpul.portal.quality.models import TestRun
from simpul.portal.services.actions import go_live
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import make_address


class ClosingForm(ActForm):
    report_number = forms.CharField(
        label=_("Nomor laporan"), required=False, max_length=100, help_text=_("Boleh dikosongkan dan ditulis tangan.")
    )
    minutes_scan = AttachmentField("berita-acara", label=_("Pindaian Berita Acara Kesepakatan bertanda tangan"))
    background = forms.CharField(
        label=_("Gambaran umum"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    conclusion = forms.CharField(
        label=_("Simpulan"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial=_("Integrasi berjalan sesuai rumusan dan layanan telah aktif."),
    )
    suggestions = forms.CharField(
        label=_("Saran"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Satu saran tiap baris."),
    )

    def clean_minutes_scan(self) -> int:
        """What the parties signed is the version agreed last: a scan of an earlier round's paper isn't that."""
        scan: int = self.cleaned_data["minutes_scan"]
        version = get_version(self.act_context.case, ContractVersion.State.AGREED)
        if not find_scans(self.act_context, version).filter(pk=scan).exists():
            words = _(
                "Pindaian itu lebih tua dari rumusan yang disepakati terakhir. Unggah Berita Acara versi %(version)s."
            )
            raise ValidationError(words % {"version": version.version})
        return scan


def find_scans(context: ActContext, version: ContractVersion) -> QuerySet[Attachment]:
    """Return the scans of the Berita Acara that were uploaded since the version was put before the parties."""
    scans = context.case.attachments.filter(kind="berita-acara")
    return scans.filter(at__gte=version.frozen_at) if version.frozen_at else scans


class Finish(Handler):
    form_class = ClosingForm
    template_name = "activities/a15.html"
    submit_label = _("Selesaikan dan aktifkan layanan")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        version = get_version(context.case, ContractVersion.State.AGREED)
        scan = find_scans(context, version).order_by("-id").values_list("pk", flat=True).first()
        return {"minutes_scan": scan} if scan else {}

    def list_missing(self, context: ActContext) -> list[Words]:
        return list_live_missing(context)

    def describe(self, context: ActContext) -> dict[str, Any]:
        publication = find_live(context)
        return {
            "publication": publication,
            "address": make_address(publication) if publication else "",
            "has_scan": find_scans(context, get_version(context.case, ContractVersion.State.AGREED)).exists(),
            "papers": list_papers(context.case).filter(kind="berita-acara").order_by("-id")[:2],
        }

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        publication = find_live(context)
        assert publication is not None  # noqa: S101 — list_missing holds the act until it is there
        go_live(publication, context.case)
        supersede_older(publication.contract_version)
        make_step_paper(context, "laporan-hasil-integrasi", _describe_report(context, publication, answers))
        return {}


class Closing(Activity):
    no = 15
    handlers = {"selesaikan": Finish()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        """The report is made with the act itself; the case closes with it."""


def _describe_report(context: ActContext, publication: Publication, answers: dict[str, Any]) -> dict[str, Any]:
    procedure = procedures.load(context.case.procedure_version)
    run = TestRun.objects.filter(case=context.case, state=TestRun.State.DONE).order_by("-id").first()
    contract = load_contract(publication.contract_version)
    facts = {
        "contract": describe_version(publication.contract_version),
        "number": answers["report_number"],
        "date": paper_facts.describe_date(context.at),
        "background": answers["background"],
        "legal_basis": [
            f"SOP {procedure.name} nomor {procedure.identity.number}",
            *(one.text_as_signed for one in procedure.legal_basis),
        ],
        "events": _list_events(context),
        "stored": describe_stored(publication),
        "tests_passed": run.passed if run else 0,
        "tests_failed": run.failed if run else 0,
        "judgements": [describe_judgement(one) for one in list_judgements(context)],
        "shares": describe_shares(contract),
        "conclusion": answers["conclusion"],
        "evidence_root": describe_newest(),
        "suggestions": [line.strip() for line in answers["suggestions"].splitlines() if line.strip()],
        "live_at": paper_facts.describe_instant(context.at),
        "papers": describe_papers(list_bundled(context)),
        "signer": paper_facts.describe_person_as_signer(context.person),
    }
    return {name: value for name, value in facts.items() if value not in ("", [])}


def _list_events(context: ActContext) -> list[dict[str, Any]]:
    """Return each completed step of the case, in order, with its round."""
    steps = procedures.load(context.case.procedure_version).step_by_key
    rows = context.case.events.filter(kind="step_completed").select_related("person").order_by("sequence")
    return [
        {
            "at": paper_facts.describe_instant(row.at),
            "what": f"{row.step_no}. {steps[row.step].short or steps[row.step].name}"
            + (f" (putaran {row.round})" if row.round > 1 else ""),
            "by": paper_facts.describe_person(row.person) if row.person else "-",
        }
        for row in rows
    ]
