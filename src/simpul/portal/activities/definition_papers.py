"""Row 5's papers: Dokumen Data Informasi Aplikasi, Dokumen Integrasi Aplikasi, Struktur Database."""

from simpul.portal.activities.activity import ActContext
from simpul.portal.activities.contract_facts import describe_contact, describe_datasets
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.contracts.queries import get_version, load_contract
from simpul.portal.papers import facts as paper_facts


def make_definition_papers(context: ActContext) -> None:
    """Make the three papers of the definition under the provider's letterhead."""
    contract = load_contract(get_version(context.case))
    letter, office = context.answers(1, "kirim"), context.provider
    datasets = describe_datasets(contract, letter.get("application", ""))
    made_on = paper_facts.describe_date(context.at)
    make_step_paper(context, "dokumen-data-informasi", {"datasets": datasets, "made_on": made_on}, office=office)
    document = {
        "version": contract.version,
        "business_process": letter.get("business_process") or "-",
        "contact": describe_contact(context),
        "datasets": datasets,
    }
    make_step_paper(context, "dokumen-integrasi", document, office=office, formats=["pdf", "ods"])
    structure = {"version": contract.version, "datasets": datasets}
    make_step_paper(context, "struktur-database", structure, office=office, formats=["pdf", "ods"])
