"""An agency behind a wall: its PostgreSQL, its settings file, and the hub's exchange as it is really run."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.extend([str(TESTS / "exchange"), str(TESTS / "sources")])

from exchange_world import World, build_world, wait_until  # noqa: E402

from simpul.store.launcher import Database  # noqa: E402
from simpul.store.pools import read_dsn  # noqa: E402

AGENT = TESTS.parents[1] / "agent"
PLACE = "/sandbox/wilayah/v1/desa"


class Exchange:
    """The exchange at one address, which can be killed and come back."""

    def __init__(self, world: World) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._world = world
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it; wait until it is ready."""
        environment = os.environ | {
            "SIMPUL_DSN": self._world.database.dsn("exchange"),
            "SIMPUL_HOME": str(self._world.home),
        }
        options = ["--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port), "--log-level", "error"]
        command = [sys.executable, "-m", "granian", *options, "simpul.exchange.app:application"]
        self._process = subprocess.Popen(command, env=environment, start_new_session=True)
        wait_until(self._is_ready, 60)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """Kill server and workers at once."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None


class Agency:
    """One agency's computer: a table `opd.desa`, a settings file, and the agent."""

    def __init__(self, world: World, exchange: Exchange, folder: Path) -> None:
        self.world, self.exchange, self.folder = world, exchange, folder
        self.config = folder / "desa.ini"
        self.spool = folder / "spool"
        key = folder / "key"
        key.write_text(world.keys["alice_test"].text)
        key.chmod(0o600)
        parts = read_dsn(world.database.owner_dsn)
        self.source: dict[str, Any] = {
            "kind": "postgresql", "host": parts.get("host", "127.0.0.1"), "port": parts["port"],
            "database": parts["dbname"], "user": parts["user"], "table": "opd.desa",
        }  # fmt: skip
        if self.source["host"].startswith("/"):
            self.source["socket"] = f"{self.source.pop('host')}/.s.PGSQL.{parts['port']}"
        self.password = str(parts.get("password", ""))
        self.read: dict[str, Any] = {"cursor": "urut", "key": "kode"}
        self.columns = "kode = kode\nnama = nama\njumlah = jumlah\n"
        self.hub: dict[str, Any] = {
            "address": f"http://127.0.0.1:{exchange.port}{PLACE}",
            "key_file": "key",
            "retry_seconds": 3,
        }
        self.extra = ""
        [(self.before,)] = world.execute("SELECT coalesce(max(id), 0) FROM batch")

    def write_config(self) -> None:
        """Write the settings file."""
        sections = {"hub": self.hub, "source": self.source, "read": self.read}
        text = "".join(
            f"[{name}]\n" + "".join(f"{one} = {value}\n" for one, value in given.items())
            for name, given in sections.items()
        )
        self.config.write_text(f"{text}[columns]\n{self.columns}{self.extra}")

    def start(self, *options: str) -> "subprocess.Popen[str]":
        """Start the agent."""
        self.write_config()
        environment = os.environ | {"PYTHONPATH": str(AGENT / "src"), "SIMPUL_SOURCE_PASSWORD": self.password}
        command = [sys.executable, "-m", "simpul_agent", str(self.config), *options]
        return subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *options: str) -> tuple[int, str]:
        """Run the agent to its end; return its exit code and what it said."""
        process = self.start(*options)
        told, _ = process.communicate(timeout=240)
        return process.returncode, told

    def fill(self, first: int, count: int, name: str = "Desa") -> None:
        """Put rows into the agency's table."""
        self.world.execute(
            "INSERT INTO opd.desa (kode, nama, jumlah) SELECT '70.' || n, %s || ' ' || n, n FROM generate_series(%s::int, %s::int) n",
            [name, first, first + count - 1],
        )

    def list_sent(self) -> list[Any]:
        """Return what the hub's dataset holds of the agency's rows."""
        return self.world.execute(
            f"SELECT kode, nama, jumlah FROM \"{self.world.schema['sandbox']}\".desa WHERE kode LIKE '70.%%' ORDER BY kode",
            [],
        )

    def list_rows(self) -> list[Any]:
        """Return what the agency's table holds."""
        return self.world.execute("SELECT kode, nama, jumlah FROM opd.desa ORDER BY kode")

    def count_batches(self) -> tuple[int, int, int]:
        """Return (batches, rows inserted, rows refused) of what the hub has taken in since the test began."""
        [(count, inserted, refused)] = self.world.execute(
            "SELECT count(*), coalesce(sum(inserted), 0), coalesce(sum(refused), 0) FROM batch WHERE id > %s",
            [self.before],
        )
        return int(count), int(inserted), int(refused)

    def list_reported(self) -> list[dict[str, Any]]:
        """Return the lines of the agent's file of refused rows."""
        path = self.spool / "refused.ndjson"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture(scope="module")
def world(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = build_world(database, tmp_path_factory.mktemp("hub"))
    made.execute("CREATE SCHEMA opd")
    yield made
    wait_until(made.is_left)


@pytest.fixture(scope="module")
def exchange(world: World) -> Iterator[Exchange]:
    running = Exchange(world)
    yield running
    running.kill()


@pytest.fixture
def agency(world: World, exchange: Exchange, tmp_path: Path) -> Agency:
    """Give each test an agency with an empty table, and the hub's dataset without rows."""
    for statement in (
        "DROP TABLE IF EXISTS opd.desa",
        "CREATE TABLE opd.desa (urut bigint GENERATED ALWAYS AS IDENTITY, kode text PRIMARY KEY, nama text, jumlah int)",
        f'DELETE FROM "{world.schema["sandbox"]}".desa',
        f"UPDATE dataset SET row_count = 0 WHERE id = {world.datasets['sandbox/desa']}",
    ):
        world.execute(statement)
    return Agency(world, exchange, tmp_path)
