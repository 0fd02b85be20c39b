"""Moves the hub's private cluster to a newer PostgreSQL; the old one stays until the new one is proved.

By `pg_upgrade` (copying files) where both majors have what it needs, else by dump and restore. The new
cluster is made in a folder `moving`; its renaming to `data` is the moment of change, and what comes before
it can be broken off and done again.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import TimeoutExpired
from typing import NamedTuple

from simpul.kernel.errors import SimpulError
from simpul.kernel.settings import Settings
from simpul.store.account import find_account
from simpul.store.binaries import Binaries, keep_binaries, list_binaries
from simpul.store.cluster import SUPERUSER, Cluster, find_free_port
from simpul.store.dump import dump_database, restore_database
from simpul.store.errors import ClusterInUse, NoBinaries, UpgradeFailed
from simpul.store.launcher import DATABASE, find_binaries
from simpul.store.passwords import read_passwords
from simpul.store.place import Place, find_place
from simpul.store.pools import connect, read_dsn, write_dsn
from simpul.store.server_process import find_running, stop_process
from simpul.store.sql import SQL, Identifier

_OLD_NEEDS = ("postgres", "pg_ctl", "pg_controldata", "pg_resetwal")
_NEW_NEEDS = (*_OLD_NEEDS, "initdb", "pg_dump", "pg_dumpall", "pg_restore", "psql", "pg_upgrade", "vacuumdb")


class Move(NamedTuple):
    """What an upgrade did: majors before and after (equal: there was nothing to do), rows found, and the way."""

    before: int
    after: int
    rows: int = 0
    by_files: bool = False


def upgrade_cluster(settings: Settings, *, with_dump: bool = False) -> Move:
    """Move the cluster of SIMPUL_HOME to the newest installed major and remove the old one.

    Every table's rows are counted before and after. `with_dump` chooses dump and restore.

    Raises: ClusterInUse while the hub runs; NoBinaries where there is no cluster or its own major is gone;
        UpgradeFailed, with the old cluster as it was.
    """
    place = find_place(settings.SIMPUL_HOME, find_account())
    with _own_alone(place):
        found = place.find_major()
        if found is None:
            raise NoBinaries(wanted="")
        newer = [one for one in list_binaries() if one.major > found]
        if not newer:
            return Move(found, found)
        target = max(newer, key=lambda one: one.major)
        old = Cluster(place, find_binaries(place, found, None))
        new = _prepare(place, target)
        by_files = not with_dump and old.binaries.has(*_OLD_NEEDS) and new.binaries.has(*_NEW_NEEDS)
        rows = _move(old, new, by_files=by_files)
        new.data.rename(place.data(new.major))
        shutil.rmtree(place.folder(found), ignore_errors=True)
        return Move(found, new.major, rows, by_files)


@contextmanager
def _own_alone(place: Place) -> Iterator[None]:
    with place.lock.open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ClusterInUse from error
        major = place.find_major()
        # A hub that was killed may have left its server running.
        running = find_running(place.data(major)) if major is not None else None
        if running:
            stop_process(running.pid)
        yield


def _prepare(place: Place, target: Binaries) -> Cluster:
    place.make_folder(place.folder(target.major), for_database=False)
    binaries = keep_binaries(target, place.program(target.major), place.account)
    new = Cluster(place, binaries, folder=place.folder(target.major) / "moving")
    shutil.rmtree(new.data, ignore_errors=True)
    new.make(read_passwords(place.keys)[SUPERUSER])
    return new


def _move(old: Cluster, new: Cluster, *, by_files: bool) -> int:
    """Fill the new cluster and compare; on any failure remove it. Returns the number of rows."""
    log = new.place.folder(new.major) / "upgrade.log"
    try:
        before = _count_rows(old)
        (_move_files if by_files else _move_rows)(old, new, log)
        after = _count_rows(new)
    except SimpulError as error:
        shutil.rmtree(new.data, ignore_errors=True)
        if isinstance(error, UpgradeFailed):
            raise
        log.write_text(f"{error}\n{error.hint}\n", "utf-8")
        raise UpgradeFailed(log=log) from error
    if before != after:
        shutil.rmtree(new.data, ignore_errors=True)
        log.write_text(
            "\n".join(
                sorted(f"{name}: {before.get(name)} / {after.get(name)}" for name in before.keys() | after.keys())
            ),
            "utf-8",
        )
        raise UpgradeFailed(log=log)
    return sum(after.values())


@contextmanager
def _running(cluster: Cluster) -> Iterator[str]:
    """Run a cluster for a moment; gives its superuser's address."""
    port = find_free_port()
    server = cluster.start(port)
    try:
        password = read_passwords(cluster.place.keys)[SUPERUSER]
        yield write_dsn(
            {"host": "127.0.0.1", "port": str(port), "user": SUPERUSER, "password": password, "dbname": DATABASE}
        )
    finally:
        stop_process(server.pid)
        with suppress(TimeoutExpired):
            server.wait(timeout=2)


def _count_rows(cluster: Cluster) -> dict[str, int]:
    """Return the exact number of rows of each table of the hub's database; fills the planner's statistics too."""
    with _running(cluster) as dsn, connect(dsn, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$)'"
        ).fetchall()
        counts = {}
        for schema, table in tables:
            row = connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(schema, table))).fetchone()
            counts[f"{schema}.{table}"] = int(row[0]) if row else 0
        connection.execute("ANALYZE")
        return counts


def _move_rows(old: Cluster, new: Cluster, _log: Path) -> None:
    """Dump roles and database of the old cluster into the new one, as a stream."""
    programs = new.binaries
    with _running(old) as source, _running(new) as target:
        empty = write_dsn(read_dsn(target) | {"dbname": "postgres"})
        # The superuser exists already, and psql goes on after that one error.
        restore_database(
            programs.program("psql"), empty, dump_database(programs.program("pg_dumpall"), source, "--roles-only")
        )
        pieces = dump_database(programs.program("pg_dump"), source, "--format=custom", "--create")
        restore_database(
            programs.program("pg_restore"), empty, pieces, "--dbname=postgres", "--create", "--exit-on-error"
        )


def _move_files(old: Cluster, new: Cluster, log: Path) -> None:
    """Let `pg_upgrade` copy the old cluster's files into the new one."""
    with _make_workplace(new.place) as folder:
        command: list[str | Path] = [
            new.binaries.program("pg_upgrade"),
            *("--old-datadir", old.data, "--new-datadir", new.data),
            *("--old-bindir", old.binaries.folder, "--new-bindir", new.binaries.folder),
            *("--old-port", str(find_free_port()), "--new-port", str(find_free_port())),
            *("--socketdir", folder, "--username", SUPERUSER, "--copy"),
        ]
        answer = new.place.account.run(command, folder=folder, PGPASSWORD=read_passwords(new.place.keys)[SUPERUSER])
        log.write_bytes(answer.stdout + answer.stderr)
    if answer.returncode != 0:
        details = sorted((new.data / "pg_upgrade_output.d").rglob("*.txt"))
        with log.open("ab") as file:
            for path in details:
                file.write(path.read_bytes())
        raise UpgradeFailed(log=log)


@contextmanager
def _make_workplace(place: Place) -> Iterator[Path]:
    """Give the database's user a folder with a short path, for its sockets and notes."""
    with tempfile.TemporaryDirectory(prefix="simpul-", dir="/tmp", ignore_cleanup_errors=True) as name:
        place.account.give(Path(name))
        yield Path(name)
