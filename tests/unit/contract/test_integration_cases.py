"""The generated integration tests pass on a right exchange, and each fault of a wrong one is caught."""

import json

import pytest
from contract_strategies import contracts, make_contract
from fake_exchange import FakeExchange
from hypothesis import given, settings

from simpul.contract.integration import TestCase, judge, list_integration_tests, make_headers
from simpul.contract.model import Contract


def list_failures(contract: Contract, fault: str = "") -> list[str]:
    exchange = FakeExchange(contract, fault)
    tests = list_integration_tests(contract)
    return [test.name.id for test in tests if judge(test, *exchange.answer(test)) is not None]


def test_right_exchange_passes_them_all() -> None:
    assert list_failures(make_contract()) == []


@pytest.mark.parametrize(
    ("fault", "part"),
    [
        ("leaks-columns", "hanya kolom"),
        ("leaks-rows", "di luar hak"),
        ("open-door", "tanpa kunci"),
        ("bare-errors", "galat"),
        ("anyone-delivers", "tidak dapat mengirim"),
        ("takes-all", "menolak"),
        ("ignores-filters", "saringan"),
        ("ignores-limit", "limit"),
        ("ignores-order", "urutan"),
        ("no-csv", "CSV"),
        ("all-text", "tipe kolom"),
    ],
)
def test_wrong_exchange_is_caught(fault: str, part: str) -> None:
    assert any(part in name for name in list_failures(make_contract(), fault))


def test_each_part_that_the_sop_asks_for_is_tested() -> None:
    names = " ".join(test.name.en for test in list_integration_tests(make_contract()))
    for part in ("right key", "wrong key", "no key", "can't be asked", "outside the grant", "limit", "offset", "CSV"):
        assert part in names
    for operator in ("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is"):
        assert f"filter {operator} on" in names
        assert f"filter not.{operator} on" in names
    for rule in (
        "required",
        "type",
        "length",
        "minimum",
        "precision",
        "scale",
        "code-list",
        "format-nik",
        "unknown-column",
    ):
        assert f"rule {rule} refuses" in names


@given(contracts())
@settings(max_examples=15, deadline=None)
def test_any_contract_gets_tests_that_survive_json(contract: Contract) -> None:
    tests = list_integration_tests(contract)
    assert tests
    assert [TestCase.from_dict(json.loads(json.dumps(test.to_dict()))) for test in tests] == tests


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"null", b"[1]", b'{"rules": 5, "refused": 1}', b"[[]]"])
def test_judge_never_fails_on_a_strange_answer(body: bytes) -> None:
    for test in list_integration_tests(make_contract()):
        fault = judge(test, test.statuses[0], {}, body)
        assert fault is None or fault.id


def test_keys_stand_in_the_header_only_where_meant() -> None:
    tests = {test.key: test for test in list_integration_tests(make_contract())}
    keys = {"DISDIK": "a", "DUKCAPIL": "b"}
    assert make_headers(tests["DISDIK"], keys)["Authorization"] == "Bearer a"
    assert make_headers(tests["wrong"], keys)["Authorization"].startswith("Bearer spl_test_0")
    assert "Authorization" not in make_headers(tests[""], keys)
    with pytest.raises(KeyError):
        make_headers(tests["DUKCAPIL"], {})
