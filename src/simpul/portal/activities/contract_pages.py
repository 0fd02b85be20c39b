"""A contract in plain words, for pages: its datasets with their elements, each consumer's terms, what is promised."""

from typing import Any, NamedTuple

from simpul.contract.model import ConsumerTerms, Contract, Dataset
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import load_contract
from simpul.portal.organizations.models import Organization


class TermsRow(NamedTuple):
    """What one consumer gets of one dataset, in words."""

    consumer: str
    dataset: str
    terms: ConsumerTerms
    is_all: bool
    personal: list[str]


def describe_contract(version: ContractVersion) -> dict[str, Any]:
    """Return what `activities/contract.html` shows of a version."""
    contract = load_contract(version)
    return {"contract": contract, "terms": list_terms(contract)}


def list_terms(contract: Contract) -> list[TermsRow]:
    """Return each consumer's terms, in the contract's order."""
    codes = {one.organization for one in contract.consumers}
    names = dict(Organization.objects.filter(code__in=codes).values_list("code", "name"))
    return [_describe_terms(one, contract, names) for one in contract.consumers]


def _describe_terms(terms: ConsumerTerms, contract: Contract, names: dict[str, str]) -> TermsRow:
    dataset = contract.find_dataset(terms.dataset)
    columns = dataset.columns if dataset else ()
    return TermsRow(
        names.get(terms.organization, terms.organization),
        _name(dataset, terms.dataset),
        terms,
        len(terms.columns) == len(columns),
        [one.name for one in columns if one.is_personal and one.name in terms.columns],
    )


def _name(dataset: Dataset | None, name: str) -> str:
    return (dataset.title or dataset.name) if dataset else name
