"""Readers of two exchange processes against deliveries that stand still or are killed anywhere: never a stale answer."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import httpx
import pytest
from exchange_world import Process, World, wait_until

DESA = "/api/wilayah/v1/desa?kode=eq.63.05.01&select=jumlah"
DELIVERER = Path(__file__).with_name("race_deliverer.py")


@pytest.fixture(scope="module")
def exchanges(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    """Give two running exchanges of one hub."""
    world.execute("UPDATE plan SET rate_per_second = NULL, burst = NULL, concurrent_calls = NULL")
    both = [Process(world, world.home) for _ in range(2)]
    yield both
    for one in both:
        one.kill()


class Deliverer:
    """The delivering process, and the highest number that it said was done, however it ended."""

    def __init__(self, world: World, log: "Log", seed: int, stops: int) -> None:
        [(compiled,)] = world.execute("SELECT compiled FROM publication WHERE stage = 'live'")
        self.first = log.marked + 1
        task = {
            "dsn": world.database.dsn("portal"),
            "home": str(world.home),
            "dataset": world.datasets["live/desa"],
            "compiled": compiled,
            "first": self.first,
            "seed": seed,
            "stops": stops,
        }
        self.process = subprocess.Popen(
            [sys.executable, str(DELIVERER), json.dumps(task)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.thread = threading.Thread(target=log.follow, args=(self.process.stdout,), daemon=True)
        self.thread.start()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.process.pid, number)

    def is_standing(self) -> bool:
        """Does it stand still?"""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"

    def kill(self) -> None:
        """Kill it, and hear out what it said."""
        self.process.kill()
        self.process.wait()
        self.thread.join(10)


class Log:
    """What the delivering processes said."""

    def __init__(self) -> None:
        self.done = self.marked = 0

    def follow(self, lines: IO[str]) -> None:
        """Listen until the process ends."""
        with suppress(ValueError):
            for line in lines:
                what, number = line.split()
                if what == "done":
                    self.done = max(self.done, int(number))
                self.marked = max(self.marked, int(number))


class Reader(threading.Thread):
    """Reads from one exchange without end; remembers what it found, and what it must have found."""

    newest_seen = 0
    """The highest value that any reader was given."""

    def __init__(self, process: Process, key: str, log: Log) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{process.port}", headers={"apikey": key}, timeout=30)
        self.log, self.is_over = log, threading.Event()
        self.reads = self.not_sent = 0
        self.stale: list[tuple[int, int, int]] = []
        self.odd: list[str] = []

    def run(self) -> None:
        """Read until told to stop."""
        tag, value = "", 0
        while not self.is_over.is_set():
            done, seen = self.log.done, Reader.newest_seen
            answer = self.client.get(DESA, headers={"If-None-Match": tag} if self.reads % 2 and tag else {})
            self.reads += 1
            if answer.status_code == 304:
                self.not_sent += 1
            elif answer.status_code == 200:
                tag, value = answer.headers["etag"], answer.json()[0]["jumlah"]
            else:
                self.odd.append(answer.text)
                continue
            if value < done or value < seen:
                self.stale.append((value, done, seen))
            Reader.newest_seen = max(Reader.newest_seen, value)


def test_no_answer_is_older_than_what_was_done_or_seen(world: World, exchanges: list[Process], long: bool) -> None:
    world.execute(f'UPDATE "{world.schema["live"]}"."desa" SET jumlah = 0 WHERE kode = \'63.05.01\'')
    log, chance = Log(), random.Random(5)
    Reader.newest_seen = 0
    readers = [Reader(process, world.keys["alice_live"].text, log) for process in exchanges for _ in range(2)]
    for reader in readers:
        reader.start()
    started = time.monotonic()
    deliverer = Deliverer(world, log, 0, 25)
    kills = stops = 0

    def is_over() -> bool:
        """A slow machine takes longer until enough has happened."""
        seconds = time.monotonic() - started
        return seconds > (300 if long else 12) and ((log.done > 20 and kills > 1 and stops > 3) or seconds > 90)

    try:
        while not is_over():
            time.sleep(chance.uniform(0, 0.12))
            if log.marked < deliverer.first:  # still starting
                continue
            if deliverer.is_standing():
                stops += 1
                time.sleep(chance.uniform(0, 0.15))
                deliverer.signal(signal.SIGCONT)
            elif chance.random() < 0.3:
                deliverer.signal(signal.SIGSTOP)
            if chance.random() < 0.08:
                deliverer.kill()
                kills += 1
                deliverer = Deliverer(world, log, kills, 25)
    finally:
        deliverer.kill()
        time.sleep(0.2)
        for reader in readers:
            reader.is_over.set()
        for reader in readers:
            reader.join(30)
    assert [reader.stale for reader in readers] == [[]] * len(readers)
    assert [reader.odd for reader in readers] == [[]] * len(readers)
    assert kills > 1
    assert stops > 3
    assert log.done > 20
    assert sum(reader.reads for reader in readers) > 500
    assert sum(reader.not_sent for reader in readers) > 50
    assert sum(process.client.get("/health").json()["answers_from_memory"] for process in exchanges) > 50
    # Whoever died on its way left nothing that isn't put in order.
    check_settled(world, exchanges)


def check_settled(world: World, exchanges: list[Process]) -> None:
    """Check that both exchanges come to answer from memory again, with what the database has."""
    [(stored,)] = world.execute(f'SELECT jumlah FROM "{world.schema["live"]}"."desa" WHERE kode = \'63.05.01\'')
    headers = {"apikey": world.keys["alice_live"].text}
    for process in exchanges:

        def is_kept(process: Process = process) -> bool:
            first, second = (process.client.get(DESA, headers=headers) for _ in range(2))
            assert first.json() == second.json() == [{"jumlah": stored}]
            hits = process.client.get("/health").json()["answers_from_memory"]
            process.client.get(DESA, headers=headers)
            return bool(process.client.get("/health").json()["answers_from_memory"] > hits)

        wait_until(is_kept)


@pytest.mark.parametrize("dies", [True, False])
def test_delivery_that_stands_still_before_its_commit_stops_no_reader(
    world: World, exchanges: list[Process], dies: bool
) -> None:
    log = Log()
    [(log.marked,)] = world.execute(f'SELECT jumlah FROM "{world.schema["live"]}"."desa" WHERE kode = \'63.05.01\'')
    log.marked += 3 - log.marked % 3  # the next one is sent by itself, and odd or even alike
    deliverer = Deliverer(world, log, 1, 100)
    headers = {"apikey": world.keys["alice_live"].text}
    try:
        wait_until(deliverer.is_standing)
        values = {
            process.client.get(DESA, headers=headers).json()[0]["jumlah"] for process in exchanges for _ in range(5)
        }
        assert len(values) == 1
        if dies:
            deliverer.kill()
        else:
            deliverer.signal(signal.SIGCONT)
            wait_until(lambda: log.done > values.copy().pop())
    finally:
        deliverer.kill()
    check_settled(world, exchanges)
