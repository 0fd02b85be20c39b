"""The whole hub: database, migration, and portal, exchange and worker under one supervisor."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simpul.cli.exits import DONE
from simpul.cli.health import is_ready
from simpul.cli.identity import Identity, find_identity, give_home
from simpul.cli.ports import check_ports
from simpul.cli.signals import StopRequest, stop_requests
from simpul.cli.supervisor import Process, Supervisor, tell
from simpul.cli.upkeep import Upkeep
from simpul.kernel.errors import SimpulError
from simpul.kernel.settings import Settings
from simpul.kernel.words import Words
from simpul.store.keeper import find_keeper
from simpul.store.launcher import Database, open_database

READY_SECONDS = 60.0


class MigrationFailed(SimpulError):
    """`migrate` ended with an error; it has told it itself."""

    code = "SPLH03"
    message = Words("Basis data belum dapat disiapkan.", "The database can't be made ready.")
    hint = Words("Lihat pesan di atas, lalu jalankan lagi.", "See the message above, then start again.")


@dataclass(frozen=True)
class Start:
    """What a start does beside running: arguments of `migrate`, and the lines to show once all answers."""

    migrate: Sequence[str] = ()
    greeting: Sequence[str] = ()


def run_hub(settings: Settings, start: Start) -> int:
    """Run the hub until Ctrl-C or SIGTERM and return the exit code.

    Raises: PortInUse, AddressNotHere, MigrationFailed, and the launcher's errors.
    """
    check_ports(settings)
    with stop_requests() as request, open_database(settings) as database:
        request.allow_interrupt()
        migrate_apart(start.migrate)
        identity = find_identity(settings)
        if identity.reason:
            tell(str(identity.reason))
        give_home(settings, identity)
        keeper = find_keeper(settings, database)
        supervisor = Supervisor(
            make_processes(database, settings, os.environ),
            make_options(identity),
            Upkeep(keeper, request).look if keeper is not None else None,
        )
        request.interrupts = False
        try:
            _run(supervisor, settings, start, request)
        finally:
            supervisor.stop()
    return DONE


def _run(supervisor: Supervisor, settings: Settings, start: Start, request: StopRequest) -> None:
    supervisor.start()
    deadline = time.monotonic() + READY_SECONDS
    while not request.is_asked and not is_ready(settings) and time.monotonic() < deadline:
        supervisor.watch(request, time.monotonic() + 0.2)
    if not request.is_asked:
        for line in start.greeting:
            tell(line)
    supervisor.watch(request)
    tell("menghentikan … / stopping …")


def migrate_apart(arguments: Sequence[str]) -> None:
    """Migrate in a process of its own, so that the supervisor stays small.

    Raises: MigrationFailed.
    """
    command = [sys.executable, "-m", "simpul.cli", "migrate", "--quiet", *arguments]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - our own list of arguments
        raise MigrationFailed


def make_processes(database: Database, settings: Settings, environment: Mapping[str, str]) -> list[Process]:
    """Return portal, exchange and worker, each with the address of its own database role alone."""
    hidden = {"DATABASE_URL", "SIMPUL_DSN"}
    plain = {name: value for name, value in environment.items() if name not in hidden}
    # The home is named, since its default, like HOME, is another one for another user.
    home = str(settings.SIMPUL_HOME)
    shared = {"SIMPUL_HOME": home, "HOME": home, "PYTHONUNBUFFERED": "1"}
    return [
        Process(
            name,
            [sys.executable, "-m", "simpul.cli.child", name, str(os.getpid())],
            plain | shared | {"SIMPUL_DSN": database.dsn(name)},
        )
        for name in ("portal", "exchange", "worker")
    ]


def make_options(identity: Identity) -> dict[str, object]:
    """Return the `subprocess` options of the hub's processes: their user, and a folder that it can be in."""
    return {**identity.options(), "cwd": Path("/") if identity.account.is_other else None}
