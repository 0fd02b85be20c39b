"""Row 14: the dashboard is shown; provider and every consumer say whether it is right, with a reason if not."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from simpul.kernel.words import Words
from simpul.portal.activities.a10_storage import find_live
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler, PlainForm, Tool
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.cases.models import CaseEvent
from simpul.portal.cases.queries import list_answers
from simpul.portal.dashboards.actions import refresh_publication
from simpul.portal.dashboards.queries import list_snapshots, list_totals
from simpul.portal.papers import facts as paper_facts
from simpul.portal.people.models import Role


def make_dashboard_address(context: ActContext) -> str:
    """Return the address of the dashboard of the case's service."""
    publication = find_live(context)
    return f"{settings.HUB.PUBLIC_URL}/dashboard/{publication.context}/" if publication else ""


def refresh(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """Draw the dashboard anew from the rows as they are now."""
    publication = find_live(context)
    assert publication is not None  # noqa: S101 — row 10 has published it
    problems = refresh_publication(publication)
    return {"problems": problems, "dashboard": make_dashboard_address(context)}


def list_dashboard_missing(context: ActContext) -> list[Words]:
    """Return what keeps the dashboard from being shown."""
    publication = find_live(context)
    if publication is None:
        return [Words("Layanan belum diterbitkan.", "The service isn't published yet.")]
    if any(one.refreshed_at is None for one in list_snapshots(publication)):
        return [Words("Dashboard belum dibuat.", "The dashboard isn't made yet.")]
    return []


class Show(Handler):
    form_class = PlainForm
    template_name = "activities/a14.html"
    submit_label = _("Tampilkan kepada para pihak")
    tools = (Tool("segarkan", _("Buat atau segarkan dashboard"), refresh),)

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}

    def list_missing(self, context: ActContext) -> list[Words]:
        return list_dashboard_missing(context)

    def describe(self, context: ActContext) -> dict[str, Any]:
        return describe_dashboard(context)


def describe_dashboard(context: ActContext) -> dict[str, Any]:
    """Return what the page shows: the pictures as they are, each with the time of its last success."""
    publication = find_live(context)
    return {
        "publication": publication,
        "address": make_dashboard_address(context),
        "snapshots": list_snapshots(publication) if publication else [],
    }


class JudgementForm(ActForm):
    sesuai = forms.ChoiceField(
        label=_("Penilaian instansi Anda"),
        choices=[("ya", _("Sesuai")), ("tidak", _("Tidak sesuai"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Alasan bila tidak sesuai"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("sesuai") == "tidak" and not values.get("reason"):
            self.add_error("reason", _("Tulis apa yang tidak sesuai."))
        return values


class Judge(Handler):
    form_class = JudgementForm
    template_name = "activities/a14.html"
    submit_label = _("Kirim penilaian")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}  # each round is judged anew

    def describe(self, context: ActContext) -> dict[str, Any]:
        return describe_dashboard(context)

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        return {"sesuai": answers["sesuai"]}


class Dashboard(Activity):
    no = 14
    handlers = {"tampilkan": Show(), "penyedia_nilai": Judge(), "pemanfaat_nilai": Judge()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        publication = find_live(context)
        assert publication is not None  # noqa: S101 — row 10 has published it
        snapshots = list_snapshots(publication)
        times = [one.dataset.delivered_at for one in snapshots if one.dataset.delivered_at]
        fits = gate["sesuai"] == "ya"
        facts = {
            "address": make_dashboard_address(context),
            "shown_at": paper_facts.describe_instant(context.act.opened_at),
            "figures": list_totals(snapshots),
            "judgements": [describe_judgement(one) for one in list_judgements(context)],
            "result": "Sesuai: layanan diteruskan ke penyelesaian dan terus diperbarui."
            if fits
            else "Tidak sesuai: permohonan dikembalikan menurut SOP.",
        }
        if times:
            facts["data_at"] = paper_facts.describe_instant(max(times))
        make_step_paper(context, "dashboard-penilaian", facts)


def list_judgements(context: ActContext) -> list[CaseEvent]:
    """Return the judgements of the newest round, in the order they were given."""
    rows = [event for act in ("penyedia_nilai", "pemanfaat_nilai") for event in list_answers(context.case, 14, act)]
    newest = max((one.round for one in rows), default=0)
    return sorted((one for one in rows if one.round == newest), key=lambda one: one.sequence)


def describe_judgement(event: CaseEvent) -> dict[str, Any]:
    """Return one party's judgement as papers print it."""
    answers = event.answers.get("form", {})
    facts = {
        "organization": event.organization.name if event.organization else str(Role.BIDANG.label),
        "role": event.act.removesuffix("_nilai"),
        "fits": answers.get("sesuai") == "ya",
        "reason": answers.get("reason", ""),
        "at": paper_facts.describe_instant(event.at),
        "who": paper_facts.describe_person(event.person) if event.person else "-",
    }
    return {name: value for name, value in facts.items() if value != ""}
