"""Mock rows: valid, different, the same each time, inside and outside the consumers' filters."""

import pytest
from contract_strategies import datasets, make_contract, make_dataset
from hypothesis import given, settings

from simpul.contract.errors import ContractInvalid
from simpul.contract.filters import matches_filters, read_filters
from simpul.contract.mock import make_mock_rows, make_sandbox_rows
from simpul.contract.model import Column, Dataset
from simpul.contract.validator import compile_validator


@given(datasets())
@settings(max_examples=60, deadline=None)
def test_mock_rows_are_valid_unique_and_the_same_each_time(dataset: Dataset) -> None:
    rows = make_mock_rows(dataset, 8)
    check = compile_validator(dataset).check
    assert rows
    assert all(check(row)[0] is not None for row in rows)
    assert rows == make_mock_rows(dataset, 8)
    for group in [(column.name,) for column in dataset.columns if column.unique] + [dataset.key]:
        keys = [repr([row[name] for name in group]) for row in rows if group and row[group[0]] is not None]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "condition", ["kode=like.74.05*", "penduduk=gt.9900", "jenis=in.(desa)", "luas=is.null", "kode=not.like.63*"]
)
def test_sandbox_has_rows_inside_and_outside_each_filter(condition: str) -> None:
    contract = make_contract()
    rows = make_mock_rows(contract.datasets[0], 60, row_filters=[read_filters(condition)])
    inside = [row for row in rows if matches_filters(row, read_filters(condition))]
    assert len(rows) == 60
    assert 20 <= len(inside) < 60


def test_sandbox_holds_a_hundred_rows_of_each_dataset() -> None:
    assert {name: len(rows) for name, rows in make_sandbox_rows(make_contract()).items()} == {"kecamatan": 100}


def test_invented_identifiers_are_plainly_invented() -> None:
    rows = make_mock_rows(make_contract().datasets[0], 30)
    assert all(row["nik_camat"] is None or row["nik_camat"].startswith("999999") for row in rows)
    assert all(row["nama"].startswith("Contoh ") for row in rows)


def test_fewer_rows_come_where_a_key_cannot_differ() -> None:
    rows = make_mock_rows(make_dataset(Column("jenis", key=True, required=True, code_list=("a", "b"))), 10)
    assert [row["jenis"] for row in rows] == ["a", "b"]


def test_required_column_beyond_reach_asks_for_an_example() -> None:
    column = Column("sandi", required=True, pattern=r"^(?i:abc)\p{Greek}$")
    with pytest.raises(ContractInvalid, match="sandi"):
        make_mock_rows(make_dataset(column), 3)
    example = Column("sandi", required=True, pattern=r"^(?i:abc)\p{Greek}$", example="ABCω")
    assert make_mock_rows(make_dataset(example), 1) == [{"sandi": "ABCω"}]
