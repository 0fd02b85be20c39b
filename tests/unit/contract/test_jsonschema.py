"""The row schema and the validator, two implementations of one contract, must agree on JSON rows."""

import json
from typing import Any

from contract_strategies import datasets, make_contract
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from simpul.contract.jsonschema import make_column_schema, make_row_schema
from simpul.contract.mock import make_mock_rows
from simpul.contract.model import Column, Dataset
from simpul.contract.validator import compile_validator

# Rules that JSON Schema can't say, or says only as an annotation.
BEYOND_SCHEMA = {
    *("format-nik", "format-nip", "format-phone", "format-email", "format-area-code", "scale", "zero-date"),
    *("unstorable-character", "number-range", "rounded-number", "scientific-notation", "full-width-digit"),
    *("invisible-character", "stray-space"),
}
CALENDAR = ("date", "timestamp", "time")
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 2))
    | st.sampled_from(("", "A", "AB-123", "12", "12a", "12b", "abcd", "x", "63.05", "6305010101900001", "2020-01-05"))
    | st.dictionaries(st.sampled_from("ab"), st.integers(), max_size=2)
)


def is_beyond(dataset: Dataset, rule: str, where: str) -> bool:
    column = dataset.find_column(where)
    return rule in BEYOND_SCHEMA or (column is not None and column.logical_type in CALENDAR and rule != "required")


@given(datasets(), st.data())
@settings(max_examples=120, deadline=None)
def test_schema_and_validator_agree(dataset: Dataset, data: st.DataObject) -> None:
    schema = make_row_schema(dataset)
    Draft202012Validator.check_schema(schema)
    rows = make_mock_rows(dataset, 1)
    assume(rows)
    name = data.draw(st.sampled_from([column.name for column in dataset.columns]))
    row = {**rows[0], name: data.draw(VALUES)}
    is_valid = Draft202012Validator(schema).is_valid(json.loads(json.dumps(row)))
    values, findings = compile_validator(dataset).check(row)
    if values is not None:
        assert is_valid
    elif not all(is_beyond(dataset, finding.rule, finding.where) for finding in findings):
        assert not is_valid


def test_missing_required_and_unknown_columns_are_refused_by_both() -> None:
    dataset = make_contract().datasets[0]
    schema, check = Draft202012Validator(make_row_schema(dataset)), compile_validator(dataset).check
    rows: list[tuple[dict[str, Any], bool]] = [
        ({"kode": "63.05", "nama": "A"}, True),
        ({"kode": "63.05"}, False),
        ({"kode": "63.05", "nama": "A", "lain": 1}, False),
        ({"kode": "63.05", "nama": "A", "jenis": "kota"}, False),
        ({"kode": "63.05", "nama": "A", "jenis": None}, True),
    ]
    for row, expected in rows:
        assert schema.is_valid(row) is expected
        assert (check(row)[0] is not None) is expected


def test_personal_column_and_unit_are_marked() -> None:
    schema = make_column_schema(Column("gaji", unit="rupiah", logical_type="integer", pdp_class="spesifik"))
    assert (schema["x-data-pribadi"], schema["x-satuan"]) == ("spesifik", "rupiah")
