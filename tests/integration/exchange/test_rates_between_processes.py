"""The limits hold for all processes of a machine together, and no killed or stopped one spoils them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from simpul.exchange.admit import Gate
from simpul.exchange.quota_errors import TooManyAtOnce
from simpul.exchange.rates import Allowance
from simpul.store.errors import CountersAway
from simpul.store.shared_counters import SharedCounters

HAMMER = """
import json, sys, time
from pathlib import Path
from simpul.exchange.admit import Gate
from simpul.exchange.quota_errors import QuotaExceeded
from simpul.exchange.rates import Allowance
gate = Gate(Path(sys.argv[1]))
plan = Allowance("x", **json.loads(sys.argv[2]))
print("ready", flush=True)
until, taken = float(sys.stdin.readline()), 0
while time.monotonic() < until:
    try:
        gate.admit(plan, 20, 7).release(1)
        taken += 1
    except QuotaExceeded:
        pass
print(taken, flush=True)
"""
HOLD = """
import sys, time
from pathlib import Path
from simpul.exchange.admit import Gate
from simpul.exchange.rates import Allowance
gate = Gate(Path(sys.argv[1]))
held = [gate.admit(Allowance("x", concurrent_calls=5), 20, 7) for _ in range(3)]
if "lock" in sys.argv:
    gate.counters.lock(gate.counters.find(20 << 32 | 7, 1))
print("held", flush=True)
time.sleep(60)
"""


class Worker:
    """A Python of its own that runs a script on the counters of a folder."""

    def __init__(self, script: str, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.read() in ("ready", "held")

    def read(self) -> str:
        """The next line it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go(self, until: float) -> None:
        """Let it begin, and end at a time of the machine's one monotonic clock."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{until}\n")
        self.process.stdin.flush()

    def send(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.process.pid, number)

    def end(self) -> None:
        """Make sure that it is gone."""
        self.process.kill()
        self.process.communicate()


def hammer(folder: Path, processes: int, seconds: float, **plan: int) -> int:
    """Let several processes call as fast as they can; return how many calls were let in."""
    workers = [Worker(HAMMER, folder, json.dumps(plan)) for _ in range(processes)]
    until = time.monotonic() + seconds
    for worker in workers:
        worker.go(until)
    taken = sum(int(worker.read()) for worker in workers)
    for worker in workers:
        worker.end()
    return taken


@pytest.mark.parametrize("processes", [2, 4])
def test_rate_of_several_processes_is_within_a_tenth(tmp_path: Path, processes: int) -> None:
    seconds = 2.0
    taken = hammer(tmp_path, processes, seconds, rate_per_second=500, burst=50)
    assert taken == pytest.approx(500 * seconds + 50, rel=0.1)


def test_day_of_several_processes_is_exact(tmp_path: Path) -> None:
    assert hammer(tmp_path, 3, 1.0, calls_per_day=2000) == 2000


def test_rows_of_several_processes_are_all_counted(tmp_path: Path) -> None:
    taken = hammer(tmp_path, 2, 0.5)
    gate = Gate(tmp_path)
    told = gate.admit(Allowance("x", rows_per_day=10**9), 20, 7).headers["ratelimit"]
    assert f"r={10**9 - taken};" in told


def test_process_that_joins_one_that_was_alone_loses_no_count(tmp_path: Path) -> None:
    _join_one(tmp_path, 2.0)


def _join_one(folder: Path, seconds: float) -> None:
    folder.mkdir(exist_ok=True)
    until = time.monotonic() + seconds
    first = Worker(HAMMER, folder, json.dumps({}))
    first.go(until)
    time.sleep(0.3)
    second = Worker(HAMMER, folder, json.dumps({}))
    second.go(until)
    taken = [int(worker.read()) for worker in (first, second)]
    first.end()
    second.end()
    told = Gate(folder).admit(Allowance("x", rows_per_day=10**9), 20, 7).headers["ratelimit"]
    assert f"r={10**9 - sum(taken)};" in told
    if min(taken) == 0:  # a busy machine started the second one too late: it joined nobody
        assert seconds < 30
        _join_one(folder / "again", seconds * 4)


def test_process_takes_locks_only_while_it_is_not_alone(tmp_path: Path) -> None:
    counters = SharedCounters(tmp_path / "calls")
    slot = counters.find(1, 1)
    assert not counters.lock(slot)
    other = SharedCounters(tmp_path / "calls")
    assert not counters.is_alone
    assert not other.is_alone
    assert counters.lock(slot)
    counters.unlock(slot)
    counters.look_around()
    assert not counters.is_alone
    other.close()
    counters.look_around()
    assert not counters.lock(slot)
    counters.close()


def test_places_of_a_killed_process_are_taken_again(tmp_path: Path) -> None:
    gate, plan = Gate(tmp_path), Allowance("x", concurrent_calls=3)
    worker = Worker(HOLD, tmp_path)
    with pytest.raises(TooManyAtOnce):
        gate.admit(plan, 20, 7)
    worker.send(signal.SIGSTOP)
    with pytest.raises(TooManyAtOnce):
        gate.admit(plan, 20, 7)
    worker.send(signal.SIGKILL)
    worker.end()
    held: list[Any] = [gate.admit(plan, 20, 7) for _ in range(3)]
    assert len(held) == 3


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_process_that_dies_or_stops_with_the_lock_keeps_nobody_waiting(tmp_path: Path, number: int) -> None:
    gate = Gate(tmp_path)
    worker = Worker(HOLD, tmp_path, "lock")
    worker.send(number)
    time.sleep(0.1)
    began = time.monotonic()
    for _ in range(10):
        gate.admit(Allowance("x", rate_per_second=1000, burst=100), 20, 7).release()
    assert time.monotonic() - began < 1.0
    worker.end()


def test_full_table_gives_the_slots_of_yesterday_away(tmp_path: Path) -> None:
    counters = SharedCounters(tmp_path / "calls", slots=8)
    for key in range(1, 9):
        counters.find(key, 1)
    kept, held = counters.find(3, 2), counters.find(4, 2)
    counters.write(kept, 2, 0.0, 1, 0)
    counters.enter(held)
    fresh = {counters.find(key, 2) for key in range(11, 17)}
    assert len(fresh) == 6
    assert not fresh & {kept, held}
    with pytest.raises(CountersAway):
        counters.find(99, 2)
    counters.close()
