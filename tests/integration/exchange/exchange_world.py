"""A small world for the exchange: one service on two stages, and three organizations.

Alice's (1) provides; Bob's (2) was granted three columns and the rows of 63.05; Charlie's (3) has keys and no grant.
"""

import asyncio
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from simpul.access.keys import NewKey, make_key
from simpul.contract.compile import compile_publication
from simpul.contract.ddl import compile_ddl
from simpul.contract.model import Column, Contract, Dataset
from simpul.exchange.app import Exchange
from simpul.exchange.hub import Setup
from simpul.kernel.clock import now
from simpul.store.datasets import create_dataset_tables
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import Jsonb

DATASET = Dataset(
    "desa",
    "Desa dan Kelurahan",
    columns=(
        Column("kode", "Kode wilayah", key=True, required=True, length=13),
        Column("nama", "Nama", required=True, length=50),
        Column("nik_kades", "NIK kepala desa", pdp_class="umum", length=16),
        Column("jumlah", "Jumlah penduduk", logical_type="integer", minimum=0),
        Column("diubah", "Diubah", logical_type="timestamp"),
        Column("isi", "Isi", logical_type="object"),
    ),
)
CONTRACT = Contract(
    "wilayah",
    "1.0.0",
    "Data wilayah",
    provider_code="DUKCAPIL",
    provider_name="Dinas Contoh",
    datasets=(DATASET, Dataset("rahasia", "Lain", columns=(Column("kode", key=True, required=True),))),
)
BOB_COLUMNS = ["kode", "nama", "jumlah"]
ROWS = [
    ("63.05.01", "Tapin Utara", "6305010101010001", 100, "2026-01-01T00:00:00Z", {"luas": 12}),
    ("63.05.02", 'Bakarangan, "Lama"', "6305010101010002", 50, None, None),
    ("63.05.03", "", None, None, None, {"luas": 7}),
    ("63.04.01", "Rahasia", "6304010101010003", 999, None, None),
    ("63.04.02", "Jauh\\", None, 7, None, None),
]


@dataclasses.dataclass
class World:
    """What tests need to know: addresses of the database, the hub's folder, and everyone's keys."""

    database: Database
    home: Path
    keys: dict[str, NewKey]
    datasets: dict[str, int]
    schema: dict[str, str]

    @property
    def setup(self) -> Setup:
        """The exchange's setup."""
        return Setup(self.database.dsn("exchange"), self.home, "http://exchange.test", issuer="http://portal.test")

    def execute(self, statement: str, values: Any = None) -> list[Any]:
        """Run a statement as the owner; return its rows, if it has any."""
        with connect(self.database.owner_dsn, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def is_left(self) -> bool:
        """Has every other connection ended? Only then can the owner drop the database."""
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"  # autovacuum comes and goes
        )
        return self.execute(others) == [(0,)]


def build_world(database: Database, home: Path) -> World:
    """Fill a migrated database."""
    world = World(database, home, {}, {}, {})
    # Tests call faster than programs may; those of the plans set their own limits.
    world.execute(
        "UPDATE plan SET rate_per_second = NULL, burst = NULL, calls_per_day = NULL, rows_per_request = NULL,"
        " rows_per_day = NULL, concurrent_calls = NULL, body_megabytes = NULL"
    )
    # The publication alone is the exchange's matter, not the case and contract rows behind it.
    for name, table in world.execute(
        "SELECT conname, conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN"
        " ('publication', 'data_grant', 'application', 'api_key', 'batch')"
    ):
        world.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for number, name in enumerate(("Alice", "Bob", "Charlie"), 1):
        _add_organization(world, number, name)
    for stage, state in (("sandbox", "terbuka"), ("live", "aktif")):
        _publish(world, stage, state)
    return world


def _add_organization(world: World, number: int, name: str) -> None:
    world.execute(
        "INSERT INTO application (id, organization_id, name, created_at) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, now())",
        [number * 10, number, f"Aplikasi {name}"],
    )
    for stage in ("test", "live"):
        key = make_key(stage)  # type: ignore[arg-type]
        world.keys[f"{name.lower()}_{stage}"] = key
        world.execute(
            "INSERT INTO api_key (application_id, key_id, digest, stage, created_at, expires_at)"
            " VALUES (%s, %s, %s, %s, now(), %s)",
            [number * 10, key.key_id, key.digest, stage, now() + timedelta(days=30)],
        )


def _publish(world: World, stage: str, state: str) -> None:
    with connect(world.database.dsn("worker"), autocommit=True) as connection:
        create_dataset_tables(connection, compile_ddl(CONTRACT, stage))
    compiled = compile_publication(CONTRACT, stage)
    compiled["provider"] = {"code": "DUKCAPIL", "name": "Dinas Contoh", "id": 1}
    [(publication_id,)] = world.execute(
        "INSERT INTO publication (contract_version_id, context, major, stage, state, compiled, problem, created_at,"
        " updated_at) VALUES (1, 'wilayah', 1, %s, %s, %s, '', now(), now()) RETURNING id",
        [stage, state, Jsonb(compiled)],
    )
    for name, facts in compiled["datasets"].items():
        [(dataset_id,)] = world.execute(
            "INSERT INTO dataset (publication_id, name, schema_name, table_name) VALUES (%s, %s, %s, %s) RETURNING id",
            [publication_id, name, facts["schema"], facts["table"]],
        )
        world.datasets[f"{stage}/{name}"] = dataset_id
        world.schema[stage] = facts["schema"]
    every = [column.name for column in DATASET.columns]
    add_grant(world, f"{stage}/desa", 1, "penyedia", every, "", ["read", "deliver"])
    add_grant(world, f"{stage}/desa", 2, "pemanfaat", BOB_COLUMNS, "kode=like.63.05*", ["read"])
    fill(world, stage)


def add_grant(
    world: World,
    dataset: str,
    organization: int,
    role: str,
    columns: list[str],
    row_filter: str,
    operations: list[str],
    valid_until: date | None = None,
) -> int:
    """Grant a dataset; return the grant's id."""
    [(grant_id,)] = world.execute(
        "INSERT INTO data_grant (dataset_id, organization_id, role, columns, row_filter, operations, purpose, legal_basis,"
        " valid_from, valid_until, created_at) VALUES (%s, %s, %s, %s, %s, %s, 'Perencanaan', '', '2026-01-01', %s, now())"
        " RETURNING id",
        [world.datasets[dataset], organization, role, columns, row_filter, operations, valid_until],
    )
    return int(grant_id)


def fill(world: World, stage: str) -> None:
    """Put the world's rows anew into the dataset `desa` of a stage."""
    table = f'"{world.schema[stage]}"."desa"'
    world.execute(f"DELETE FROM {table}")
    for row in ROWS:
        world.execute(
            f"INSERT INTO {table} (_version, _batch, kode, nama, nik_kades, jumlah, diubah, isi)"
            " VALUES (1, 0, %s, %s, %s, %s, %s, %s)",
            [*row[:5], Jsonb(row[5]) if row[5] else None],
        )


class Server:
    """The application in this process, its loop in a thread, called over HTTP's own words without a socket."""

    def __init__(self, setup: Setup) -> None:
        self.exchange = Exchange(setup)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.exchange), base_url="http://exchange.test", timeout=30
        )
        self._heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._said: asyncio.Queue[Any] = asyncio.Queue()
        self._life = asyncio.run_coroutine_threadsafe(
            self.exchange({"type": "lifespan"}, self._heard.get, self._said.put), self._loop
        )
        self._tell("lifespan.startup")

    def _tell(self, kind: str) -> None:
        async def tell() -> Any:
            await self._heard.put({"type": kind})
            return await self._said.get()

        said = self.run(tell())
        assert said["type"] == f"{kind}.complete", said

    def run(self, work: Any) -> Any:
        """Run a coroutine in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def call(self, method: str, path: str, key: NewKey | None = None, **more: Any) -> httpx.Response:
        """Make one call; a path is sent as it stands."""
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers.setdefault("Authorization", f"Bearer {key.text}")
        answer: httpx.Response = self.run(self._client.request(method, path, headers=headers, **more))
        return answer

    def get(self, path: str, key: NewKey | None = None, **more: Any) -> httpx.Response:
        """GET a path."""
        return self.call("GET", path, key, **more)

    def flush(self) -> None:
        """Move the spool into the database now."""
        assert self.exchange.hub is not None
        self.run(self.exchange.hub.flush_evidence())

    def reload(self) -> None:
        """Load the publications now rather than soon."""
        assert self.exchange.hub is not None
        self.run(self.exchange.hub.reload())

    def stop(self) -> None:
        """End as a server would on SIGTERM."""
        self._tell("lifespan.shutdown")
        self.run(self._client.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


def wait_until(check: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until a function says yes."""
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until
        time.sleep(0.1)


class Process:
    """The exchange as it is really run: granian in a process of its own, which can be killed."""

    def __init__(self, world: World, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        environment = os.environ | {"SIMPUL_DSN": world.database.dsn("exchange"), "SIMPUL_HOME": str(home)}
        options = ["--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port), "--log-level", "error"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "granian", *options, "simpul.exchange.app:application"],
            env=environment,
            start_new_session=True,
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        wait_until(self._is_ready)

    def _is_ready(self) -> bool:
        try:
            return self.client.get("/health/ready").status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """Kill server and workers at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def list_records(world: World) -> list[dict[str, Any]]:
    """Return every stored evidence record in order."""
    return [json.loads(row[0]) for row in world.execute("SELECT record FROM evidence ORDER BY id")]


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant."""
    return datetime.fromisoformat(text)
