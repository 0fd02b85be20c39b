"""The backup: all comes back from one file, and a bad file or passphrase leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simpul.contract.ddl import ColumnPlan, TablePlan
from simpul.kernel.errors import Conflict
from simpul.kernel.settings import Settings
from simpul.store.backup import check_backup, restore_backup, write_backup
from simpul.store.datasets import create_dataset_tables
from simpul.store.errors import BackupUnreadable, RestoreRefused, WrongMajor
from simpul.store.launcher import Database, open_database
from simpul.store.pools import connect
from simpul.store.queue import apply_queue_schema, defer
from simpul.store.roles import grant_privileges, make_roles
from simpul.store.sql import errors

PASSPHRASE = "kuda terbang malam"
PLAN = TablePlan("desa_v1_live", "desa", (ColumnPlan("kode", "text", True, "Kode"),), ("kode",), (), "Desa")
SettingsMaker = Callable[..., Settings]
HomeMaker = Callable[[], Path]


def fill(database: Database) -> None:
    """Give a hub roles, a waiting job, an attachment, a dataset and a key of another room."""
    apply_queue_schema(database.owner_dsn)
    with connect(database.owner_dsn) as connection:
        connection.execute("CREATE TABLE attachment (id bigint GENERATED ALWAYS AS IDENTITY, content bytea)")
        connection.execute(
            "INSERT INTO attachment (content) SELECT sha512(n::text::bytea) FROM generate_series(1, 40000) n"
        )
    make_roles(database.owner_dsn, database.keys)
    grant_privileges(database.owner_dsn)
    with connect(database.dsn("worker")) as connection:
        create_dataset_tables(connection, [PLAN])
    with connect(database.dsn("portal")) as connection:
        defer(connection, "seal", number=1)
        connection.execute("INSERT INTO desa_v1_live.desa (kode, _version, _batch) VALUES ('63.05', 1, 1)")
    (database.keys / "evidence.key").write_bytes(b"secret")


@pytest.fixture(scope="module")
def backup(
    major: int, new_home: HomeMaker, settings_for: SettingsMaker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give the backup of a filled hub that was running at the time."""
    settings = settings_for(new_home())
    target = tmp_path_factory.mktemp("backup") / f"hub-{major}.simpul"
    with open_database(settings, major=major, durable=False) as database:
        fill(database)
        write_backup(settings, target, PASSPHRASE)
    return target


def check_nothing_is_left(home: Path) -> None:
    left = [path for path in home.rglob("*") if path.name in ("data", "roles.json", "evidence.key")]
    assert left == []


def test_backup_and_restore_bring_back_rows_rights_jobs_and_keys(
    backup: Path, new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    settings = settings_for(new_home())
    restore_backup(settings, backup, PASSPHRASE)
    assert (settings.SIMPUL_HOME / "keys" / "evidence.key").read_bytes() == b"secret"
    with open_database(settings) as database:
        with connect(database.dsn("exchange")) as connection:
            assert connection.execute("SELECT kode, _row FROM desa_v1_live.desa").fetchall() == [("63.05", 1)]
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute("SELECT * FROM attachment")
        with connect(database.dsn("worker")) as connection:
            create_dataset_tables(connection, [PLAN, TablePlan("desa_v1_live", "rt", PLAN.columns, (), (), "")])
            assert connection.execute("SELECT task_name, args FROM procrastinate_jobs").fetchall() == [
                ("seal", {"number": 1})
            ]
            assert connection.execute("SELECT count(DISTINCT content) FROM attachment").fetchone() == (40000,)


def test_backup_is_unreadable_without_its_passphrase_and_readable_by_its_owner_alone(backup: Path) -> None:
    content = backup.read_bytes()
    assert backup.stat().st_mode & 0o777 == 0o600
    assert not [word for word in (b"simpul_portal", b"63.05", b"PGDMP", b"attachment") if word in content]
    assert check_backup(backup, PASSPHRASE)["format"] == 1


def test_a_wrong_passphrase_is_told_and_leaves_nothing(
    backup: Path, new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    settings = settings_for(new_home())
    with pytest.raises(BackupUnreadable, match="passphrase is wrong"):
        restore_backup(settings, backup, "kuda terbang siang")
    check_nothing_is_left(settings.SIMPUL_HOME)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.999])
def test_a_cut_backup_is_told_and_leaves_nothing(
    backup: Path, tmp_path: Path, new_home: HomeMaker, settings_for: SettingsMaker, share: float
) -> None:
    whole = backup.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(whole[: int(len(whole) * share)])
    settings = settings_for(new_home())
    with pytest.raises(BackupUnreadable):
        restore_backup(settings, cut, PASSPHRASE)
    check_nothing_is_left(settings.SIMPUL_HOME)


def test_a_changed_byte_is_found(backup: Path, tmp_path: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[-100] ^= 1
    bad = tmp_path / "bad"
    bad.write_bytes(content)
    with pytest.raises(BackupUnreadable):
        check_backup(bad, PASSPHRASE)


def test_a_hub_that_is_not_empty_is_not_restored_over(
    backup: Path, new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    settings = settings_for(new_home())
    with open_database(settings, durable=False) as database:
        with connect(database.owner_dsn) as connection:
            connection.execute("CREATE TABLE mine AS SELECT 1 AS one")
        with pytest.raises(RestoreRefused):
            restore_backup(settings, backup, PASSPHRASE)
        with connect(database.owner_dsn) as connection:
            assert connection.execute("SELECT one FROM mine").fetchone() == (1,)


def test_a_backup_is_not_written_over_a_file(backup: Path, new_home: HomeMaker, settings_for: SettingsMaker) -> None:
    with pytest.raises(Conflict):
        write_backup(settings_for(new_home()), backup, PASSPHRASE)


def test_a_restore_into_a_given_server_asks_for_an_empty_database(
    backup: Path, database: Database, new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    with connect(database.owner_dsn) as connection:
        connection.execute("CREATE TABLE mine (id int)")
    settings = settings_for(new_home(), DATABASE_URL=database.owner_dsn)
    with pytest.raises(RestoreRefused):
        restore_backup(settings, backup, PASSPHRASE)
    check_nothing_is_left(settings.SIMPUL_HOME)


def test_a_backup_of_a_newer_server_is_refused_by_an_older_one(
    backup: Path, major: int, new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    if major == 15:
        pytest.skip("there is no older one")
    home, old = new_home(), new_home()
    with open_database(settings_for(old), major=15, durable=False) as database:
        settings = settings_for(home, DATABASE_URL=database.owner_dsn)
        with pytest.raises(WrongMajor):
            restore_backup(settings, backup, PASSPHRASE)
    check_nothing_is_left(home)


def test_a_backup_restores_into_a_given_server(
    backup: Path, major: int, new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    server, home = new_home(), new_home()
    with open_database(settings_for(server), major=major, durable=False) as database:
        settings = settings_for(home, DATABASE_URL=database.owner_dsn)
        restore_backup(settings, backup, PASSPHRASE)
        with open_database(settings) as restored, connect(restored.dsn("portal")) as connection:
            assert connection.execute("SELECT kode FROM desa_v1_live.desa").fetchall() == [("63.05",)]
