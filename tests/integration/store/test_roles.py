"""Roles: made once, told to a DBA where they can't be made, and held to their table of rights."""

from pathlib import Path

import pytest

from simpul.kernel.errors import Misconfigured
from simpul.store.errors import RolesForeign, RolesMissing
from simpul.store.launcher import ROLES, Database
from simpul.store.passwords import read_passwords
from simpul.store.pools import connect, read_dsn, write_dsn
from simpul.store.roles import grant_privileges, make_roles, print_roles
from simpul.store.sql import errors

TABLES = """
CREATE TABLE evidence (id bigint GENERATED ALWAYS AS IDENTITY, number bigserial, what text);
CREATE TABLE organization (id bigint, code text, name text, secret text);
CREATE TABLE person (id bigint, email text);
CREATE TABLE case_file (id bigint);
CREATE TABLE stray (id bigint);
"""


@pytest.fixture
def granted(database: Database) -> Database:
    with connect(database.owner_dsn) as connection:
        connection.execute(TABLES)
    make_roles(database.owner_dsn, database.keys)
    grant_privileges(database.owner_dsn)
    return database


def try_statement(database: Database, role: str, statement: str) -> bool:
    """Return whether the role may do it; nothing stays done."""
    with connect(database.dsn(role)) as connection:
        try:
            connection.execute(statement.encode())
        except errors.InsufficientPrivilege:
            return False
        finally:
            connection.rollback()
    return True


FORBIDDEN_TO_ALL = (
    "UPDATE evidence SET what = ''",
    "DELETE FROM evidence",
    "TRUNCATE evidence",
    "ALTER TABLE evidence ADD COLUMN more text",
    "DROP TABLE evidence",
    "CREATE TABLE own (id int)",
    "SELECT * FROM stray",
    "CREATE ROLE more",
    "SELECT pg_read_file('/etc/passwd')",
    "COPY person TO PROGRAM 'true'",
)
FORBIDDEN_TO_EXCHANGE = (
    "SELECT * FROM person",
    "SELECT * FROM case_file",
    "SELECT secret FROM organization",
    "SELECT * FROM organization",
)


@pytest.mark.parametrize("role", ["portal", "exchange", "worker"])
def test_no_process_may_change_evidence_or_fixed_tables(granted: Database, role: str) -> None:
    assert [done for done in FORBIDDEN_TO_ALL if try_statement(granted, role, done)] == []


def test_exchange_may_not_read_accounts_and_cases(granted: Database) -> None:
    assert [done for done in FORBIDDEN_TO_EXCHANGE if try_statement(granted, "exchange", done)] == []


def test_exchange_may_do_its_own_work(granted: Database) -> None:
    assert try_statement(granted, "exchange", "INSERT INTO evidence (what) VALUES ('read')")
    assert try_statement(granted, "exchange", "SELECT id, code, name FROM organization")
    assert try_statement(granted, "exchange", "CREATE TEMP TABLE staged (id int)")


def test_only_the_worker_may_make_schemas(granted: Database) -> None:
    assert [role for role in ROLES if try_statement(granted, role, "CREATE SCHEMA wilayah_v1_live")] == ["worker"]


def test_a_table_without_a_row_of_rights_is_reported(granted: Database) -> None:
    assert grant_privileges(granted.owner_dsn) == ["stray"]


def test_a_right_that_was_given_by_hand_is_taken_back(granted: Database) -> None:
    with connect(granted.owner_dsn) as connection:
        connection.execute("GRANT ALL ON stray, person TO simpul_exchange; GRANT DELETE ON evidence TO PUBLIC")
    assert try_statement(granted, "exchange", "SELECT * FROM person")
    grant_privileges(granted.owner_dsn)
    assert not try_statement(granted, "exchange", "SELECT * FROM person")
    assert not try_statement(granted, "portal", "DELETE FROM evidence")


def test_making_roles_again_keeps_their_passwords(granted: Database) -> None:
    before = read_passwords(granted.keys)
    make_roles(granted.owner_dsn, granted.keys)
    assert read_passwords(granted.keys) == before
    assert (granted.keys / "roles.json").stat().st_mode & 0o777 == 0o600


def test_a_changed_password_is_mended(granted: Database) -> None:
    with connect(granted.owner_dsn) as connection:
        connection.execute("ALTER ROLE simpul_portal PASSWORD 'other'")
    make_roles(granted.owner_dsn, granted.keys)
    assert try_statement(granted, "portal", "SELECT 1")


def test_roles_of_another_hub_are_not_taken_over(granted: Database, tmp_path: Path) -> None:
    with pytest.raises(RolesForeign, match="simpul_exchange"):
        make_roles(granted.owner_dsn, tmp_path)
    assert try_statement(granted, "portal", "SELECT 1")


def test_roles_are_asked_for_before_they_are_used(database: Database, tmp_path: Path) -> None:
    with pytest.raises(RolesMissing) as caught:
        Database(database.owner_dsn, tmp_path).dsn("portal")
    assert "./simpul migrate" in caught.value.hint.id


def test_printed_roles_hold_no_password_and_let_the_hub_in(granted: Database, tmp_path: Path) -> None:
    script = print_roles(tmp_path, owner="simpul")
    passwords = read_passwords(tmp_path)
    assert passwords.keys() == set(ROLES.values())
    assert not any(password in script for password in passwords.values())
    superuser = {"user": "postgres", "password": read_passwords(granted.keys)["postgres"]}
    with connect(write_dsn(read_dsn(granted.owner_dsn) | superuser)) as connection:
        connection.execute(script.encode())
    other = Database(granted.owner_dsn, tmp_path)
    make_roles(other.owner_dsn, other.keys)
    assert try_statement(other, "worker", "SELECT 1")
    # The other tests of this cluster use the first hub's passwords.
    make_roles(granted.owner_dsn, granted.keys)


def test_an_owner_without_createrole_is_told_of_print_roles(granted: Database, tmp_path: Path) -> None:
    with connect(granted.owner_dsn) as connection:
        connection.execute("DROP ROLE IF EXISTS weak")
        connection.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
        connection.execute("ALTER ROLE simpul_portal PASSWORD 'other'")
        name = connection.info.dbname
        connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO weak')
    weak = write_dsn(read_dsn(granted.owner_dsn) | {"user": "weak", "password": "weak"})
    with pytest.raises(RolesMissing) as caught:
        make_roles(weak, granted.keys)
    assert "--print-roles" in caught.value.hint.en
    with pytest.raises(Misconfigured, match="doesn't own"):
        grant_privileges(weak)
    make_roles(granted.owner_dsn, granted.keys)


def test_the_owner_reads_what_the_worker_made(granted: Database) -> None:
    with connect(granted.dsn("worker")) as connection:
        connection.execute("CREATE SCHEMA made; CREATE TABLE made.rows AS SELECT 1 AS one")
    with connect(granted.owner_dsn) as connection:
        assert connection.execute("SELECT one FROM made.rows").fetchone() == (1,)
