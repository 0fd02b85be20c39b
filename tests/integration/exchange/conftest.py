"""The exchange's world for every module here."""

from collections.abc import Iterator

import pytest
from exchange_world import Server, World, build_world

from simpul.store.launcher import Database


@pytest.fixture(scope="module")
def world(database: Database, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Give the module its world."""
    return build_world(database, tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Server]:
    """Give the module a running exchange over its world."""
    running = Server(world.setup)
    yield running
    running.stop()
