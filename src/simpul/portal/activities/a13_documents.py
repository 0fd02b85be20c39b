"""Row 13: the documents are delivered: the bundle of the case's papers with their digests."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.papers.render import PaperFile
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler
from simpul.portal.activities.contract_facts import describe_version
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import get_version
from simpul.portal.papers import facts as paper_facts
from simpul.portal.papers.actions import keep_file
from simpul.portal.papers.models import Paper


class DocumentsForm(ActForm):
    message = forms.CharField(
        label=_("Pesan kepada OPD"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class Deliver(Handler):
    form_class = DocumentsForm
    template_name = "activities/a13.html"
    submit_label = _("Sampaikan dokumen")

    def describe(self, context: ActContext) -> dict[str, Any]:
        return {"papers": list(context.case.papers.defer("content").order_by("step_no", "id"))}


def list_bundled(context: ActContext) -> list[Paper]:
    """Return the papers that go into the bundle: all so far but earlier bundles, in the order of the rows."""
    rows = Paper.objects.filter(case=context.case).exclude(media_type="application/zip")
    return list(rows.order_by("step_no", "round", "id"))


def describe_papers(papers: list[Paper]) -> list[dict[str, Any]]:
    """Return papers as a list of files with their digests."""
    return [
        {"name": one.name, "title": one.title, "row": str(one.step_no), "round": str(one.round), "sha256": one.digest}
        for one in papers
    ]


class Documents(Activity):
    no = 13
    handlers = {"sampaikan": Deliver()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        parties = {one.pk: one for one in [context.case.applicant, context.provider, *context.consumers]}
        papers = list_bundled(context)
        facts = {
            "contract": describe_version(get_version(context.case, ContractVersion.State.AGREED)),
            "papers": describe_papers(papers),
            "date": paper_facts.describe_date(context.at),
            "recipients": [paper_facts.describe_organization(one) for one in parties.values()],
            "signer": paper_facts.describe_person_as_signer(context.person),
        }
        cover = make_step_paper(context, "integrasi-sistem", facts)
        bundle = PaperFile("integrasi-sistem-informasi.zip", "application/zip", _zip([*cover, *papers]))
        keep_file(
            context.case,
            "integrasi-sistem",
            "Integrasi Sistem Informasi",
            bundle,
            context.act.step,
            13,
            context.act.round,
            context.person,
        )


def _zip(papers: list[Paper]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in papers:
            archive.writestr(one.name, bytes(one.content))
    return buffer.getvalue()
