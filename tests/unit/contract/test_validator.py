"""The row validator: types without guessing, every constraint by its rule, spreadsheet damage by its name."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from contract_strategies import datasets, make_contract, make_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from simpul.contract.errors import ContractInvalid
from simpul.contract.model import Column, Dataset
from simpul.contract.validator import compile_validator

WITA = ZoneInfo("Asia/Makassar")
MIDNIGHT = datetime.fromisoformat("2026-11-24T00:00:00")
NINE = datetime.fromisoformat("2026-01-01T09:00:00")


def read(column: Column, value: Any, mode: Any = "json", **options: Any) -> Any:
    """Return the stored value, or the rule that refused it as a str with "!" before it."""
    values, findings = compile_validator(make_dataset(column), mode=mode, **options).check({column.name: value})
    return values[column.name] if values is not None else "!" + ",".join(finding.rule for finding in findings)


@pytest.mark.parametrize(
    ("logical", "value", "stored"),
    [
        ("string", " apa adanya ", " apa adanya "),
        ("integer", 5, 5),
        ("integer", 5.0, 5),
        ("number", 1.1, Decimal("1.1")),
        ("number", 7, Decimal(7)),
        ("boolean", False, False),
        ("date", "2026-11-24", date(2026, 11, 24)),
        ("timestamp", "2026-11-24T13:45:00", datetime(2026, 11, 24, 13, 45, tzinfo=WITA)),
        ("timestamp", "2026-11-24T05:45:00Z", datetime(2026, 11, 24, 5, 45, tzinfo=UTC)),
        ("time", "13:45", time(13, 45)),
        ("object", {"a": [1, "é"]}, '{"a": [1, "é"]}'),
        ("object", {"a": Decimal("1.10"), "b": {}}, '{"a": 1.10, "b": {}}'),
        ("string", None, None),
        ("string", "", ""),
    ],
)
def test_json_value_is_stored_as_its_type(logical: str, value: Any, stored: Any) -> None:
    assert read(Column("a", logical_type=logical), value) == stored


@pytest.mark.parametrize(
    ("logical", "value", "rule"),
    [
        ("string", 63, "type"),
        ("string", "a\x00b", "unstorable-character"),
        ("string", "\ud800", "unstorable-character"),
        ("integer", "5", "type"),
        ("integer", True, "type"),
        ("integer", 5.5, "type"),
        ("integer", 2**63, "integer-range"),
        ("number", "5", "type"),
        ("number", False, "type"),
        ("number", float("nan"), "type"),
        ("number", float("inf"), "type"),
        ("number", 10**200, "number-range"),
        ("boolean", 1, "type"),
        ("boolean", "ya", "type"),
        ("date", "24/11/2026", "type"),
        ("date", "2026-02-30", "type"),
        ("date", "20261124", "type"),
        ("date", "0000-00-00", "zero-date"),
        ("date", "0026-11-24", "type"),
        ("date", 45992, "type"),
        ("timestamp", "2026-11-24", "type"),
        ("timestamp", "2026-11-24T25:00:00", "type"),
        ("timestamp", "0000-00-00 00:00:00", "zero-date"),
        ("time", "24:00", "type"),
        ("object", "{}", "type"),
        ("object", [1], "type"),
        ("object", {"a": float("nan")}, "type"),
        ("object", {"a": "\x00"}, "unstorable-character"),
    ],
)
def test_json_value_of_another_type_is_refused(logical: str, value: Any, rule: str) -> None:
    assert read(Column("a", logical_type=logical), value) == f"!{rule}"


@pytest.mark.parametrize(
    ("column", "value", "stored"),
    [
        (Column("a", logical_type="integer"), "007", 7),
        (Column("a", logical_type="integer", format="decimal_comma"), "1.234.567", 1234567),
        (Column("a", logical_type="number"), "-12.50", Decimal("-12.50")),
        (Column("a", logical_type="number", format="decimal_comma"), "1.234,5", Decimal("1234.5")),
        (Column("a", logical_type="number", format="decimal_comma"), "12,5", Decimal("12.5")),
        (Column("a", logical_type="boolean"), "Ya", True),
        (Column("a", logical_type="boolean"), "0", False),
        (Column("a", logical_type="date", format="dd/MM/yyyy"), "24/11/2026", date(2026, 11, 24)),
        (Column("a", logical_type="date", format="dd/MM/yyyy"), "2026-11-24", date(2026, 11, 24)),
        (Column("a", logical_type="date"), date(2026, 11, 24), date(2026, 11, 24)),
        (Column("a", logical_type="date"), MIDNIGHT, date(2026, 11, 24)),
        (
            Column("a", logical_type="timestamp", format="dd/MM/yyyy HH:mm"),
            "24/11/2026 08:30",
            datetime(2026, 11, 24, 8, 30, tzinfo=WITA),
        ),
        (Column("a", logical_type="timestamp"), NINE, datetime(2026, 1, 1, 9, tzinfo=WITA)),
        (Column("a", logical_type="time"), time(9), time(9)),
        (Column("a", logical_type="object"), '{"a": 1}', '{"a": 1}'),
        (Column("a", logical_type="object"), '{"a": 0.10}', '{"a": 0.10}'),
        (Column("a"), 63, "63"),
        (Column("a"), 63.0, "63"),
        (Column("a"), 63.05, "63.05"),
        (Column("a", format="nik"), 6305010101900001, "6305010101900001"),
        (Column("a", format="phone"), "0812-3456-7890", "+6281234567890"),
        (Column("a"), "Nama  dengan\u00a0spasi ", "Nama  dengan\u00a0spasi "),
        (Column("a", logical_type="integer"), "", None),
        (Column("a"), "", None),
        (Column("a", logical_type="integer"), "  ", None),
    ],
)
def test_text_or_cell_is_read_as_declared(column: Column, value: Any, stored: Any) -> None:
    assert read(column, value, "text") == stored


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        (Column("a", format="nik"), "6.3E+15", "scientific-notation"),
        (Column("a"), "6,3E+15", "scientific-notation"),
        (Column("a", format="nik"), 6305010101900000, "rounded-number"),
        (Column("a", format="nik"), 6.30501010190001e15, "rounded-number"),
        (Column("a", format="nik"), "6305010101900000", "format-nik"),
        (Column("a", format="nik"), "6305010101900001\u00a0", "invisible-character"),
        (Column("a", format="nik"), "６305010101900001", "full-width-digit"),
        (Column("a", key=True, required=True), "63.05 ", "stray-space"),
        (Column("a", code_list=("L", "P")), " L", "stray-space"),
        (Column("a", required=True), " \u00a0 ", "required"),
        (Column("a", logical_type="date"), "0026-11-24", "type"),
        (Column("a"), "#REF!", "error-cell"),
        (Column("a", logical_type="integer"), "1\u00a0000", "invisible-character"),
        (Column("a", logical_type="integer"), " 5", "stray-space"),
        (Column("a", logical_type="integer"), "1.234", "type"),
        (Column("a", logical_type="number"), "12,5", "type"),
        (Column("a", logical_type="number", format="decimal_comma"), "1234.5", "type"),
        (Column("a", logical_type="date"), "45992", "date-serial"),
        (Column("a", logical_type="date"), 45992, "date-serial"),
        (Column("a", logical_type="date"), "24/11/2026", "type"),
        (Column("a", logical_type="date", format="dd/MM/yyyy"), "12/31/2026", "type"),
        (Column("a", logical_type="date", format="dd/MM/yyyy"), "00/00/0000", "zero-date"),
        (Column("a", logical_type="date"), NINE, "type"),
        (Column("a", logical_type="boolean"), "mungkin", "type"),
        (Column("a", logical_type="object"), "{a", "type"),
        (Column("a", format="area_code"), 63.1, "format-area-code"),
        (Column("a", required=True), "", "required"),
        (Column("a", required=True), None, "required"),
    ],
)
def test_damaged_or_undeclared_text_is_refused_by_name(column: Column, value: Any, rule: str) -> None:
    assert read(column, value, "text") == f"!{rule}"


@pytest.mark.parametrize(
    ("column", "good", "bad", "rule"),
    [
        (Column("a", length=3), "abc", "abcd", "length"),
        (Column("a", pattern="^[A-Z]+$"), "AB", "ab", "pattern"),
        (Column("a", code_list=("L", "P")), "L", "l", "code-list"),
        (Column("a", logical_type="integer", code_list=("1", "2")), 1, 3, "code-list"),
        (Column("a", logical_type="number", code_list=("1.50", "2")), 1.5, 1.6, "code-list"),
        (Column("a", logical_type="integer", minimum=0), 0, -1, "minimum"),
        (Column("a", logical_type="number", maximum=1.5), 1.5, 1.51, "maximum"),
        (Column("a", logical_type="number", precision=4, scale=2), 99.99, 100, "precision"),
        (Column("a", logical_type="number", precision=4, scale=2), 9.5, 9.555, "scale"),
        (Column("a", logical_type="date", minimum="2026-01-01"), "2026-01-01", "2025-12-31", "minimum"),
        (
            Column("a", logical_type="timestamp", maximum="2026-01-01T00:00:00"),
            "2025-12-31T15:59:00Z",
            "2025-12-31T16:01:00Z",
            "maximum",
        ),
        (Column("a", format="email"), "a@b.go.id", "a@b", "format-email"),
        (Column("a", format="nip"), "199001012023211003", "1990", "format-nip"),
        (Column("a", key=True, required=True), "x", "", "required"),
    ],
)
def test_constraint_takes_the_good_and_refuses_the_bad(column: Column, good: Any, bad: Any, rule: str) -> None:
    assert not str(read(column, good)).startswith("!")
    assert read(column, bad) == f"!{rule}"


def test_named_code_list_is_looked_up_and_must_be_there() -> None:
    column = Column("a", code_list="agama")
    assert read(column, "1", references={"agama": {"1", "2"}}) == "1"
    assert read(column, "9", references={"agama": {"1", "2"}}) == "!code-list"
    with pytest.raises(ContractInvalid):
        compile_validator(make_dataset(column))


def test_unknown_column_is_refused_and_every_fault_is_told_at_once() -> None:
    dataset = make_contract().datasets[0]
    values, findings = compile_validator(dataset).check({"kode": "63.5", "nama": None, "lain": 1})
    assert values is None
    assert [(finding.where, finding.rule) for finding in findings] == [
        ("kode", "format-area-code"),
        ("nama", "required"),
        ("lain", "unknown-column"),
    ]


def test_a_row_that_is_no_object_is_refused() -> None:
    values, findings = compile_validator(make_dataset(Column("a"))).check([1])  # type: ignore[arg-type]
    assert values is None
    assert findings[0].rule == "row"


def test_naive_timestamp_is_read_in_the_contracts_zone() -> None:
    stored = read(Column("a", logical_type="timestamp"), "2026-01-01T00:00:00", zone="Asia/Jakarta")
    assert stored.utcoffset() == timedelta(hours=7)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CELLS = (
    JSON
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.decimals()
    | st.from_regex(r"[0-9./,E+-]{1,18}", fullmatch=True)
)


@given(datasets(), st.data(), st.sampled_from(("json", "text")))
@settings(max_examples=150, deadline=None)
def test_validator_never_fails_and_never_tells_a_value(dataset: Dataset, data: st.DataObject, mode: Any) -> None:
    names = [column.name for column in dataset.columns]
    row = data.draw(st.dictionaries(st.sampled_from([*names, "lain"]), CELLS))
    secret = "rahasia-9137"
    values, findings = compile_validator(dataset, mode=mode).check({**row, names[0]: secret})
    assert (values is None) == bool(findings)
    assert all(secret not in finding.message.id + finding.message.en for finding in findings)
    assert values is None or list(values) == names
