"""Whoever follows a feed from a full read ends with exactly its part of the rows, whatever batches came and died."""

import hashlib
import json
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any

import pytest
from exchange_world import CONTRACT, Server, World

from simpul.contract.compile import compile_publication
from simpul.delivery.envelope import Envelope
from simpul.delivery.formats import open_rows
from simpul.delivery.modes import MODES, Mode
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.target import make_target
from simpul.store.pools import connect

DESA = "/api/wilayah/v1/desa"
KEYS = [f"63.{first}.{second}" for first in ("04", "05") for second in range(7)]
NAMES = ["a", "b", "", "ab", None]
FILTERS = [
    "",
    "kode=like.63.05*",
    "jumlah=gt.3",
    "jumlah=is.null",
    "nama=in.(a,b)",
    "or=(jumlah.lt.2,nama.eq.ab)",
    "isi->>luas=eq.1",
    "diubah=gte.2026-01-01T00:00:00Z",
]
COLUMNS = ["nama", "jumlah", "diubah", "isi", "nik_kades"]


@dataclass
class Deliverer:
    """A process of its own that delivers what it is told, and can be killed while it does."""

    process: multiprocessing.Process
    pipe: Pipe

    def send(self, mode: Mode, rows: list[dict[str, Any]]) -> None:
        self.pipe.send((mode, json.dumps(rows).encode()))

    def wait(self) -> None:
        assert self.pipe.recv() == "done"

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


def work(world: World, pipe: Pipe) -> None:
    target = make_target(world.datasets["live/desa"], compile_publication(CONTRACT, "live"), "desa")
    quarantine = open_quarantine(world.home / "keys")
    with connect(world.database.dsn("exchange"), autocommit=True) as connection:
        while True:
            mode, content = pipe.recv()
            envelope = Envelope(hashlib.sha256(content).digest(), quarantine, application_id=10, mode=mode)
            deliver(connection, target, open_rows(content, "rows.json"), envelope)
            pipe.send("done")


@pytest.fixture(scope="module")
def deliverers(world: World, long: bool) -> Iterator[list[Deliverer]]:
    """Give processes that were forked before any thread was started."""
    context = multiprocessing.get_context("fork")
    made = []
    for _ in range(40 if long else 8):
        here, there = context.Pipe()
        process = context.Process(target=work, args=(world, there), daemon=True)
        process.start()
        made.append(Deliverer(process, here))
    yield made
    for one in made:
        one.kill()


@pytest.fixture(scope="module")
def server(world: World, deliverers: list[Deliverer]) -> Iterator[Server]:
    running = Server(world.setup)
    yield running
    running.stop()


@dataclass
class Follower:
    """A consumer's program: what it holds, and where it is. It notices every change that doesn't fit what it holds."""

    server: Server
    key: Any
    limit: int
    has_key: bool
    place: str = ""
    rows: Counter[str] = field(default_factory=Counter)
    by_key: dict[str, str] = field(default_factory=dict)
    version: int = 0

    def read_whole(self) -> None:
        answer = self.server.get(DESA, self.key)
        self.place = answer.headers["changes-since"]
        self.version = int(answer.headers["dataset-version"])
        for row in answer.json():
            self._add(json.dumps({"kode": row.get("kode")}), write(row))

    def follow(self, *, dies: bool = False) -> bool:
        """Apply one page, or die before anything of it is kept; return whether there is more."""
        answer = self.server.get(f"{DESA}/changes", self.key, params={"since": self.place, "limit": self.limit})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["changes"]) <= self.limit
        if dies:
            return True
        for change in page["changes"]:
            assert self.version <= change["version"] <= int(answer.headers["dataset-version"])
            self.version = change["version"]
            self._apply(change)
        self.place = page["next"]
        return bool(page["more"])

    def _apply(self, change: dict[str, Any]) -> None:
        assert (change["key"] is None) is not self.has_key
        key = json.dumps(change["key"])
        if change["op"] != "insert":
            self._drop(key, self.by_key[key] if self.has_key else write(change["was"]))
        if change["op"] != "delete":
            self._add(key, write(change["row"]))

    def _add(self, key: str, row: str) -> None:
        if self.has_key:
            assert key not in self.by_key
            self.by_key[key] = row
        self.rows[row] += 1

    def _drop(self, key: str, row: str) -> None:
        assert self.rows[row] > 0
        self.rows[row] -= 1
        self.by_key.pop(key, None)


def write(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def make_rows(chance: random.Random, mode: Mode) -> list[dict[str, Any]]:
    rows = []
    for _ in range(chance.randint(1, 12)):
        row = {
            "kode": chance.choice(KEYS),
            "nama": chance.choice(NAMES),
            "jumlah": chance.choice([None, -1, 0, 1, 2, 3, 4, 5]),
            "diubah": chance.choice([None, "2025-12-31T23:59:59.123456+08:00", "2026-01-01T08:00:00+08:00"]),
            "isi": chance.choice([None, {"luas": 1}, {"luas": 1.50, "b": [None]}]),
            "nik_kades": chance.choice([None, "6305010101010001"]),
        }
        if mode == "update":
            row = {"kode": row["kode"], **dict(chance.sample(list(row.items())[1:], 2))}
        rows.append(row)
    return rows


def grant(world: World, chance: random.Random) -> dict[str, bool]:
    """Give Bob and Charlie random parts of the rows and columns; return who has the key among them."""
    world.execute("DELETE FROM data_grant WHERE organization_id = 3")
    has_key = {}
    for name, number in (("bob", 2), ("charlie", 3)):
        has_key[name] = name == "bob"
        columns = [*(["kode"] if has_key[name] else []), *chance.sample(COLUMNS, chance.randint(1, 4))]
        world.execute(
            "INSERT INTO data_grant (dataset_id, organization_id, role, columns, row_filter, operations, purpose,"
            " legal_basis, valid_from, created_at) VALUES (%s, %s, 'pemanfaat', %s, %s, '{read}', 'Uji', '',"
            " '2026-01-01', now())",
            [world.datasets["live/desa"], number, columns, chance.choice(FILTERS)],
        )
    return has_key


@pytest.mark.timeout(900)
def test_followers_end_with_exactly_their_part(
    server: Server, world: World, deliverers: list[Deliverer], long: bool
) -> None:
    chance = random.Random(20261124)
    world.execute("DELETE FROM data_grant WHERE organization_id IN (2, 3)")
    idle = list(deliverers)
    for _ in range(8 if long else 3):
        has_key = grant(world, chance)
        server.reload()
        followers = [
            Follower(server, world.keys[f"{name}_live"], limit, has_key[name])
            for name in has_key
            for limit in (1, 3, 10_000)
        ]
        for turn in range(120 if long else 24):
            busy, modes = [], chance.sample(MODES, 2)
            for one, mode in zip(chance.sample(idle, min(2, len(idle))), modes, strict=False):
                one.send(mode, make_rows(chance, mode))
                busy.append(one)
            for one in followers:
                if not one.place and chance.random() < 0.2:
                    one.read_whole()  # in the midst of deliveries
                elif one.place and chance.random() < 0.5:
                    one.follow(dies=chance.random() < 0.2)
            if turn % 8 == 7 and len(idle) > 3:
                time.sleep(chance.uniform(0, 0.03))
                busy[0].kill()
                idle.remove(busy.pop(0))
            for one in busy:
                one.wait()
        for one in followers:
            if not one.place:
                one.read_whole()
            while one.follow():
                pass
            whole = Counter(write(row) for row in server.get(DESA, one.key).json())
            assert +one.rows == whole
        world.execute("DELETE FROM data_grant WHERE organization_id IN (2, 3)")


def test_the_feed_notes_every_change_once(world: World, server: Server) -> None:
    """What the entries of a row say one after another fits together, and ends at what the table has."""
    rows = world.execute(
        f'SELECT f._row, f.operation, f.version, t._version FROM "{world.schema["live"]}"."desa$changes" f'
        f' LEFT JOIN "{world.schema["live"]}".desa t USING (_row) ORDER BY f._row, f.change'
    )
    by_row: dict[int, list[tuple[Any, ...]]] = {}
    for number, *entry in rows:
        by_row.setdefault(number, []).append(tuple(entry))
    assert by_row
    for entries in by_row.values():
        operations, versions = "".join(one[0] for one in entries), [one[1] for one in entries]
        assert operations.rstrip("D").lstrip("I").strip("U") == ""
        assert versions == sorted(set(versions))
        assert (entries[-1][2] is None) == operations.endswith("D")
        assert entries[-1][2] in (None, versions[-1])


def test_a_version_and_its_changes_appear_together(world: World, server: Server) -> None:
    """What is merged and not committed yet is neither in the rows, nor in the version, nor in the feed."""
    key, content = world.keys["alice_live"], b'[{"kode": "63.09.01", "nama": "x"}]'
    seen = []

    def look() -> tuple[str, int, int]:
        read = server.get(f"{DESA}?kode=eq.63.09.01", key)
        changes = server.get(f"{DESA}/changes?since={before}", key).json()["changes"]
        return read.headers["dataset-version"], len(read.json()), len(changes)

    before = server.get(DESA, key).headers["dataset-version"]
    target = make_target(world.datasets["live/desa"], compile_publication(CONTRACT, "live"), "desa")
    envelope = Envelope(
        hashlib.sha256(content).digest(),
        open_quarantine(world.home / "keys"),
        application_id=10,
        after_merge=lambda *_: seen.append(look()),
    )
    with connect(world.database.dsn("exchange"), autocommit=True) as connection:
        deliver(connection, target, open_rows(content, "rows.json"), envelope)
    assert [*seen, look()] == [(before, 0, 0), (str(int(before) + 1), 1, 1)]
