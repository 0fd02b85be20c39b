"""All integration tests of a contract, and the judge of their answers. Neither knows who sends them."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from simpul.contract.filters import matches_filters, read_filters
from simpul.contract.integration_case import Expectation, Rows, TestCase, make_headers, make_scenes
from simpul.contract.integration_reads import list_read_tests
from simpul.contract.integration_writes import list_write_tests
from simpul.contract.mock import make_sandbox_rows
from simpul.contract.model import Contract
from simpul.kernel.words import Words

__all__ = ["TestCase", "judge", "list_integration_tests", "make_headers"]

Judge = Callable[[Any, "Answer"], "Words | None"]


def list_integration_tests(contract: Contract, sandbox: Mapping[str, Rows] | None = None) -> list[TestCase]:
    """List every integration test of a contract against its sandbox.

    Args: `sandbox` holds the sandbox's rows by dataset; by default those of `make_sandbox_rows`.
    Returns: each consumer's reading tests, then each dataset's delivery tests; the same for the same contract.
    """
    rows = make_sandbox_rows(contract) if sandbox is None else sandbox
    reads = [test for scene in make_scenes(contract, rows) for test in list_read_tests(scene)]
    writes = [test for dataset in contract.datasets for test in list_write_tests(contract, dataset, rows[dataset.name])]
    return reads + writes


class Answer:
    """One HTTP answer, its body read once."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.text = body.decode("utf-8", "replace")
        try:
            self.data: Any = json.loads(self.text)
        except ValueError:
            self.data = None

    @property
    def rows(self) -> list[Mapping[str, Any]] | None:
        """The rows, or None when the body is no JSON array of objects."""
        is_rows = isinstance(self.data, list) and all(isinstance(row, dict) for row in self.data)
        return self.data if is_rows else None


def judge(test: TestCase, status: int, headers: Mapping[str, str], body: bytes) -> Words | None:
    """Say what is wrong with an answer; None when the test passed. Never raises on a strange answer."""
    if status not in test.statuses:
        expected = "/".join(str(one) for one in test.statuses)
        return Words(f"Status {status}, seharusnya {expected}.", f"Status {status}, expected {expected}.")
    answer = Answer(status, headers, body)
    for expectation in test.expects:
        fault = _meet(expectation, answer)
        if fault is not None:
            return fault
    return None


def _meet(expectation: Expectation, answer: Answer) -> Words | None:
    if expectation.kind in _ON_ROWS:
        if answer.rows is None:
            return Words("Jawaban bukan larik baris JSON.", "The answer is no JSON array of rows.")
        return _ON_ROWS[expectation.kind](expectation.value, answer)
    return _ON_ANSWER[expectation.kind](expectation.value, answer)


def _judge_rows(count: int, answer: Answer) -> Words | None:
    found = len(answer.rows or ())
    return None if found == count else _differs("baris", "rows", found, count)


def _judge_total(total: int, answer: Answer) -> Words | None:
    found = answer.headers.get("content-range", "").rpartition("/")[2]
    return None if found == str(total) else _differs("jumlah baris", "total rows", found or "–", total)


def _judge_columns(columns: list[str], answer: Answer) -> Words | None:
    for row in answer.rows or ():
        extra, missing = set(row) - set(columns), set(columns) - set(row)
        if extra:
            return Words(f"Kolom di luar hak: {', '.join(sorted(extra))}.", f"Not granted: {', '.join(sorted(extra))}.")
        if missing:
            names = ", ".join(sorted(missing))
            return Words(f"Kolom tidak ada: {names}.", f"Missing columns: {names}.")
    return None


def _judge_schema(properties: Mapping[str, Any], answer: Answer) -> Words | None:
    validator = Draft202012Validator({"properties": dict(properties), "required": list(properties)})
    for row in answer.rows or ():
        error = next(iter(validator.iter_errors(row)), None)
        if error is not None:
            rule = str(error.validator)
            return Words(f"Nilai melanggar skema kontrak ({rule}).", f"A value breaks the contract's schema ({rule}).")
    return None


def _judge_filter(condition: str, answer: Answer) -> Words | None:
    filters = read_filters(condition)
    if all(matches_filters(row, filters) for row in answer.rows or ()):
        return None
    return Words("Ada baris di luar saringan.", "A row lies outside the filter.")


def _judge_order(expected: list[str], answer: Answer) -> Words | None:
    name, direction = expected
    values = [row.get(name) for row in answer.rows or () if row.get(name) is not None]
    try:
        in_order = values == sorted(values, reverse=direction == "desc")  # type: ignore[type-var]
    except TypeError:
        in_order = False
    return None if in_order else Words("Urutan baris tidak benar.", "The rows aren't in order.")


def _judge_error(_: Any, answer: Answer) -> Words | None:
    is_error = isinstance(answer.data, dict) and {"code", "message", "details", "hint"} <= set(answer.data)
    if is_error and answer.data["code"] and answer.data["message"]:
        return None
    return Words(
        "Galat tidak memuat code, message, details, dan hint.", "The error lacks code, message, details and hint."
    )


def _judge_csv(columns: list[str], answer: Answer) -> Words | None:
    if not answer.headers.get("content-type", "").startswith("text/csv"):
        return Words("Jawaban bukan CSV.", "The answer isn't CSV.")
    header = next(csv.reader(io.StringIO(answer.text)), [])
    return None if header == columns else Words("Kepala CSV berbeda.", "The CSV header differs.")


def _judge_refused(expected: list[str], answer: Answer) -> Words | None:
    column, rule = expected
    if not isinstance(answer.data, dict) or answer.data.get("refused") != 1:
        return Words("Baris salah tidak ditolak.", "The bad row wasn't refused.")
    rules = answer.data.get("rules")
    told = [one for one in rules if isinstance(one, dict)] if isinstance(rules, list) else []
    if any(one.get("column") == column and one.get("rule") == rule for one in told):
        return None
    return Words(f"Alasan {rule} pada {column} tidak disebut.", f"The reason {rule} on {column} isn't named.")


def _judge_stored(count: int, answer: Answer) -> Words | None:
    report = answer.data if isinstance(answer.data, dict) else {}
    good = sum(report[name] for name in ("inserted", "updated", "unchanged") if isinstance(report.get(name), int))
    is_whole = good == count and report.get("refused") == 0
    return None if is_whole else Words("Baris benar tidak diterima.", "The good row wasn't taken.")


def _differs(what: str, what_en: str, found: object, expected: object) -> Words:
    return Words(
        f"Banyaknya {what} {found}, seharusnya {expected}.", f"Number of {what_en} {found}, expected {expected}."
    )


_ON_ROWS: Mapping[str, Judge] = {
    "rows": _judge_rows,
    "columns": _judge_columns,
    "schema": _judge_schema,
    "filter": _judge_filter,
    "ordered": _judge_order,
}
_ON_ANSWER: Mapping[str, Judge] = {
    "total": _judge_total,
    "error": _judge_error,
    "csv": _judge_csv,
    "refused": _judge_refused,
    "stored": _judge_stored,
}
"""The closed list of assertions."""
