"""Datasets' tables: made and extended by the worker, used by the planes, never blocking readers for long."""

import time
from dataclasses import replace

import pytest

from simpul.contract.ddl import ColumnPlan, TablePlan
from simpul.store.datasets import create_dataset_tables, drop_dataset_tables
from simpul.store.errors import DatabaseBusy, NameUnusable, TableDiffers
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.roles import grant_privileges, make_roles
from simpul.store.sql import errors

CODE = ColumnPlan("kode", "text", True, "Kode wilayah")
NAME = ColumnPlan('na"ma', "text", False, "Nama; dengan 'kutip'")
PLAN = TablePlan("wilayah_v1_live", "desa", (CODE, NAME), ("kode",), (('na"ma',),), "Desa")
ADD_ROW = 'INSERT INTO wilayah_v1_live.desa (kode, "na""ma", _version, _batch) VALUES (%s, %s, 1, 1)'


@pytest.fixture
def hub(database: Database) -> Database:
    make_roles(database.owner_dsn, database.keys)
    grant_privileges(database.owner_dsn)
    return database


def make(hub: Database, *plans: TablePlan) -> None:
    with connect(hub.dsn("worker")) as connection:
        create_dataset_tables(connection, plans)


@pytest.mark.parametrize("role", ["portal", "exchange"])
def test_both_planes_use_the_tables_and_change_none(hub: Database, role: str) -> None:
    make(hub, PLAN)
    with connect(hub.dsn(role)) as connection:
        connection.execute(ADD_ROW, ["63.05", "Tapin"])
        connection.execute("UPDATE wilayah_v1_live.desa SET _version = 2")
        assert connection.execute("SELECT kode, _row, _version FROM wilayah_v1_live.desa").fetchall() == [
            ("63.05", 1, 2)
        ]
        connection.execute("DELETE FROM wilayah_v1_live.desa")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE wilayah_v1_live.desa ADD COLUMN more text")


@pytest.mark.parametrize("second", [("63.05", "Lain"), ("63.06", "Tapin")])
def test_key_and_unique_columns_take_a_value_once(hub: Database, second: tuple[str, str]) -> None:
    make(hub, PLAN)
    with connect(hub.dsn("exchange")) as connection:
        connection.execute(ADD_ROW, ["63.05", "Tapin"])
        with pytest.raises(errors.UniqueViolation):
            connection.execute(ADD_ROW, second)


def test_a_minor_version_adds_a_column_and_keeps_the_rows(hub: Database) -> None:
    make(hub, PLAN)
    with connect(hub.dsn("exchange")) as connection:
        connection.execute(ADD_ROW, ["63.05", "Tapin"])
    area = ColumnPlan("luas", "numeric(12,2)", False, "Luas")
    make(hub, replace(PLAN, columns=(*PLAN.columns, area)))
    make(hub, replace(PLAN, columns=(*PLAN.columns, area)))
    with connect(hub.dsn("portal")) as connection:
        assert connection.execute("SELECT kode, luas FROM wilayah_v1_live.desa").fetchall() == [("63.05", None)]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ((CODE,), "column-missing"),
        ((CODE, replace(NAME, type="bigint")), "type-changed"),
        ((CODE, replace(NAME, required=True)), "now-required"),
        ((CODE, NAME, ColumnPlan("luas", "bigint", True, "")), "new-required"),
    ],
)
def test_a_change_that_is_not_minor_is_refused_and_leaves_all_as_it_was(
    hub: Database, columns: tuple[ColumnPlan, ...], rule: str
) -> None:
    make(hub, PLAN)
    other = replace(PLAN, table="kecamatan")
    with pytest.raises(TableDiffers) as caught:
        make(hub, other, replace(PLAN, columns=columns))
    assert [finding.rule for finding in caught.value.findings] == [rule]
    with connect(hub.owner_dsn) as connection:
        assert connection.execute("SELECT to_regclass('wilayah_v1_live.kecamatan')").fetchone() == (None,)


def test_a_type_outside_the_list_never_reaches_the_database(hub: Database) -> None:
    with pytest.raises(NameUnusable):
        make(hub, replace(PLAN, columns=(replace(CODE, type="text); DROP SCHEMA public CASCADE; --"),)))


@pytest.mark.parametrize("schema", ["public", "pg_catalog", "information_schema"])
def test_schemas_of_the_hub_and_the_server_are_not_dropped(hub: Database, schema: str) -> None:
    with connect(hub.owner_dsn) as connection, pytest.raises(NameUnusable):
        drop_dataset_tables(connection, schema)


def test_dropping_twice_is_no_error(hub: Database) -> None:
    make(hub, PLAN)
    with connect(hub.dsn("worker")) as connection:
        drop_dataset_tables(connection, PLAN.schema)
        drop_dataset_tables(connection, PLAN.schema)
        assert connection.execute("SELECT to_regclass('wilayah_v1_live.desa')").fetchone() == (None,)


def test_a_change_waits_two_seconds_for_a_reader_and_no_longer(hub: Database) -> None:
    make(hub, PLAN)
    with connect(hub.dsn("exchange")) as reader, connect(hub.dsn("worker")) as connection:
        reader.execute("SELECT * FROM wilayah_v1_live.desa")
        began = time.monotonic()
        with pytest.raises(DatabaseBusy):
            drop_dataset_tables(connection, PLAN.schema)
    assert 1.5 < time.monotonic() - began < 4
