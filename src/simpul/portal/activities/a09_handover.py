"""Row 9: the result is delivered: address, documentation, keys, samples; integration tests ran against the exchange."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.kernel.words import Words
from simpul.portal.activities.a08_api import list_sandbox_missing
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler, Tool
from simpul.portal.activities.contract_facts import describe_version
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import get_version
from simpul.portal.papers import facts as paper_facts
from simpul.portal.quality.actions import start_test_run
from simpul.portal.quality.models import TestRun
from simpul.portal.quality.queries import find_test_run
from simpul.portal.services.actions import publish
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import find_publication, make_address


def run_tests(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """Start the integration tests of the sandbox; the worker runs them against the running exchange."""
    publication = get_sandbox(context)
    run = start_test_run(publication, context.case, context.person)
    return {"test_run": run.pk, "state": run.state}


def get_sandbox(context: ActContext) -> Publication:
    """Return the sandbox publication of the agreed version; only after row 8."""
    publication = find_publication(get_version(context.case, ContractVersion.State.AGREED), Publication.Stage.SANDBOX)
    assert publication is not None, "row 8 has published it"  # noqa: S101
    return publication


class HandoverForm(ActForm):
    message = forms.CharField(
        label=_("Pesan kepada OPD"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


class HandOver(Handler):
    form_class = HandoverForm
    template_name = "activities/a09.html"
    submit_label = _("Sampaikan kepada OPD")
    tools = (Tool("uji", _("Jalankan uji integrasi"), run_tests),)

    def list_missing(self, context: ActContext) -> list[Words]:
        held = list_sandbox_missing(context)
        return held or list_test_missing(find_test_run(get_sandbox(context)))

    def describe(self, context: ActContext) -> dict[str, Any]:
        publication = get_sandbox(context)
        return {
            "publication": publication,
            "address": make_address(publication),
            "run": find_test_run(publication),
            "consumer_names": ", ".join(one.name for one in context.consumers),
            **_sort_results(publication),
        }


def _sort_results(publication: Publication) -> dict[str, Any]:
    """Return the results with the failures first."""
    run = find_test_run(publication)
    return {"sorted_results": sorted(run.results, key=lambda one: bool(one["passed"])) if run else []}


def list_test_missing(run: TestRun | None) -> list[Words]:
    """Return why the tests don't let the case go on: not run, running, broken, or failed."""
    if run is None:
        return [
            Words(
                "Uji integrasi belum dijalankan untuk versi ini.", "The integration tests haven't run for this version."
            )
        ]
    if run.state == TestRun.State.WAITING:
        return [Words("Uji integrasi sedang berjalan.", "The integration tests are running.")]
    if run.state == TestRun.State.BROKEN:
        return [
            Words(
                f"Uji integrasi tidak dapat dijalankan: {run.problem}",
                f"The integration tests couldn't run: {run.problem}",
            )
        ]
    if run.failed:
        return [Words(f"{run.failed} uji integrasi belum lulus.", f"{run.failed} integration tests fail.")]
    return []


class Handover(Activity):
    no = 9
    handlers = {"sampaikan": HandOver()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        publication = get_sandbox(context)
        run = find_test_run(publication)
        version = get_version(context.case, ContractVersion.State.AGREED)
        make_step_paper(context, "unit-tes-integrasi", _describe_tests(version, publication, run))
        publish(version, Publication.Stage.LIVE)


def _describe_tests(version: ContractVersion, publication: Publication, run: TestRun | None) -> dict[str, Any]:
    assert run is not None  # noqa: S101 — list_missing holds the act until it is there
    ended = run.finished_at or run.started_at
    return {
        "contract": describe_version(version),
        "address": make_address(publication),
        "ran_at": paper_facts.describe_instant(ended),
        "duration_seconds": round((ended - run.started_at).total_seconds(), 1),
        "passed": run.passed,
        "failed": run.failed,
        "results": run.results,
    }
