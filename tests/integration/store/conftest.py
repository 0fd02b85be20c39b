"""A private cluster on each PostgreSQL that is here, shared by this folder's tests; a database for each test."""

import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from simpul.kernel.settings import Settings, read_settings
from simpul.store.binaries import list_binaries
from simpul.store.launcher import Database, open_database
from simpul.store.pools import connect, read_dsn, write_dsn
from simpul.store.sql import SQL, Identifier

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def new_home() -> Iterator[Callable[[], Path]]:
    """Give empty homes with short paths, removed at the end."""
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="simpul-", dir="/tmp")))
        return made[-1]

    yield make
    for home in made:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def settings_for() -> Callable[..., Settings]:
    """Give a maker of settings for a throw-away hub: its own home, any free port."""

    def make(home: Path, **more: object) -> Settings:
        return dataclasses.replace(read_settings({}), SIMPUL_HOME=home, DATABASE_PORT=0, **more)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session", params=[15, 18])
def major(request: pytest.FixtureRequest) -> int:
    """Give each major that the order names; skip, saying so, where it isn't installed."""
    number: int = request.param
    if number not in {found.major for found in list_binaries()}:
        pytest.skip(f"PostgreSQL {number} is not installed here")
    return number


@pytest.fixture(scope="session")
def cluster(major: int, new_home: Callable[[], Path], settings_for: Callable[..., Settings]) -> Iterator[Database]:
    """Give a running cluster of that major."""
    with open_database(settings_for(new_home()), major=major, durable=False) as database:
        yield database


@pytest.fixture
def database(cluster: Database) -> Iterator[Database]:
    """Give an empty database of its own on the shared cluster."""
    name = f"test_{next(_NUMBERS)}"
    with connect(cluster.owner_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    yield Database(write_dsn(read_dsn(cluster.owner_dsn) | {"dbname": name}), cluster.keys)
    with connect(cluster.owner_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
