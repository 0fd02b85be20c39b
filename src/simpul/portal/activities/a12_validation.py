"""Row 12: the validation report, and the granted data handed over with count, digest and receipt."""

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from simpul.kernel.words import Words
from simpul.portal.activities.a07_interchange import ConfirmForm
from simpul.portal.activities.a10_storage import describe_rows, find_live, list_live_missing
from simpul.portal.activities.activity import ActContext, Activity, Handler, PlainForm
from simpul.portal.activities.contract_facts import describe_version
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.deliveries.queries import count_refusals, list_refusals, sum_batches
from simpul.portal.organizations.models import Organization
from simpul.portal.papers import facts as paper_facts
from simpul.portal.papers.queries import list_papers
from simpul.portal.proofs.roots import describe_newest
from simpul.portal.quality.actions import make_validation_report
from simpul.portal.quality.models import ValidationReport
from simpul.portal.services.handover import measure_share
from simpul.portal.services.models import Dataset, Publication
from simpul.portal.services.queries import find_trial


class Report(Handler):
    form_class = PlainForm
    template_name = "activities/a12.html"
    submit_label = _("Buat laporan hasil validasi")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}

    def list_missing(self, context: ActContext) -> list[Words]:
        return list_live_missing(context)

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        publication = _get_live(context)
        datasets = list(publication.datasets.order_by("id"))
        reports = [make_validation_report(one, context.case, context.person) for one in datasets]
        make_step_paper(context, "laporan-hasil-validasi", _describe_report(context, publication, reports))
        for consumer in context.consumers:
            _hand_over(context, publication, consumer)
        return {}

    def describe(self, context: ActContext) -> dict[str, Any]:
        publication = find_live(context)
        reports = ValidationReport.objects.filter(case=context.case).select_related("dataset").order_by("-id")
        newest = {one.dataset_id: one for one in reversed(reports[:50])}
        papers = list_papers(context.case).filter(step=context.act.step, round=context.act.round)
        rows = describe_rows(context) if publication else {}
        return {**rows, "publication": publication, "reports": list(newest.values()), "papers": papers}


def _get_live(context: ActContext) -> Publication:
    publication = find_live(context)
    assert publication is not None  # noqa: S101 — list_missing holds the act until it is there
    return publication


def _describe_report(context: ActContext, publication: Publication, reports: list[ValidationReport]) -> dict[str, Any]:
    passed = all(one.passed for one in reports)
    return {
        "contract": describe_version(publication.contract_version),
        "made_at_row": paper_facts.describe_instant(context.at),
        "datasets": [_describe_quality(one) for one in reports],
        "refusals": [
            {"row": str(row.position), "column": one["column"] or "-", "rule": one["rule"], "message": one["id"]}
            for row in list_refusals(publication, 500)
            for one in row.findings
        ],
        "refused_total": count_refusals(publication),
        "evidence_root": describe_newest(),
        "conclusion": "Semua segi mutu memenuhi ambang yang disepakati."
        if passed
        else "Ada segi mutu yang belum memenuhi ambang; lihat baris bertanda tidak memenuhi.",
    }


def _describe_quality(report: ValidationReport) -> dict[str, Any]:
    dataset: Dataset = report.dataset
    sums = sum_batches(dataset)
    ages = [one for one in report.results if one["dimension"] == "timeliness"]
    facts = {
        "name": dataset.name,
        "received": sums["received"],
        "stored": dataset.row_count,
        "refused": sums["refused"],
        "timeliness": "; ".join(_describe_age(one) for one in ages),
        "columns": [_describe_measure(one) for one in report.results if one not in ages],
    }
    if dataset.delivered_at:
        facts["last_at"] = paper_facts.describe_instant(dataset.delivered_at)
    return facts


def _describe_age(result: dict[str, Any]) -> str:
    """Return how old the data are against what was agreed; days, so no line of the table of percents."""
    if result["value"] is None:
        return "belum ada kiriman"
    limit = f", paling lama {result['threshold']:g} hari" if result["threshold"] is not None else ""
    return f"umur data {math.floor(result['value'])} hari{limit}: {RESULTS[result['passed']]}"


RESULTS = {True: "memenuhi", False: "tidak memenuhi", None: "tanpa ambang"}


def _describe_measure(result: dict[str, Any]) -> dict[str, Any]:
    facts = {
        "column": result["column"] or "(seluruh data)",
        "dimension": result["title"]["id"],
        "checked": result["total"],
        "met": result["count"],
        "percent": round(result["value"], 2) if result["value"] is not None else 0,
        "result": RESULTS[result["passed"]],
    }
    if result["threshold"] is not None:
        facts["threshold"] = result["threshold"]
    return facts


def _hand_over(context: ActContext, publication: Publication, consumer: Organization) -> None:
    """Make one consumer's receipt: what it is granted, with count and digest, as it stands in this version."""
    shares = [
        share for one in publication.datasets.order_by("id") if (share := measure_share(publication, one, consumer))
    ]
    make_step_paper(
        context,
        "serah-terima-data",
        {
            "contract": describe_version(publication.contract_version),
            "consumer": paper_facts.describe_organization(consumer),
            "way": "API atau berkas CSV dari halaman layanan"
            + ("" if find_trial(publication, consumer) else " setelah layanan aktif"),
            "date": paper_facts.describe_date(context.at),
            "receipt": f"{context.case.number}/{consumer.code}/{context.act.round}",
            "handed": [one._asdict() for one in shares],
            "giver": paper_facts.describe_person_as_signer(context.person),
            "receiver": paper_facts.describe_official(paper_facts.find_official(consumer)),
        },
        suffix=consumer.code,
    )


class ConfirmReport(Handler):
    form_class = ConfirmForm
    template_name = "activities/a12.html"
    submit_label = _("Konfirmasi laporan")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}

    def describe(self, context: ActContext) -> dict[str, Any]:
        return Report().describe(context)


class Validation(Activity):
    no = 12
    handlers = {"laporkan": Report(), "konfirmasi": ConfirmReport()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        """The papers are made with the first act, so that the provider confirms what it has read."""
