"""A small exchange in memory that answers integration tests, and can be told to misbehave."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from simpul.contract.filters import OPERATORS, matches_filters, read_filters
from simpul.contract.integration import TestCase, make_headers
from simpul.contract.mock import make_sandbox_rows
from simpul.contract.model import Contract
from simpul.contract.validator import compile_validator

Reply = tuple[int, dict[str, str], bytes]


class FakeExchange:
    """`fault` names one way in which it is wrong: "leaks-columns", "leaks-rows", "open-door", and so on."""

    def __init__(self, contract: Contract, fault: str = "") -> None:
        self.contract, self.fault = contract, fault
        self.rows = make_sandbox_rows(contract)
        self.keys = {contract.provider_code: "provider-key"} | {
            terms.organization: f"key-{terms.organization}" for terms in contract.consumers
        }

    def answer(self, test: TestCase) -> Reply:
        key = make_headers(test, self.keys).get("Authorization", "").removeprefix("Bearer ")
        caller = next((name for name, held in self.keys.items() if held == key), None)
        if caller is None and self.fault != "open-door":
            return self.refuse(401)
        name = test.path.removeprefix("/sandbox/wilayah/v1/").removesuffix("/batches")
        if name not in self.rows:
            return self.refuse(404)
        if test.method == "POST":
            return self.deliver(name, caller or "", test)
        return self.read(name, caller or "DISDIK", test)

    def refuse(self, status: int) -> Reply:
        body = {"code": "SPL", "message": "Ditolak", "details": None, "hint": "Coba lagi"}
        return status, {}, json.dumps({"error": "no"} if self.fault == "bare-errors" else body).encode()

    def deliver(self, name: str, caller: str, test: TestCase) -> Reply:
        if caller != self.contract.provider_code:
            return self.refuse(200 if self.fault == "anyone-delivers" else 403)
        dataset = self.contract.find_dataset(name)
        assert dataset is not None
        check = compile_validator(dataset).check
        findings = [finding for row in json.loads(test.body or "[]") for finding in check(row)[1]]
        if self.fault == "takes-all":
            findings = []
        good = 0 if findings else 1
        rules = [{"column": finding.where, "rule": finding.rule, "count": 1} for finding in findings]
        report = {"inserted": 0, "updated": 0, "unchanged": good, "refused": 1 - good, "rules": rules}
        return (200 if good else 422), {}, json.dumps(report).encode()

    def read(self, name: str, caller: str, test: TestCase) -> Reply:
        terms = next(one for one in self.contract.consumers if (one.organization, one.dataset) == (caller, name))
        query = dict(test.query)
        granted = list(terms.columns)
        wanted = granted if query.pop("select", "*") == "*" else dict(test.query)["select"].split(",")
        order, limit, offset = query.pop("order", ""), query.pop("limit", "1000"), query.pop("offset", "0")
        if any(column not in granted for column in [*wanted, *query]):
            return self.refuse(400)
        if any(value.removeprefix("not.").partition(".")[0] not in OPERATORS for value in query.values()):
            return self.refuse(400)
        own = read_filters("" if self.fault == "leaks-rows" else terms.row_filter)
        asked = read_filters("&".join(f"{column}={value}" for column, value in query.items()))
        asked = () if self.fault == "ignores-filters" else asked
        rows = [row for row in self.rows[name] if matches_filters(row, own) and matches_filters(row, asked)]
        rows = self.sort(rows, order)
        if test.headers.get("Range"):
            limit = "2"
        page = rows if self.fault == "ignores-limit" else rows[int(offset) : int(offset) + int(limit)]
        shown = [self.show(row, wanted) for row in page]
        headers = {"Content-Range": f"0-{len(page)}/{len(rows)}", "Content-Type": "application/json"}
        if test.headers.get("Accept") == "text/csv" and self.fault != "no-csv":
            return 200, headers | {"Content-Type": "text/csv"}, self.write_csv(wanted, shown)
        return 200, headers, json.dumps(shown).encode()

    def sort(self, rows: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
        column, _, direction = order.partition(".")
        if not column or self.fault == "ignores-order":
            return rows
        return sorted(rows, key=lambda row: (row[column] is None, row[column] or 0), reverse=direction == "desc")

    def show(self, row: Mapping[str, Any], wanted: list[str]) -> dict[str, Any]:
        if self.fault == "leaks-columns":
            return dict(row)
        shown = {column: row[column] for column in wanted}
        return {column: str(value) for column, value in shown.items()} if self.fault == "all-text" else shown

    def write_csv(self, wanted: list[str], rows: list[dict[str, Any]]) -> bytes:
        file = io.StringIO()
        writer = csv.DictWriter(file, wanted, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        return file.getvalue().encode()
