"""Rows 6 and 7: the agreed documents and the Berita Acara, from the frozen version."""

from typing import Any

from simpul.portal.activities.activity import ActContext
from simpul.portal.activities.contract_facts import (
    describe_agreements,
    describe_contact,
    describe_datasets,
    describe_rhythm,
    describe_shares,
    describe_thresholds,
    describe_version,
)
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import load_contract
from simpul.portal.organizations.models import Organization
from simpul.portal.papers import facts as paper_facts

ORDINALS = (
    "Kesatu",
    "Kedua",
    "Ketiga",
    "Keempat",
    "Kelima",
    "Keenam",
    "Ketujuh",
    "Kedelapan",
    "Kesembilan",
    "Kesepuluh",
)


def make_agreement_papers(context: ActContext, version: ContractVersion) -> None:
    """Make the papers as agreed; where a party objected, they stand as the round's draft without the Berita Acara."""
    facts = describe_contract(context, version)
    facts["objections"] = _list_objections(version)
    document = {**facts, "version": version.version, "contact": describe_contact(context)}
    document["business_process"] = context.answers(1, "kirim").get("business_process") or "-"
    make_step_paper(context, "dokumen-integrasi", document, formats=["pdf", "odt"])
    make_step_paper(context, "struktur-database", {**facts, "version": version.version}, formats=["pdf", "odt"])
    if version.state == ContractVersion.State.AGREED:
        make_step_paper(context, "berita-acara", _describe_minutes(context, version, facts))


def describe_contract(context: ActContext, version: ContractVersion) -> dict[str, Any]:
    """Return the facts of a frozen contract that its papers share."""
    contract = load_contract(version)
    return {
        "contract": describe_version(version),
        "datasets": describe_datasets(contract, context.answers(1, "kirim").get("application", "")),
        "shares": describe_shares(contract),
        "thresholds": describe_thresholds(contract),
        "agreements": describe_agreements(version),
        **describe_rhythm(contract),
    }


def _list_objections(version: ContractVersion) -> list[str]:
    """Return who objected and why, so that no paper of a refused version reads as agreed."""
    rows = version.agreements.filter(agrees=False).select_related("organization").order_by("at")
    return [f"{one.organization.name} ({one.role.replace('_', ' ')}): {one.reason}" for one in rows]


def _describe_minutes(context: ActContext, version: ContractVersion, facts: dict[str, Any]) -> dict[str, Any]:
    rows = [("pengelola SPLP", paper_facts.get_kominfo()), ("penyedia data", context.provider)]
    rows.extend(("pemanfaat data", one) for one in context.consumers)
    return {
        **facts,
        "date": paper_facts.describe_date(context.at),
        "place": paper_facts.describe_office(paper_facts.get_kominfo())["city"],
        "version": version.version,
        "sha256": version.digest,
        "parties": [_describe_party(number, role, one) for number, (role, one) in enumerate(rows)],
    }


def _describe_party(number: int, role: str, organization: Organization) -> dict[str, Any]:
    ordinal = ORDINALS[number] if number < len(ORDINALS) else f"ke-{number + 1}"
    signer = paper_facts.describe_official(paper_facts.find_official(organization))
    return {"ordinal": f"Pihak {ordinal}", "role": role, "organization": organization.name, "signer": signer}
