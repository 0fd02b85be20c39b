"""Codes are valid on the row's day, as the contract says which one counts."""

from dataclasses import replace
from datetime import date

import pytest

from simpul.contract.check import list_findings
from simpul.contract.errors import ContractInvalid
from simpul.contract.model import Column, Contract, Dataset
from simpul.contract.odcs import read_odcs, write_odcs
from simpul.contract.reference_codes import DatedCodes, Reign, merge_reigns
from simpul.contract.validator import compile_validator

OPEN = (date.min, date.max)
TODAY = date(2026, 11, 24)
CODE = Column("kode", code_list="wilayah")
DATED = Dataset("desa", "Desa", columns=(replace(CODE, code_date="tanggal"), Column("tanggal", logical_type="date")))


def make_references(**periods: tuple[date, date]) -> dict[str, DatedCodes]:
    return {"wilayah": DatedCodes({code: (period,) for code, period in periods.items()}, TODAY)}


ABOLISHED = make_references(lama=(date.min, date(2020, 12, 31)), baru=(date(2021, 1, 1), date.max))


def test_a_code_must_be_valid_on_the_day_of_the_delivery() -> None:
    check = compile_validator(Dataset("desa", columns=(CODE,)), ABOLISHED).check
    assert check({"kode": "baru"})[1] == []
    assert [one.rule for one in check({"kode": "lama"})[1]] == ["code-date"]
    assert [one.rule for one in check({"kode": "asing"})[1]] == ["code-list"]


def test_a_code_must_be_valid_on_the_day_of_its_row_where_the_contract_names_it() -> None:
    check = compile_validator(DATED, ABOLISHED).check
    assert check({"kode": "lama", "tanggal": "2020-12-31"})[1] == []
    assert [one.rule for one in check({"kode": "lama", "tanggal": "2021-01-01"})[1]] == ["code-date"]
    assert [one.rule for one in check({"kode": "baru", "tanggal": "2020-12-31"})[1]] == ["code-date"]
    assert check({"kode": "baru", "tanggal": None})[1] == []


def test_a_moment_counts_as_its_day_in_the_contracts_zone() -> None:
    dataset = replace(DATED, columns=(DATED.columns[0], Column("tanggal", logical_type="timestamp")))
    check = compile_validator(dataset, ABOLISHED, zone="Asia/Makassar").check
    assert check({"kode": "baru", "tanggal": "2020-12-31T17:00:00Z"})[1] == []  # 1 January in Makassar


def test_an_unknown_code_only_leaves_a_remark_where_the_contract_says_so() -> None:
    dataset = Dataset("desa", columns=(replace(CODE, when_unknown="catat"),))
    validator = compile_validator(dataset, ABOLISHED)
    values, findings = validator.check({"kode": "asing"})
    assert values == {"kode": "asing"}
    assert findings == []
    assert [one.rule for one in validator.list_warnings(values)] == ["code-list"]
    assert validator.list_warnings({"kode": "baru"}) == []


def test_a_list_that_the_hub_does_not_have_is_refused() -> None:
    for column in (CODE, replace(CODE, when_unknown="catat")):
        with pytest.raises(ContractInvalid):
            compile_validator(Dataset("desa", columns=(column,)), {})


def test_the_youngest_version_that_holds_on_a_day_counts() -> None:
    first = Reign(date(2020, 1, 1), {"A": OPEN, "B": OPEN})
    second = Reign(date(2025, 1, 1), {"A": OPEN, "C": OPEN})
    correction = Reign(date(2022, 1, 1), {"A": OPEN, "D": OPEN})
    codes = DatedCodes(merge_reigns([first, second, correction]), TODAY)
    assert sorted(codes) == ["A", "D"]
    assert codes.is_valid("B", date(1999, 1, 1))
    assert codes.is_valid("B", date(2021, 12, 31))
    assert not codes.is_valid("B", date(2022, 1, 1))
    assert not codes.is_known("C")
    assert codes.is_valid("D", date(2022, 1, 1))


def test_a_version_of_the_future_waits_for_its_day() -> None:
    codes = DatedCodes(
        merge_reigns([Reign(date(2020, 1, 1), {"A": OPEN}), Reign(date(2027, 1, 1), {"B": OPEN})]), TODAY
    )
    assert list(codes) == ["A"]
    assert codes.is_valid("B", date(2027, 1, 1))


def test_what_the_contract_says_of_codes_survives_the_file() -> None:
    dated = replace(DATED.columns[0], when_unknown="catat")
    contract = Contract("wilayah", datasets=(replace(DATED, columns=(dated, DATED.columns[1])),))
    column = read_odcs(write_odcs(contract)).datasets[0].columns[0]
    assert (column.code_list, column.code_date, column.when_unknown) == ("wilayah", "tanggal", "catat")


def test_a_codes_date_must_be_a_date_of_the_same_dataset() -> None:
    def list_rules(**changes: str) -> set[str]:
        columns = (replace(CODE, title="Kode", **changes), DATED.columns[1])
        return {one.rule for one in list_findings(Contract("w", datasets=(replace(DATED, columns=columns),)))}

    assert "code-date-invalid" in list_rules(code_date="lain")
    assert "code-date-invalid" not in list_rules(code_date="tanggal")
    assert "when-unknown-unknown" in list_rules(when_unknown="biar")
