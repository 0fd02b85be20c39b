"""Row 7: the interchange document: ODCS contract, OpenAPI, JSON Schema and a readable paper, all from one source."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from simpul.contract.jsonschema import make_row_schema
from simpul.contract.openapi import write_openapi
from simpul.papers.render import PaperFile
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler, PlainForm
from simpul.portal.activities.contract_pages import describe_contract
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.activities.scenario_papers import describe_contract as describe_contract_facts
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import get_version, load_contract
from simpul.portal.papers.actions import keep_file
from simpul.portal.papers.queries import list_papers


class Make(Handler):
    form_class = PlainForm
    template_name = "activities/a07.html"
    submit_label = _("Bentuk dokumen")

    def describe(self, context: ActContext) -> dict[str, Any]:
        return describe_agreed(context)

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        version = get_version(context.case, ContractVersion.State.AGREED)
        make_step_paper(context, "rumusan-integrasi", describe_contract_facts(context, version))
        for file in list_contract_files(version):
            keep_file(
                context.case,
                "rumusan-integrasi",
                "Dokumen Rumusan Integrasi Data",
                file,
                context.act.step,
                7,
                context.act.round,
                context.person,
            )
        return {}


def describe_agreed(context: ActContext) -> dict[str, Any]:
    """Return the agreed version, its contract, and the papers made of it so far, for pages."""
    version = get_version(context.case, ContractVersion.State.AGREED)
    papers = list_papers(context.case).filter(step=context.act.step, round=context.act.round)
    return {"version": version, "papers": papers, **describe_contract(version)}


def list_contract_files(version: ContractVersion, stage: str = "live") -> list[PaperFile]:
    """Return the machine's forms of one contract: .yaml (ODCS), OpenAPI 3.1 and a JSON Schema for each dataset.

    Args: `stage` is the one whose address stands in the OpenAPI document.
    """
    contract = load_contract(version)
    openapi = write_openapi(contract, stage, settings.HUB.EXCHANGE_URL)
    schemas = {dataset.name: make_row_schema(dataset) for dataset in contract.datasets}
    return [
        PaperFile(f"{contract.context}.odcs.yaml", "application/yaml", version.odcs.encode()),
        PaperFile(f"{contract.context}-openapi.json", "application/json", _write_json(openapi)),
        *(
            PaperFile(f"{name}.schema.json", "application/schema+json", _write_json(schema))
            for name, schema in schemas.items()
        ),
    ]


def _write_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


class ConfirmForm(ActForm):
    confirmed = forms.BooleanField(label=_("Dokumen ini sesuai dengan yang disepakati."))
    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class Confirm(Handler):
    form_class = ConfirmForm
    template_name = "activities/a07.html"
    submit_label = _("Konfirmasi")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}

    def describe(self, context: ActContext) -> dict[str, Any]:
        return describe_agreed(context)


class Interchange(Activity):
    no = 7
    handlers = {"bentuk": Make(), "konfirmasi": Confirm()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        """The papers are made with the first act, so that the provider confirms what it has read."""
