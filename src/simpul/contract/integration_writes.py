"""The delivery tests of a dataset: a good row is taken, and each constraint refuses its own bad row."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from simpul.contract.constraints import References
from simpul.contract.integration_case import Expectation, Rows, TestCase
from simpul.contract.model import Column, Contract, Dataset
from simpul.contract.openapi import make_base_path
from simpul.contract.validator import compile_validator
from simpul.kernel.words import Words

_TRIAL: Mapping[str, str] = {"Content-Type": "application/json", "Prefer": "tx=rollback"}
_REPORTED = (200, 201, 422)
_UNKNOWN = "kolom_yang_tidak_ada"


def list_write_tests(
    contract: Contract, dataset: Dataset, rows: Rows, references: References | None = None
) -> Iterator[TestCase]:
    """List the delivery tests of a dataset, sent under the provider's key; bad rows are only tried, never kept."""
    if not rows:
        return
    good = dict(rows[0])
    path = f"{make_base_path(contract, 'sandbox')}/{dataset.name}/batches"
    if dataset.key:
        yield TestCase(
            name=_name(dataset, Words("baris yang benar diterima", "a good row is taken")),
            key=contract.provider_code,
            path=path,
            method="POST",
            statuses=(200, 201),
            headers={"Content-Type": "application/json"},
            body=json.dumps([good]),
            expects=(Expectation("stored", 1),),
        )
    for column, rule, row in _list_bad_rows(dataset, good, contract.zone, references):
        yield TestCase(
            name=_name(dataset, Words(f"{column}: aturan {rule} menolak", f"{column}: rule {rule} refuses")),
            key=contract.provider_code,
            path=path,
            method="POST",
            statuses=_REPORTED,
            headers=_TRIAL,
            body=json.dumps([row]),
            expects=(Expectation("refused", [column, rule]),),
        )


def _name(dataset: Dataset, words: Words) -> Words:
    return Words(f"{dataset.name}: {words.id}", f"{dataset.name}: {words.en}")


def _list_bad_rows(
    dataset: Dataset, good: dict[str, Any], zone: str, references: References | None
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give (column, rule, row) once for each constraint that a single wrong value can break alone."""
    check = compile_validator(dataset, references, zone=zone).check
    met: set[tuple[str, str]] = set()
    candidates = [(column.name, value) for column in dataset.columns for value in _list_bad_values(column)]
    for name, value in [*candidates, (_UNKNOWN, "1")]:
        row = {**good, name: value}
        _, findings = check(row)
        if len(findings) != 1 or (name, findings[0].rule) in met:
            continue
        met.add((name, findings[0].rule))
        yield name, findings[0].rule, row


def _list_bad_values(column: Column) -> list[Any]:
    values: list[Any] = [None, {"bukan": "nilai"} if column.logical_type != "object" else "bukan objek"]
    if column.logical_type == "string":
        values += ["~", "zz zz", "0", "6.3E+15", " 1", "x" * (min(column.length or 0, 5000) + 1)]
    if column.logical_type in ("integer", "number"):
        values += ["bukan angka", 987_654_321_987, 2**63, 0.123_456_789]
    if column.logical_type in ("date", "timestamp"):
        values += ["2025-02-30", "0000-00-00", "31/12/2025"]
    if column.logical_type == "time":
        values.append("25:00")
    return values + _list_beyond(column.minimum, -1) + _list_beyond(column.maximum, 1)


def _list_beyond(bound: int | float | str | None, step: int) -> list[Any]:
    """A value just past a bound."""
    if bound is None or isinstance(bound, bool):
        return []
    if not isinstance(bound, str):
        return [bound + step]
    try:
        return [(date.fromisoformat(bound) + timedelta(days=step)).isoformat()]
    except (ValueError, OverflowError):
        return ["1000-01-02T00:00:00Z" if step < 0 else "9998-12-30T00:00:00Z", "00:00" if step < 0 else "23:59:59"]
