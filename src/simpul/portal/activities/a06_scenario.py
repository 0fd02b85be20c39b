"""Row 6: Tim IT formulates the scenario on a frozen version; provider and every consumer agree, or object with a reason."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.contract.check import list_findings
from simpul.contract.model import DELIVERIES, FREQUENCY_DAYS, WHEN_LATE, ConsumerTerms, Contract, Thresholds
from simpul.kernel.clock import local, now
from simpul.kernel.words import Words
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler
from simpul.portal.activities.contract_pages import describe_contract
from simpul.portal.activities.fields import RowForm, RowsField
from simpul.portal.activities.scenario_papers import make_agreement_papers
from simpul.portal.activities.terms_fields import ColumnsWidget, TermsWidget, join_columns, split_columns
from simpul.portal.activities.type_names import LATE_WAYS, WAYS
from simpul.portal.contracts import actions as contracts
from simpul.portal.contracts.errors import ContractUnready
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import find_previous, find_version, get_version, list_objections, load_contract

YES_NO = [("ya", _("Sepakat")), ("tidak", _("Tidak sepakat"))]


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TermsRow(RowForm):
    """What one consumer gets of one dataset.

    `columns`: names with commas between them, a masked one as name=mask, or * for all as they are.
    """

    organization = forms.CharField(label=_("Pemanfaat"), max_length=40)
    dataset = forms.CharField(label=_("Data"), max_length=63)
    columns = forms.CharField(
        label=_("Kolom yang diberikan"),
        max_length=8000,
        required=False,
        widget=ColumnsWidget,
        help_text=_("Tanpa centang berarti data ini tidak diberi."),
    )
    row_filter = forms.CharField(
        label=_("Baris"),
        max_length=1000,
        required=False,
        help_text=_("Kosong berarti semua baris. Misalnya kode=like.63.05*"),
    )
    purpose = forms.CharField(label=_("Tujuan"), max_length=1000, required=False)
    legal_basis = forms.CharField(label=_("Dasar hukum"), max_length=500, required=False)
    valid_from = forms.DateField(label=_("Berlaku sejak"), required=False, widget=_date_input())
    valid_until = forms.DateField(label=_("Berlaku sampai"), required=False, widget=_date_input())


class DeliveryRow(RowForm):
    """How one dataset is brought up to date, and what quality is promised (percent)."""

    dataset = forms.CharField(label=_("Data"), max_length=63)
    delivery = forms.ChoiceField(label=_("Cara"), choices=[(one, WAYS[one]) for one in DELIVERIES], initial="upload")
    frequency = forms.ChoiceField(
        label=_("Seberapa sering"), choices=[(one, one) for one in FREQUENCY_DAYS], initial="sewaktu-waktu"
    )
    completeness = forms.FloatField(label=_("Kelengkapan (%)"), min_value=0, max_value=100, initial=95)
    validity = forms.FloatField(label=_("Kesahihan (%)"), min_value=0, max_value=100, initial=95)
    refused_share = forms.FloatField(label=_("Batas baris tertolak (%)"), min_value=0, max_value=100, initial=5)
    when_late = forms.ChoiceField(
        label=_("Bila terlambat"),
        choices=[(one, LATE_WAYS[one]) for one in WHEN_LATE],
        initial="layani",
        required=False,
    )


class ScenarioForm(ActForm):
    sepakat = forms.ChoiceField(
        label=_("Hasil perumusan"),
        choices=[("ya", _("Bekukan dan mintakan kesepakatan")), ("tidak", _("Kembalikan kepada OPD"))],
        widget=forms.RadioSelect,
        initial="ya",
    )
    reason = forms.CharField(
        label=_("Alasan bila dikembalikan"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    terms = RowsField(TermsRow, label=_("Hak tiap pemanfaat"), required=False, widget=TermsWidget(TermsRow))
    deliveries = RowsField(DeliveryRow, label=_("Pengiriman dan mutu"), required=False, widget=TermsWidget(DeliveryRow))

    def prepare(self) -> None:
        contract = load_contract(get_version(self.act_context.case))
        consumers = {one.code: one.name for one in self.act_context.consumers}
        for name in ("terms", "deliveries"):
            self.fields[name].widget.tell(contract, consumers)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("sepakat") == "tidak" and not values.get("reason"):
            self.add_error("reason", _("Tulis alasannya."))
        return values


def read_terms(contract: Contract, rows: list[dict[str, Any]]) -> list[ConsumerTerms]:
    """Return the form's rows as the contract's terms; `*` becomes all columns of the dataset."""
    return [
        ConsumerTerms(
            organization=row["organization"],
            dataset=row["dataset"],
            columns=tuple(name for name, _ in _read_columns(contract, row)),
            masks=tuple((name, mask) for name, mask in _read_columns(contract, row) if mask),
            row_filter=row["row_filter"],
            purpose=row["purpose"],
            legal_basis=row["legal_basis"],
            valid_from=row["valid_from"] or "",
            valid_until=row["valid_until"] or "",
        )
        for row in rows
        if row["columns"]
    ]


def _read_columns(contract: Contract, row: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each column with its mask, empty where its values are given as they are."""
    dataset = contract.find_dataset(row["dataset"])
    if row["columns"].strip() == "*" and dataset is not None:
        return [(column.name, "") for column in dataset.columns]
    return split_columns(row["columns"])


def apply_deliveries(contract: Contract, rows: list[dict[str, Any]]) -> Contract:
    """Return the contract with each dataset's delivery, frequency and thresholds as agreed."""
    by_name = {row["dataset"]: row for row in rows}
    return replace(
        contract,
        datasets=tuple(
            replace(
                one,
                delivery=row["delivery"],
                frequency=row["frequency"],
                when_late=row.get("when_late") or "layani",
                thresholds=Thresholds(
                    row["completeness"], row["validity"], row["refused_share"], one.thresholds.max_age_days
                ),
            )
            if (row := by_name.get(one.name))
            else one
            for one in contract.datasets
        ),
    )


class Formulate(Handler):
    form_class = ScenarioForm
    template_name = "activities/a06_rumus.html"
    submit_label = _("Simpan perumusan")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        contract = load_contract(get_version(context.case))
        before = {(one.organization, one.dataset): one for one in contract.consumers}
        purpose = context.answers(1, "kirim").get("purpose", "")
        return {
            "sepakat": "ya",
            "terms": [
                _write_terms(before.get((consumer.code, dataset.name)), consumer.code, dataset.name, purpose)
                for consumer in context.consumers
                for dataset in contract.datasets
            ],
            "deliveries": [_write_delivery(dataset) for dataset in contract.datasets],
        }

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        if answers["sepakat"] == "tidak":
            return {"sepakat": "tidak"}
        version = get_version(context.case)
        contract = apply_deliveries(load_contract(version), answers["deliveries"])
        terms = read_terms(contract, answers["terms"])
        _check_terms(context, terms)
        frozen = contracts.freeze_version(context.case, context.person, contract, terms, context.at)
        contracts.record_agreement(frozen, context.organization, "tim_it", context.person, True, "", context.at)
        return {"sepakat": "ya"}

    def describe(self, context: ActContext) -> dict[str, Any]:
        version = get_version(context.case)
        contract = load_contract(version)
        return {
            **describe_contract(version),
            "terms": [],
            "findings": [one for one in list_findings(contract) if not one.where.startswith("consumers")],
            "objections": list_objections(context.case),
        }


def _check_terms(context: ActContext, terms: list[ConsumerTerms]) -> None:
    """Every consumer must get something, and nobody else may."""
    consumers = {one.code for one in context.consumers}
    named = {one.organization for one in terms}
    if named != consumers:
        wrong = ", ".join(sorted(named ^ consumers))
        raise ContractUnready(
            Words(
                f"Hak pemanfaat belum cocok dengan para pihak: {wrong}.",
                f"The consumers' terms don't fit the parties: {wrong}.",
            )
        )


def _write_terms(terms: ConsumerTerms | None, organization: str, dataset: str, purpose: str) -> dict[str, Any]:
    if terms is None:
        return {
            "organization": organization,
            "dataset": dataset,
            "columns": "",
            "purpose": purpose,
            "valid_from": local(now()).date().isoformat(),
        }
    made = {**terms.to_dict(), "organization": organization, "dataset": dataset, "columns": join_columns(terms)}
    return {name: value for name, value in made.items() if name != "masks"}


def _write_delivery(dataset: Any) -> dict[str, Any]:
    limits = dataset.thresholds
    return {
        "dataset": dataset.name,
        "delivery": dataset.delivery,
        "frequency": dataset.frequency,
        "when_late": dataset.when_late,
        "completeness": limits.completeness,
        "validity": limits.validity,
        "refused_share": limits.refused_share,
    }


class AgreementForm(ActForm):
    sepakat = forms.ChoiceField(label=_("Jawaban instansi Anda"), choices=YES_NO, widget=forms.RadioSelect)
    version_digest = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Alasan bila tidak sepakat"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def prepare(self) -> None:
        version = get_version(self.act_context.case, ContractVersion.State.FROZEN)
        self.fields["version_digest"].initial = version.digest

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("sepakat") == "tidak" and not values.get("reason"):
            self.add_error("reason", _("Tulis keberatan Anda."))
        if values.get("version_digest") and values["version_digest"] != self.fields["version_digest"].initial:
            self.add_error(None, _("Rumusan sudah berganti versi sejak halaman ini dibuka. Bacalah versi yang baru."))
        return values


class Agree(Handler):
    form_class = AgreementForm
    template_name = "activities/a06_setuju.html"
    submit_label = _("Kirim jawaban")

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}  # nobody's earlier yes counts for a new version

    def apply(self, context: ActContext, answers: dict[str, Any]) -> dict[str, str]:
        version = get_version(context.case, ContractVersion.State.FROZEN)
        agrees = answers["sepakat"] == "ya"
        contracts.record_agreement(
            version, context.organization, context.act.actor, context.person, agrees, answers["reason"], context.at
        )
        return {"sepakat": answers["sepakat"]}

    def describe(self, context: ActContext) -> dict[str, Any]:
        version = get_version(context.case, ContractVersion.State.FROZEN)
        return {
            "version": version,
            **describe_contract(version),
            "changes": contracts.describe_changes(find_previous(version), version),
            "agreements": version.agreements.select_related("organization", "person"),
        }


class Scenario(Activity):
    no = 6
    handlers = {"rumus": Formulate(), "penyedia_setuju": Agree(), "pemanfaat_setuju": Agree()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        version = find_version(context.case)
        if version is None or version.state != ContractVersion.State.FROZEN:
            return
        contracts.conclude(version, gate["sepakat"] == "ya")
        make_agreement_papers(context, version)
