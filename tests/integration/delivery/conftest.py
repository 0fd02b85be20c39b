"""One migrated database for these tests; each test has a dataset of its own in it."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from delivery_bench import Bench, make_bench

from simpul.kernel.settings import read_settings
from simpul.store.launcher import Database, open_database
from simpul.store.pools import connect
from simpul.store.roles import grant_privileges, make_roles


@pytest.fixture(scope="session")
def delivery_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    home: Path = tmp_path_factory.mktemp("delivery")
    settings = dataclasses.replace(read_settings({"SIMPUL_HOME": str(home)}), DATABASE_PORT=0)
    with open_database(settings, durable=False) as database:
        migrate(database, home)
        make_roles(database.owner_dsn, database.keys)
        grant_privileges(database.owner_dsn)
        with connect(database.owner_dsn, autocommit=True) as connection:
            # Contracts come from cases; this bench has neither.
            connection.execute(DROP_CONTRACT_REFERENCE)
        yield database


DROP_CONTRACT_REFERENCE = """
DO $$ BEGIN EXECUTE (SELECT format('ALTER TABLE publication DROP CONSTRAINT %I', conname) FROM pg_constraint
WHERE conrelid = 'publication'::regclass AND confrelid = 'contract_version'::regclass); END $$
"""


def migrate(database: Database, home: Path) -> None:
    environment = {
        **os.environ,
        "SIMPUL_HOME": str(home),
        "DATABASE_URL": database.owner_dsn,
        "DJANGO_SETTINGS_MODULE": "simpul.portal.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture
def bench(delivery_database: Database) -> Bench:
    return make_bench(delivery_database)
