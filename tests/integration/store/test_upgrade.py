"""The move to a newer PostgreSQL: rows, rights and roles go along, and a failure leaves the old one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from simpul.contract.ddl import ColumnPlan, TablePlan
from simpul.kernel.settings import Settings
from simpul.store.binaries import list_binaries
from simpul.store.datasets import create_dataset_tables
from simpul.store.errors import ClusterInUse, NoBinaries, UpgradeFailed
from simpul.store.launcher import Database, open_database
from simpul.store.pools import connect
from simpul.store.queue import apply_queue_schema, defer
from simpul.store.roles import grant_privileges, make_roles
from simpul.store.sql import errors
from simpul.store.upgrade import Move, upgrade_cluster

PLAN = TablePlan("desa_v1_live", "desa", (ColumnPlan("kode", "text", True, ""),), ("kode",), (), "")
SettingsMaker = Callable[..., Settings]


def fill(database: Database) -> None:
    """Give the hub roles, a queue with a job, evidence, and a dataset of 1,000 rows."""
    apply_queue_schema(database.owner_dsn)
    with connect(database.owner_dsn) as connection:
        connection.execute("CREATE TABLE evidence (id bigint GENERATED ALWAYS AS IDENTITY, file bytea)")
        connection.execute("INSERT INTO evidence (file) VALUES (decode(repeat('00ff', 100000), 'hex'))")
    make_roles(database.owner_dsn, database.keys)
    grant_privileges(database.owner_dsn)
    with connect(database.dsn("worker")) as connection:
        create_dataset_tables(connection, [PLAN])
    with connect(database.dsn("portal")) as connection:
        defer(connection, "seal")
        connection.execute(
            "INSERT INTO desa_v1_live.desa (kode, _version, _batch) SELECT n::text, 1, 1 FROM generate_series(1, 1000) n"
        )


def check_whole(database: Database) -> None:
    """Check that rows, numbering and each role's rights are as `fill` left them."""
    with connect(database.dsn("exchange")) as connection:
        assert connection.execute("SELECT count(*) FROM desa_v1_live.desa").fetchone() == (1000,)
        row = connection.execute(
            "INSERT INTO desa_v1_live.desa (kode, _version, _batch) VALUES ('x', 2, 2) RETURNING _row"
        ).fetchone()
        assert row == (1001,)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("DELETE FROM evidence")
    with connect(database.dsn("worker")) as connection:
        connection.execute("ALTER TABLE desa_v1_live.desa ADD COLUMN nama text")
        assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)
        assert connection.execute("SELECT length(file) FROM evidence").fetchone() == (200000,)
        connection.rollback()
    with connect(database.owner_dsn) as connection:
        connection.execute("CREATE TABLE later (id int)")
        connection.rollback()


@pytest.fixture(scope="module")
def old_home(new_home: Callable[[], Path], settings_for: SettingsMaker) -> Path:
    """Give a filled and stopped hub on PostgreSQL 15; to be copied, not changed."""
    if not {15, 18} <= {found.major for found in list_binaries()}:
        pytest.skip("PostgreSQL 15 and 18 are not both installed here")
    home = new_home()
    with open_database(settings_for(home), major=15) as database:
        fill(database)
    return home


@pytest.fixture
def old_hub(old_home: Path, new_home: Callable[[], Path], settings_for: SettingsMaker) -> Settings:
    home = new_home()
    shutil.rmtree(home)
    shutil.copytree(old_home, home, symlinks=True)
    for path in (old_home, *old_home.rglob("*")):
        status = path.lstat()
        shutil.chown(home / path.relative_to(old_home), status.st_uid, status.st_gid)
    home.chmod(old_home.stat().st_mode)
    return settings_for(home)


@pytest.mark.parametrize("with_dump", [False, True])
def test_a_cluster_moves_from_15_to_18_whole(old_hub: Settings, with_dump: bool) -> None:
    moved = upgrade_cluster(old_hub, with_dump=with_dump)
    assert (moved.before, moved.after, moved.by_files) == (15, 18, not with_dump)
    assert moved.rows > 1000
    assert not (old_hub.SIMPUL_HOME / "postgres" / "15").exists()
    with open_database(old_hub) as database:
        with connect(database.owner_dsn) as connection:
            assert connection.info.server_version // 10000 == 18
        check_whole(database)
    assert upgrade_cluster(old_hub) == Move(18, 18)


def test_a_running_hub_is_not_moved(old_hub: Settings) -> None:
    with open_database(old_hub), pytest.raises(ClusterInUse):
        upgrade_cluster(old_hub)


def test_a_failed_move_leaves_the_old_cluster_in_use(old_hub: Settings) -> None:
    with open_database(old_hub) as database, connect(database.owner_dsn) as connection:
        # A kind of column that pg_upgrade doesn't carry over.
        connection.execute("CREATE TABLE odd (what regprocedure)")
    with pytest.raises(UpgradeFailed) as caught:
        upgrade_cluster(old_hub)
    log = old_hub.SIMPUL_HOME / "postgres" / "18" / "upgrade.log"
    assert str(log) in caught.value.hint.id
    assert "reg" in log.read_text()
    with open_database(old_hub) as database:
        with connect(database.owner_dsn) as connection:
            assert connection.info.server_version // 10000 == 15
        check_whole(database)


def test_a_home_without_a_cluster_has_nothing_to_move(
    new_home: Callable[[], Path], settings_for: SettingsMaker
) -> None:
    with pytest.raises(NoBinaries):
        upgrade_cluster(settings_for(new_home()))
