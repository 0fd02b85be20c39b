"""A database into which the real command has loaded the sample data; Django points to it as the portal's role."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal_world import ROOT, point_django
from simpul.store.launcher import Database


@pytest.fixture(scope="module")
def load(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Give a function that runs `migrate --demo` on the module's database and returns the hub's home."""
    home = tmp_path_factory.mktemp("demo")
    (home / "keys").symlink_to(database.keys)

    def run() -> Path:
        environment = {name: value for name, value in os.environ.items() if name != "SIMPUL_DSN"}
        environment |= {"SIMPUL_HOME": str(home), "DATABASE_URL": database.owner_dsn, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-m", "simpul.cli", "migrate", "--quiet", "--demo"]
        done = subprocess.run(command, env=environment | {"DEMO": "true"}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return home

    return run


@pytest.fixture(scope="module")
def loaded(load: Callable[[], Path], database: Database) -> Iterator[Path]:
    """Load the sample data once and give the hub's home."""
    home = load()
    point_django(database.dsn("portal"))
    yield home
    point_django(database.dsn("portal"))
