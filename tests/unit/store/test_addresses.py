"""Addresses of databases: read in both forms, written as URL, and never told in an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpul.store.errors import BadAddress
from simpul.store.pools import name_connection, read_dsn, write_dsn

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=20)


@given(user=TEXT, password=TEXT, dbname=TEXT)
def test_any_user_password_and_name_survive_the_url(user: str, password: str, dbname: str) -> None:
    parts = {"host": "127.0.0.1", "port": "5499", "user": user, "password": password, "dbname": dbname}
    assert read_dsn(write_dsn(parts)) == parts


@pytest.mark.parametrize("host", ["/run/simpul/postgres", "::1", "db.tapinkab.go.id"])
def test_any_kind_of_host_survives_the_url(host: str) -> None:
    parts = {"host": host, "user": "a", "dbname": "b", "sslmode": "require", "options": "-c statement_timeout=5"}
    assert read_dsn(write_dsn(parts)) == parts


def test_several_servers_survive_the_url() -> None:
    parts = {"host": "a.example,b.example", "port": "5432,5433", "user": "a", "dbname": "b"}
    assert write_dsn(parts) == "postgresql://a@a.example:5432,b.example:5433/b"
    assert read_dsn(write_dsn(parts)) == parts


def test_both_forms_are_read_alike() -> None:
    assert read_dsn("host=db user=a password='b c' dbname=d") == read_dsn("postgresql://a:b%20c@db/d")


def test_an_unreadable_address_is_refused_without_telling_it() -> None:
    with pytest.raises(BadAddress) as caught:
        read_dsn("postgres!//simpul:rahasia@db")
    assert "rahasia" not in str(caught.value) + str(caught.value.hint)
    assert caught.value.__suppress_context__


def test_limits_are_added_to_the_options_that_are_there() -> None:
    address = name_connection("postgresql://a@db/d?options=-c%20jit%3Doff", "simpul test", statement_seconds=1.5)
    parts = read_dsn(address)
    assert parts["options"] == "-c jit=off -c statement_timeout=1500"
    assert parts["application_name"] == "simpul test"
