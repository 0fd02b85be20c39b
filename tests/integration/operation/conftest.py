"""A running exchange for every module here."""

from collections.abc import Iterator

import pytest
from running_exchange import Exchange, World, build_world, wait_until

from simpul.store.launcher import Database


@pytest.fixture(scope="module")
def world(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give the module the exchange's world."""
    made = build_world(database, tmp_path_factory.mktemp("hub"))
    yield made
    wait_until(made.is_left)


@pytest.fixture(scope="module")
def exchange(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """Give the module a running exchange that logs calls as JSON."""
    running = Exchange(world, tmp_path_factory.mktemp("exchange"), LOG_FORMAT="json")
    yield running
    running.stop()
