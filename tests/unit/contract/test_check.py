"""The checks: each rule refuses the contract that breaks it, and only then."""

from dataclasses import replace
from typing import Any

import pytest
from contract_strategies import make_contract

from simpul.contract.check import check_contract, list_findings
from simpul.contract.errors import ContractInvalid
from simpul.contract.model import Column, ConsumerTerms, Contract, Dataset, Thresholds
from simpul.contract.patterns import find_pattern_fault

GOOD = Column("a", "A", "Definisi")


def list_rules(contract: Contract) -> set[str]:
    return {finding.rule for finding in list_findings(contract)}


def with_column(**changes: Any) -> Contract:
    return make_contract(datasets=(Dataset("data", "Data", columns=(replace(GOOD, **changes),)),), consumers=())


def with_dataset(**changes: Any) -> Contract:
    return make_contract(datasets=(replace(Dataset("data", "Data", columns=(GOOD,)), **changes),), consumers=())


def with_terms(**changes: Any) -> Contract:
    contract = make_contract()
    return replace(contract, consumers=(replace(contract.consumers[0], **changes),))


def test_the_example_has_nothing_wrong() -> None:
    assert list_findings(make_contract()) == []
    check_contract(make_contract())


def test_check_raises_with_every_finding() -> None:
    with pytest.raises(ContractInvalid) as refusal:
        check_contract(Contract("X", version="1"))
    assert {finding.rule for finding in refusal.value.findings} == {
        "context-name",
        "version-form",
        "missing",
        "no-datasets",
    }


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"context": "Wilayah"}, "context-name"),
        ({"context": "pg_toast"}, "context-name"),
        ({"context": "order"}, "context-name"),
        ({"version": "0.1.0"}, "version-form"),
        ({"title": " "}, "missing"),
        ({"purpose": ""}, "missing"),
        ({"provider_code": ""}, "missing"),
        ({"zone": "Mars/Olympus"}, "zone-unknown"),
        ({"zone": "../etc/passwd"}, "zone-unknown"),
        ({"status": "selesai"}, "status-unknown"),
        ({"datasets": (), "consumers": ()}, "no-datasets"),
        ({"datasets": (Dataset("data", "D", columns=(GOOD,)),) * 2, "consumers": ()}, "dataset-twice"),
    ],
)
def test_fault_in_the_head_is_named(changes: dict[str, Any], rule: str) -> None:
    assert list_rules(make_contract(**changes)) == {rule}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"name": "batches"}, "dataset-name"),
        ({"columns": ()}, "no-columns"),
        ({"title": ""}, "missing"),
        ({"columns": (GOOD, GOOD)}, "column-twice"),
        ({"access_class": "rahasia"}, "access-class-unknown"),
        ({"access_class": "dikecualikan"}, "access-ground-missing"),
        ({"delivery": "pos"}, "delivery-unknown"),
        ({"frequency": "kadang"}, "frequency-unknown"),
        ({"thresholds": Thresholds(completeness=101)}, "threshold-range"),
        ({"thresholds": Thresholds(max_age_days=0)}, "threshold-age"),
        (
            {
                "access_class": "terbuka",
                "columns": (replace(GOOD, pdp_class="umum", pdp_legal_basis="UU", pdp_purpose="x"),),
            },
            "open-but-personal",
        ),
    ],
)
def test_fault_in_a_dataset_is_named(changes: dict[str, Any], rule: str) -> None:
    assert list_rules(with_dataset(**changes)) == {rule}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"name": "limit"}, "column-name"),
        ({"name": "_row"}, "column-name"),
        ({"title": ""}, "concept-missing"),
        ({"definition": ""}, "definition-missing"),
        ({"logical_type": "money"}, "type-unknown"),
        ({"length": 0}, "length-invalid"),
        ({"logical_type": "integer", "length": 5}, "length-invalid"),
        ({"logical_type": "number", "precision": 2, "scale": 3}, "digits-invalid"),
        ({"precision": 2}, "digits-invalid"),
        ({"format": "uuid"}, "format-unknown"),
        ({"logical_type": "date", "format": "MM/dd/yyyy"}, "format-unknown"),
        ({"pattern": r"(a)\1"}, "pattern-unsafe"),
        ({"pattern": r"(?=a)b"}, "pattern-unsafe"),
        ({"pattern": "["}, "pattern-unsafe"),
        ({"pattern": "a" * 501}, "pattern-unsafe"),
        ({"logical_type": "integer", "pattern": "1"}, "pattern-unsafe"),
        ({"code_list": ()}, "code-list-invalid"),
        ({"code_list": ("a", "a")}, "code-list-invalid"),
        ({"logical_type": "boolean", "code_list": ("ya",)}, "code-list-type"),
        ({"logical_type": "integer", "code_list": ("satu",)}, "code-list-type"),
        ({"minimum": 1}, "bound-invalid"),
        ({"logical_type": "date", "minimum": "24/11/2026"}, "bound-invalid"),
        ({"logical_type": "integer", "minimum": 5, "maximum": 4}, "bounds-reversed"),
        ({"key": True}, "key-not-required"),
        ({"logical_type": "object", "unique": True}, "key-type"),
        ({"pdp_class": "rahasia", "pdp_legal_basis": "UU", "pdp_purpose": "x"}, "pdp-class-unknown"),
        ({"pdp_class": "umum", "pdp_purpose": "x"}, "pdp-legal-basis-missing"),
        ({"pdp_class": "spesifik", "pdp_legal_basis": "UU"}, "pdp-purpose-missing"),
        ({"length": 2, "example": "abc"}, "example-invalid"),
    ],
)
def test_fault_in_a_column_is_named(changes: dict[str, Any], rule: str) -> None:
    assert list_rules(with_column(**changes)) == {rule}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"organization": ""}, "terms-organization-missing"),
        ({"dataset": "lain"}, "terms-dataset-unknown"),
        ({"columns": ()}, "terms-columns-empty"),
        ({"columns": ("kode", "rahasia")}, "terms-column-unknown"),
        ({"row_filter": "kode"}, "terms-filter-form"),
        ({"row_filter": "kode=like.63*; drop table"}, None),
        ({"row_filter": "kode=match.x"}, "terms-filter-form"),
        ({"row_filter": "lain=eq.1"}, "terms-filter-column"),
        ({"masks": (("nama", "rot13"),)}, "terms-mask-unknown"),
        ({"masks": (("nik_camat", "last4"),)}, "terms-mask-column"),
        ({"masks": (("nama", "hashed"),)}, None),
        ({"purpose": ""}, "terms-purpose-missing"),
        ({"legal_basis": ""}, "terms-legal-basis-missing"),
        ({"valid_from": "24-11-2026"}, "terms-date"),
        ({"valid_from": "2026-11-24", "valid_until": "2026-11-23"}, "terms-dates-reversed"),
    ],
)
def test_fault_in_the_terms_is_named(changes: dict[str, Any], rule: str | None) -> None:
    assert list_rules(with_terms(**changes)) == ({rule} if rule else set())


def test_the_same_consumer_twice_is_named() -> None:
    contract = make_contract()
    assert "terms-twice" in list_rules(replace(contract, consumers=contract.consumers * 2))


def test_every_finding_speaks_both_languages() -> None:
    broken = Contract(
        "X", datasets=(Dataset("Y", columns=(Column("Z", pdp_class="umum"),)),), consumers=(ConsumerTerms("", "y"),)
    )
    assert all(finding.message.id and finding.message.en and finding.where for finding in list_findings(broken))


def test_a_pattern_that_explodes_elsewhere_is_linear_here() -> None:
    assert find_pattern_fault("^(a+)+$") is None
