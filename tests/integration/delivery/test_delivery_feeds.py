"""The feeds beside the datasets' tables: made for old tables too, never changed, and never taken for another history."""

from collections.abc import Iterator
from typing import Any

import pytest
from delivery_bench import make_bench, prepare

from simpul.contract.ddl import ColumnPlan, TablePlan
from simpul.contract.model import Column
from simpul.kernel.clock import now
from simpul.store.datasets import adopt_dataset_schemas, create_dataset_tables, drop_dataset_tables, list_users
from simpul.store.feeds import add_missing_feeds, is_feed, name_feed
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import Connection, errors

CODE = ColumnPlan("kode", "text", True, "Kode")


@pytest.fixture(scope="module")
def delivery_database(database: Database) -> Database:
    return prepare(database)


@pytest.fixture
def owner(delivery_database: Database) -> Iterator[Connection[Any]]:
    with connect(delivery_database.owner_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def plan(owner: Connection[Any], delivery_database: Database) -> TablePlan:
    """Give a dataset's table at version 7."""
    target = make_bench(delivery_database, [Column("kode", key=True, required=True)]).target
    owner.execute("UPDATE dataset SET version = 7 WHERE id = %s", [target.dataset_id])
    return TablePlan(target.schema, target.table, (CODE,), ("kode",), (), "Desa")


def make(database: Database, plan: TablePlan) -> None:
    with connect(database.dsn("worker")) as connection:
        create_dataset_tables(connection, [plan])


def ask(owner: Connection[Any], plan: TablePlan) -> tuple[int, int | None]:
    """Return the dataset's version and since when its feed is whole."""
    [found] = owner.execute(
        "SELECT version, complete_since FROM dataset d LEFT JOIN feed f ON f.dataset_id = d.id WHERE schema_name = %s",
        [plan.schema],
    ).fetchall()
    return found[0], found[1]


@pytest.mark.parametrize("table", ["desa", "d" * 63, "d" * 55, "d" * 56])
def test_a_feeds_name_fits_and_is_its_own(table: str) -> None:
    name = name_feed(table)
    assert len(name) <= 63
    assert is_feed(name)
    assert not is_feed(table)
    assert name_feed("e" + table[1:]) != name


def test_a_table_made_before_there_were_feeds_gets_one(
    owner: Connection[Any], delivery_database: Database, plan: TablePlan
) -> None:
    owner.execute(f'DROP TABLE {plan.schema}."desa$changes"'.encode())
    assert add_missing_feeds(owner, list_users(owner)) == 1
    assert add_missing_feeds(owner, list_users(owner)) == 0
    assert ask(owner, plan) == (7, 7)
    add = f"INSERT INTO {plan.schema}.\"desa$changes\" (version, operation, _row) VALUES (8, 'I', 1)".encode()
    with connect(delivery_database.dsn("exchange"), autocommit=True) as connection:
        connection.execute(add)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f'DELETE FROM {plan.schema}."desa$changes"'.encode())
    with connect(delivery_database.dsn("worker"), autocommit=True) as connection:
        assert connection.execute(f'DELETE FROM {plan.schema}."desa$changes"'.encode()).rowcount == 1


def test_the_worker_gives_an_old_table_its_feed_when_a_minor_version_comes(
    owner: Connection[Any], delivery_database: Database, plan: TablePlan
) -> None:
    owner.execute(f'DROP TABLE {plan.schema}."desa$changes"'.encode())
    make(delivery_database, plan)
    assert ask(owner, plan) == (7, 7)


def test_a_minor_version_keeps_the_feed(owner: Connection[Any], delivery_database: Database, plan: TablePlan) -> None:
    make(delivery_database, plan)
    assert ask(owner, plan) == (7, None)


def test_a_table_made_anew_goes_on_at_a_version_nobody_had(
    owner: Connection[Any], delivery_database: Database, plan: TablePlan
) -> None:
    with connect(delivery_database.dsn("worker")) as connection:
        drop_dataset_tables(connection, plan.schema)
        create_dataset_tables(connection, [plan])
    assert ask(owner, plan) == (8, 8)


def test_after_a_restore_versions_go_on_past_all_that_were_given(owner: Connection[Any], plan: TablePlan) -> None:
    adopt_dataset_schemas(owner)
    version, since = ask(owner, plan)
    assert version == since
    assert version >= int(now().timestamp()) - 5
    adopt_dataset_schemas(owner)
    assert ask(owner, plan)[0] > version
