"""Named SQL and the table of rights: what isn't of the form is refused when it is loaded."""

import pytest

from simpul.store.privileges import PRIVILEGES, find_privileges, parse_privileges
from simpul.store.sql import parse_queries


def test_queries_keep_their_text_and_sentence() -> None:
    queries = parse_queries("-- one: First.\nSELECT 1\n  FROM a;\n\n-- two: Second.\nSELECT %(x)s\n")
    assert (queries.one, queries.two) == (b"SELECT 1\n  FROM a", b"SELECT %(x)s")
    assert queries.about == {"one": "First.", "two": "Second."}


@pytest.mark.parametrize(
    "text", ["SELECT 1", "SELECT 0;\n-- one: First.\nSELECT 1", "-- a: A.\nSELECT 1;\n-- a: B.\nSELECT 2"]
)
def test_a_query_without_a_name_or_with_a_taken_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"first|named"):
        parse_queries(text)


def test_an_unknown_query_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="none"):
        parse_queries("-- one: First.\nSELECT 1").none  # noqa: B018


@pytest.mark.parametrize(
    "text", ["ALL", "SELECT; DROP TABLE a", "TRUNCATE", "SELECT,INSERT", "SELECT (a; b)", "select"]
)
def test_a_right_outside_the_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a privilege"):
        parse_privileges(text)


def test_every_right_of_the_table_can_be_read() -> None:
    assert all(parse_privileges(text) for rights in PRIVILEGES.values() for text in rights.values())
    assert {role for rights in PRIVILEGES.values() for role in rights} == {"portal", "exchange", "worker"}


def test_a_table_that_is_not_listed_has_no_rights() -> None:
    assert find_privileges("secret") is None


def test_a_full_name_wins_over_a_pattern() -> None:
    assert find_privileges("a_b", {"a_*": {"portal": "SELECT"}, "a_b": {}}) == {}


@pytest.mark.parametrize("table", ["evidence", "seal", "sealed_row", "case_event", "audit_entry"])
def test_append_only_tables_are_changed_by_nobody(table: str) -> None:
    verbs = {verb for text in PRIVILEGES[table].values() for verb, _columns in parse_privileges(text)}
    assert verbs <= {"SELECT", "INSERT"}


@pytest.mark.parametrize(
    "table", ["person", "case_file", "case_event", "attachment", "paper", "personal_token", "django_session"]
)
def test_exchange_has_no_right_on_accounts_and_cases(table: str) -> None:
    assert "exchange" not in (find_privileges(table) or {})
