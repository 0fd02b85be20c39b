"""What every test may ask for: `--long`, a browser, and real PostgreSQL databases that `migrate` made ready.

`database` gives a module its own migrated database on the newest PostgreSQL; `each_major` gives one on each
PostgreSQL that the order names. All processes of a test run share one cluster a major, with a template
that is migrated once, so that a module's database costs some tens of milliseconds.
"""

import dataclasses
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from simpul.cli.browser import find_browser
from simpul.kernel.settings import Settings, read_settings
from simpul.store.binaries import list_binaries
from simpul.store.launcher import Database, open_database
from simpul.store.pools import connect, read_dsn, write_dsn
from simpul.store.sql import SQL, Connection, Identifier, errors

ROOT = Path(__file__).resolve().parents[1]
HOME_VARIABLE = "SIMPUL_TEST_HOME"
TEMPLATE, UNFINISHED = "simpul_template", "simpul_template_unfinished"

_numbers = count(1)

collect_ignore_glob = ["*conftest.py"]  # no examples in them, and several of one name can't be collected


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--long`."""
    parser.addoption("--long", action="store_true", help="run the full counts of races, kills and amounts")


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of this run's clusters, in the process that starts the others."""
    if not hasattr(config, "workerinput"):
        # Short and open to PostgreSQL's own user, which pytest's temporary folders aren't.
        os.environ[HOME_VARIABLE] = tempfile.mkdtemp(prefix="simpul-tests-", dir="/tmp")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that folder when all processes have ended."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(HOME_VARIABLE), ignore_errors=True)


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Return whether the full counts are asked for."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def browser_program() -> str:
    """Return the path of a Chromium; skip, saying so, where there is none."""
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium here: install it, or name one in SIMPUL_BROWSER")
    return found


@pytest.fixture(scope="session")
def clusters() -> Iterator[Callable[[int], Database]]:
    """Give a function from a major to its running cluster with a migrated template."""
    with ExitStack() as stack:
        opened: dict[int, Database] = {}

        def get_cluster(major: int) -> Database:
            if major not in opened:
                opened[major] = stack.enter_context(_open_cluster(major))
            return opened[major]

        yield get_cluster


@pytest.fixture(scope="module")
def database(clusters: Callable[[int], Database]) -> Iterator[Database]:
    """Give the module a migrated database of its own on the newest PostgreSQL that is here."""
    with clone_template(clusters(max(list_majors()))) as made:
        yield made


@pytest.fixture(scope="module", params=[15, 18])
def each_major(request: pytest.FixtureRequest, clusters: Callable[[int], Database]) -> Iterator[Database]:
    """Give the module a migrated database on each major that the order names; skip, saying so, where it isn't here."""
    if request.param not in list_majors():
        pytest.skip(f"PostgreSQL {request.param} is not installed here")
    with clone_template(clusters(request.param)) as made:
        yield made


def list_majors() -> set[int]:
    """Return the majors whose programs are installed."""
    return {found.major for found in list_binaries()}


@contextmanager
def _open_cluster(major: int) -> Iterator[Database]:
    home = Path(os.environ[HOME_VARIABLE]) / str(major)
    home.parent.chmod(0o755)
    settings = dataclasses.replace(read_settings({}), SIMPUL_HOME=home, DATABASE_PORT=0)
    with open_database(settings, major=major, durable=False) as cluster:
        with (home / "template.lock").open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            _make_template(cluster, settings)
        yield cluster


def _make_template(cluster: Database, settings: Settings) -> None:
    with connect(cluster.owner_dsn, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            return
        connection.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(UNFINISHED)))
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(UNFINISHED)))
        migrate(rename(cluster, UNFINISHED), settings.SIMPUL_HOME)
        connection.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(UNFINISHED), Identifier(TEMPLATE)))


def migrate(database: Database, home: Path) -> None:
    """Run the real command on a database, in a process of its own, since Django is configured once a process."""
    environment = {name: value for name, value in os.environ.items() if name != "SIMPUL_DSN"}
    environment |= {"SIMPUL_HOME": str(home), "DATABASE_URL": database.owner_dsn, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "simpul.cli", "migrate", "--quiet"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def rename(database: Database, name: str) -> Database:
    """Return the same server's database of another name."""
    return Database(write_dsn(read_dsn(database.owner_dsn) | {"dbname": name}), database.keys)


@contextmanager
def clone_template(cluster: Database) -> Iterator[Database]:
    """Give a fresh copy of the migrated template for the time of a `with` block."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with connect(cluster.owner_dsn, autocommit=True) as connection:
        make = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        connection.execute(make.format(Identifier(name), Identifier(TEMPLATE)))
        # Rights on a database itself aren't copied with it.
        connection.execute(SQL("GRANT CREATE ON DATABASE {} TO simpul_worker").format(Identifier(name)))
    yield rename(cluster, name)
    with connect(cluster.owner_dsn, autocommit=True) as connection:
        _drop_database(connection, name)


def _drop_database(connection: Connection[Any], name: str) -> None:
    """Drop a database with the connections left in it.

    While autovacuum, which is a superuser's process, visits it, PostgreSQL refuses FORCE to others: then try again.
    """
    for attempts_left in reversed(range(120)):
        try:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
        except errors.InsufficientPrivilege:
            if not attempts_left:
                raise
            time.sleep(0.25)
        else:
            return
