"""The exchange's world for every module here."""

from collections.abc import Iterator

import pytest
from exchange_world import Server, World, build_world, wait_until

from simpul.store.launcher import Database


@pytest.fixture(scope="module")
def world(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give the module its world."""
    made = build_world(database, tmp_path_factory.mktemp("hub"))
    yield made
    wait_until(made.is_left)


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Server]:
    """Give the module a running exchange over its world."""
    running = Server(world.setup)
    yield running
    running.stop()
