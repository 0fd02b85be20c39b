"""Comparing versions: what is told, and what needs a new major."""

from dataclasses import fields, replace
from typing import Any

import pytest
from contract_strategies import contracts, make_contract
from hypothesis import given, settings

from simpul.contract.compare import Change, compare_contracts, is_breaking
from simpul.contract.model import Column, ConsumerTerms, Contract, Dataset

OLD = make_contract()


def with_column(name: str, **changes: Any) -> Contract:
    dataset = OLD.datasets[0]
    columns = tuple(replace(column, **changes) if column.name == name else column for column in dataset.columns)
    return replace(OLD, datasets=(replace(dataset, columns=columns),))


@given(contracts())
@settings(max_examples=20, deadline=None)
def test_a_contract_has_no_difference_with_itself(contract: Contract) -> None:
    assert compare_contracts(contract, contract) == []


@given(contracts(), contracts())
@settings(max_examples=20, deadline=None)
def test_any_two_contracts_can_be_told_apart(old: Contract, new: Contract) -> None:
    for change in compare_contracts(old, new):
        assert change.message.id.endswith(".")
        assert change.path


@pytest.mark.parametrize(
    ("column", "changes", "breaking"),
    [
        ("nama", {"title": "Nama wilayah"}, False),
        ("nama", {"length": 100}, False),
        ("nama", {"length": None}, False),
        ("nama", {"length": 10}, True),
        ("nama", {"required": False}, True),
        ("luas", {"required": True}, True),
        ("penduduk", {"logical_type": "number"}, True),
        ("penduduk", {"minimum": None}, False),
        ("penduduk", {"minimum": -5}, False),
        ("penduduk", {"minimum": 5}, True),
        ("penduduk", {"maximum": 10}, True),
        ("jenis", {"code_list": ("kecamatan", "kelurahan", "desa", "kota")}, False),
        ("jenis", {"code_list": ("kecamatan",)}, True),
        ("jenis", {"code_list": None}, True),
        ("kode", {"key": False}, True),
        ("nik_camat", {"pdp_purpose": "Lain"}, False),
    ],
)
def test_changed_column_breaks_or_not(column: str, changes: dict[str, Any], breaking: bool) -> None:
    found = compare_contracts(OLD, with_column(column, **changes))
    assert [(change.kind, change.breaking) for change in found] == [("changed", breaking)]
    assert found[0].path == f"datasets/kecamatan/columns/{column}/{next(iter(changes))}"


def compare_datasets(*datasets: Dataset) -> list[Change]:
    return compare_contracts(OLD, replace(OLD, datasets=datasets))


def test_added_optional_column_is_minor_and_a_required_one_is_not() -> None:
    dataset = OLD.datasets[0]
    optional = compare_datasets(replace(dataset, columns=(*dataset.columns, Column("baru"))))
    required = compare_datasets(replace(dataset, columns=(*dataset.columns, Column("baru", required=True))))
    assert [(change.kind, change.breaking) for change in optional] == [("added", False)]
    assert is_breaking(required)


def test_removed_column_dataset_or_grant_breaks() -> None:
    dataset = OLD.datasets[0]
    assert is_breaking(compare_datasets(replace(dataset, columns=dataset.columns[:-1])))
    assert is_breaking(compare_datasets())
    assert is_breaking(compare_contracts(OLD, replace(OLD, consumers=())))


def test_consumer_terms_are_compared() -> None:
    terms = replace(OLD.consumers[0], columns=("kode", "luas"), row_filter="", valid_until="2027-01-01")
    found = compare_contracts(OLD, replace(OLD, consumers=(terms, ConsumerTerms("BPS", "kecamatan", ("kode",)))))
    assert {(change.path.removeprefix("consumers/"), change.kind, change.breaking) for change in found} == {
        ("DISDIK/kecamatan/row_filter", "changed", False),
        ("DISDIK/kecamatan/valid_until", "changed", False),
        ("DISDIK/kecamatan/columns/nama", "removed", True),
        ("DISDIK/kecamatan/columns/penduduk", "removed", True),
        ("DISDIK/kecamatan/columns/luas", "added", False),
        ("BPS/kecamatan", "added", False),
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [((), (("nik", "last4"),)), ((("nik", "last4"),), ()), ((("nik", "last4"),), (("nik", "hashed"),))],
)
def test_mask_that_comes_goes_or_changes_breaks_its_consumer(before: Any, after: Any) -> None:
    terms = ConsumerTerms("bps", "desa", ("kode", "nik"))
    old, new = (Contract("x", consumers=(replace(terms, masks=masks),)) for masks in (before, after))
    [change] = compare_contracts(old, new)
    assert (change.path, change.breaking) == ("consumers/bps/desa/masks/nik", True)


def test_every_field_of_the_model_can_be_told() -> None:
    for record in (Column("a"), Dataset("a"), ConsumerTerms("a", "b"), Contract("a")):
        for item in fields(record):
            if item.name not in ("name", "organization", "dataset", "datasets", "consumers", "columns", "masks"):
                changed = replace(record, **{item.name: "lain"})  # type: ignore[arg-type]
                _compare(record, changed)


def _compare(old: Any, new: Any) -> None:
    wrapped = {
        Column: lambda part: Contract("x", datasets=(Dataset("d", columns=(part,)),)),
        Dataset: lambda part: Contract("x", datasets=(part,)),
        ConsumerTerms: lambda part: Contract("x", consumers=(part,)),
        Contract: lambda part: part,
    }[type(old)]
    found = compare_contracts(wrapped(old), wrapped(new))
    assert len(found) <= 1
