"""A dataset of its own for each test, on each PostgreSQL that the order names unless a module says otherwise."""

import pytest
from delivery_bench import Bench, make_bench, prepare

from simpul.store.launcher import Database


@pytest.fixture(scope="module")
def delivery_database(each_major: Database) -> Database:
    return prepare(each_major)


@pytest.fixture
def bench(delivery_database: Database) -> Bench:
    return make_bench(delivery_database)
