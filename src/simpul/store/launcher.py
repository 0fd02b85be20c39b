"""The hub's database, ready for use: the one DATABASE_URL names, or a private cluster of the hub's own."""

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from simpul.kernel.settings import Settings
from simpul.kernel.words import Words
from simpul.store import server_process
from simpul.store.account import find_account
from simpul.store.binaries import MAJORS, Binaries, choose_binaries, find_kept, keep_binaries, list_binaries
from simpul.store.cluster import SUPERUSER, Cluster, find_free_port
from simpul.store.errors import BadAddress, DatabaseAway, NoBinaries, RolesForeign, RolesMissing, WrongMajor
from simpul.store.passwords import ensure_passwords, make_verifier, read_passwords
from simpul.store.place import Place, find_place, list_accepted
from simpul.store.pools import connect, read_dsn, write_dsn
from simpul.store.server_process import find_running, stop_process
from simpul.store.sql import SQL, Identifier, Literal

OWNER = "simpul"
DATABASE = "simpul"
ROLES: dict[str, str] = {"portal": "simpul_portal", "exchange": "simpul_exchange", "worker": "simpul_worker"}
"""Short role name, as the hub's processes use it → name of the database role."""

OTHER_SERVER = Words(
    "Pindahkan basis data ke server PostgreSQL versi itu, atau kosongkan DATABASE_URL.",
    "Move the database to a PostgreSQL server of such a version, or leave DATABASE_URL empty.",
)
_WAIT_SECONDS = 15.0


@dataclass(frozen=True)
class Database:
    """The hub's database: the owner's address and the folder with the other roles' passwords."""

    owner_dsn: str
    keys: Path

    def dsn(self, role: str) -> str:
        """Return the address (URL form) for `owner`, `portal`, `exchange` or `worker`.

        Raises: RolesMissing before `make_roles` was run; KeyError for another word.
        """
        if role == "owner":
            return self.owner_dsn
        name = ROLES[role]
        password = read_passwords(self.keys).get(name)
        if password is None:
            raise RolesMissing(roles=name)
        return write_dsn(read_dsn(self.owner_dsn) | {"user": name, "password": password})


@contextmanager
def open_database(settings: Settings, *, major: int | None = None, durable: bool = True) -> Iterator[Database]:
    """Give the hub's database for the time of a `with` block.

    With DATABASE_URL: checks that server. Without: starts the private cluster of SIMPUL_HOME on
    127.0.0.1:DATABASE_PORT (0: any free port), or joins it where another process of the hub runs it; the
    last one to leave stops it.

    Args: `major` chooses the PostgreSQL of a cluster that is yet to be made; `durable` False, for tests
        alone, doesn't wait for the disk.

    Raises: DatabaseAway, BadAddress, WrongMajor, PortTaken, NoBinaries, NoAccount, FolderUnusable,
        ClusterFailed.
    """
    if settings.DATABASE_URL:
        yield open_external(settings)
        return
    place = find_place(settings.SIMPUL_HOME, find_account())
    with _use_cluster(place, settings.DATABASE_PORT, major, durable=durable) as database:
        yield database


def open_external(settings: Settings, majors: Sequence[int] = MAJORS) -> Database:
    """Return the database that DATABASE_URL names, after a look at its version and encoding."""
    database = Database(write_dsn(read_dsn(settings.DATABASE_URL)), settings.SIMPUL_HOME / "keys")
    with connect(database.owner_dsn) as connection:
        found = connection.info.server_version // 10000
        encoding = connection.info.parameter_status("server_encoding")
    if found not in majors:
        raise WrongMajor(found=found, wanted=list_accepted(), hint=OTHER_SERVER)
    if encoding != "UTF8":
        raise BadAddress(
            Words(f"Pengodean basis data {encoding}, bukan UTF8.", f"The database's encoding is {encoding}, not UTF8."),
            hint=Words(
                "Buat basis data baru: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
                "Make a new database: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
            ),
        )
    return database


@contextmanager
def _use_cluster(place: Place, port: int, major: int | None, *, durable: bool) -> Iterator[Database]:
    with place.lock.open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        started = _join_or_start(place, port, major, durable=durable)
        try:
            yield _read_database(place)
        finally:
            _leave(place, users.fileno(), started)


def _join_or_start(place: Place, port: int, major: int | None, *, durable: bool) -> list[subprocess.Popen[bytes]]:
    """Return the processes started here: server and guard; none where the server was running."""
    with (place.root / "start.lock").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        found = place.find_major()
        if found is not None and find_running(place.data(found)):
            _wait_for_login(place)
            return []
        cluster = Cluster(place, find_binaries(place, found, major), durable)
        passwords = ensure_passwords(place.keys, (SUPERUSER, OWNER))
        if found is None:
            cluster.make(passwords[SUPERUSER])
        guard = _start_guard(place, cluster.data)  # before the server, so that a kill in between leaves nothing
        server = cluster.start(port or find_free_port())
        _ensure_owner(place, passwords)
        return [server, guard]


def find_binaries(
    place: Place, found: int | None, wanted: int | None, installed: Sequence[Binaries] | None = None
) -> Binaries:
    """Return the programs for the cluster of major `found`, or for a new one of major `wanted` (None: any).

    Programs kept in the hub's home are enough where none are `installed` (default: what is found here).

    Raises: NoBinaries; WrongMajor where the cluster is of another major than the one asked for or had.
    """
    if found is None:
        chosen = choose_binaries(wanted)
        place.make_folder(place.folder(chosen.major), for_database=False)
        return _check_reach(place, keep_binaries(chosen, place.program(chosen.major), place.account))
    if wanted not in (None, found):
        raise WrongMajor(found=found, wanted=wanted)
    installed = list_binaries() if installed is None else installed
    same = [one for one in installed if one.major == found]
    if same and same[0].from_wheel:
        return _check_reach(place, keep_binaries(same[0], place.program(found), place.account))
    kept = find_kept(place.program(found))
    if kept or same:
        return _check_reach(place, kept or same[0])
    raise WrongMajor(
        found=found,
        wanted=", ".join(str(one.major) for one in installed) or list_accepted(),
        hint=Words(
            f"Pasang kembali PostgreSQL {found}, lalu jalankan `./simpul database upgrade`.",
            f"Install PostgreSQL {found} again, then run `./simpul database upgrade`.",
        ),
    )


def _check_reach(place: Place, binaries: Binaries) -> Binaries:
    try:
        reached = place.account.run([binaries.program("postgres"), "--version"]).returncode == 0
    except OSError:
        reached = False
    if not reached:
        raise NoBinaries(wanted=binaries.version)
    return binaries


def _start_guard(place: Place, data: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the hub's own list of arguments, no shell
        [sys.executable, "-I", "-S", server_process.__file__, str(place.lock), str(data)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


def _leave(place: Place, users: int, started: list[subprocess.Popen[bytes]]) -> None:
    """Stop the server if nobody else uses it; else leave it to the last one."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # Others use it, or the guard is stopping it already: this waits for the guard alone.
        fcntl.flock(users, fcntl.LOCK_SH)
        return
    found = place.find_major()
    running = find_running(place.data(found)) if found is not None else None
    if running:
        stop_process(running.pid)
    fcntl.flock(users, fcntl.LOCK_UN)
    for process in started:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=2)


def _read_database(place: Place) -> Database:
    return Database(_make_dsn(place, OWNER, DATABASE), place.keys)


def make_superuser_dsn(place: Place, name: str = "postgres") -> str:
    """Return the address of the private cluster's superuser, for the hub's own upkeep alone."""
    return _make_dsn(place, SUPERUSER, name)


def _make_dsn(place: Place, user: str, name: str) -> str:
    major = place.find_major()
    running = find_running(place.data(major)) if major is not None else None
    password = read_passwords(place.keys).get(user)
    if running is None or password is None:
        raise DatabaseAway if running is None else RolesForeign(roles=user)
    parts = {"host": "127.0.0.1", "port": str(running.port), "user": user, "password": password, "dbname": name}
    return write_dsn(parts)


def _wait_for_login(place: Place) -> None:
    """Wait until the server that another process started takes this hub's owner."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connect(_make_dsn(place, OWNER, DATABASE)).close()
        except (DatabaseAway, BadAddress):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _ensure_owner(place: Place, passwords: dict[str, str]) -> None:
    """Make the owner (no superuser) and its database where an earlier start was cut short before that."""
    with connect(make_superuser_dsn(place), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            verifier = Literal(make_verifier(passwords[OWNER]))
            make = SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}").format(Identifier(OWNER), verifier)
            connection.execute(make)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            make = SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(Identifier(DATABASE), Identifier(OWNER))
            connection.execute(make)
