"""How errors are told, and which key of several is taken."""

import json

import pytest

from simpul.access.errors import KeyMissing
from simpul.access.keys import make_key
from simpul.exchange.authenticate import find_key_text
from simpul.exchange.errors import MethodUnknown, Unexpected, explain_sqlstate, write_error
from simpul.kernel.errors import Finding, Invalid, SimpulError
from simpul.kernel.words import Words
from simpul.query.errors import ParseFailed
from simpul.store.errors import DatabaseAway


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [
        (KeyMissing(), 401, "www-authenticate"),
        (DatabaseAway(), 503, "retry-after"),
        (MethodUnknown("PUT", "GET"), 405, "allow"),
        (Unexpected(), 500, "content-type"),
    ],
)
def test_error_is_told_with_its_status_and_header(error: SimpulError, status: int, header: str) -> None:
    answer = write_error(error)
    body = json.loads(answer.body)
    assert (answer.status, answer.code, body["code"]) == (status, error.code, error.code)
    assert header in answer.headers
    assert set(body) == {"code", "message", "details", "hint"}
    assert str(error.message.id) in body["message"]
    assert str(error.message.en) in body["message"]


def test_details_say_where() -> None:
    where = ParseFailed(details=Words("pada huruf ke-3", "at character 3"), parameter="kode")
    assert "pada huruf ke-3" in json.loads(write_error(where).body)["details"]
    found = Invalid(findings=[Finding("kolom x", "unknown", Words("tidak ada", "not there"))])
    assert json.loads(write_error(found).body)["details"] == "kolom x: tidak ada / not there"


@pytest.mark.parametrize(
    ("sqlstate", "status"),
    [
        ("22P02", 400), ("22012", 400), ("23505", 409), ("23502", 400), ("42501", 403), ("42883", 400),
        ("42601", 400), ("2201B", 400), ("54000", 400), ("54001", 400), ("0A000", 400), ("42803", 500), ("25006", 503),
        ("40001", 503), ("55P03", 503), ("42703", 503), ("58030", 500), ("42P01", 503), ("3F000", 503), ("53200", 503), ("08006", 503), ("57P01", 503), ("XX000", 500), (None, 500),
    ],
)  # fmt: skip
def test_sqlstate_has_its_status(sqlstate: str | None, status: int) -> None:
    assert explain_sqlstate(sqlstate).status == status


def test_first_header_that_holds_a_key_is_taken() -> None:
    key, other = make_key("live").text, make_key("live").text
    assert find_key_text({"authorization": f"Bearer {key}", "apikey": other}) == key
    assert find_key_text({"authorization": "Bearer eyJhbGciOi", "apikey": key}) == key
    assert find_key_text({"authorization": f"bearer {key}"}) == key
    assert find_key_text({"authorization": "Basic abc", "x-api-key": key}) == key
    assert find_key_text({"authorization": "Bearer eyJ"}) == "eyJ"
    assert find_key_text({}) is None
