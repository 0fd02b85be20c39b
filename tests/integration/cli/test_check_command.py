"""`check` on a database that is there: what is wrong stands under the name of what it is about."""

import os
import subprocess
import sys
from pathlib import Path

from simpul.cli.rehearsal.hub import find_free_ports
from simpul.store.launcher import Database

ROOT = Path(__file__).resolve().parents[3]


def run_check(database: Database, home: Path) -> list[str]:
    (home / "keys").symlink_to(database.keys)
    portal, exchange = find_free_ports(2)
    own = {"DATABASE_URL": database.owner_dsn, "SIMPUL_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    ports = {"PORTAL_PORT": str(portal), "EXCHANGE_PORT": str(exchange)}
    environment = {name: value for name, value in os.environ.items() if name != "SIMPUL_DSN"}
    done = subprocess.run(
        [sys.executable, "-m", "simpul.cli", "check"],
        env=environment | own | ports,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return done.stdout.splitlines()


def test_hub_without_a_keeper_is_no_fault_of_its_database(database: Database, tmp_path: Path) -> None:
    lines = run_check(database, tmp_path)
    assert "ok   DATABASE_URL" in lines
    heading = lines.index("PERLU DIPERBAIKI / MEND content / isi hub")
    assert any("Pengelola Sistem" in line for line in lines[heading:])


def test_content_of_a_database_that_is_away_is_not_called_sound(database: Database, tmp_path: Path) -> None:
    away = Database(database.owner_dsn.replace("/test_", "/gone_"), database.keys)
    lines = run_check(away, tmp_path)
    assert "PERLU DIPERBAIKI / MEND DATABASE_URL" in lines
    heading = lines.index("PERLU DIPERBAIKI / MEND content / isi hub")
    assert any("Mend DATABASE_URL first." in line for line in lines[heading:])
