"""The worker's own part: how many sources it reads at once, each once, and that it ends in time."""

import threading
import time

from simpul.jobs.sourcing import Fetching


class Runs:
    """Sources that read until they are let go, or until the worker stops."""

    def __init__(self) -> None:
        self.due = [1, 2, 3]
        self.started: list[int] = []
        self.let_go = threading.Event()

    def run(self, source: int, stop: threading.Event) -> None:
        self.started.append(source)
        while not (stop.is_set() or self.let_go.is_set()):
            time.sleep(0.005)


def wait_for(runs: Runs, count: int) -> None:
    until = time.monotonic() + 10
    while len(runs.started) < count and time.monotonic() < until:
        time.sleep(0.005)


def test_no_more_than_the_room_allows_and_none_twice() -> None:
    runs = Runs()
    fetching = Fetching(lambda: list(runs.due), runs.run, at_once=2)
    assert [fetching.start_due(), fetching.start_due()] == [2, 0]
    wait_for(runs, 2)
    runs.let_go.set()
    runs.due = [3]
    until = time.monotonic() + 10
    while not fetching.start_due() and time.monotonic() < until:
        time.sleep(0.005)
    wait_for(runs, 3)
    fetching.stop()
    assert sorted(runs.started) == [1, 2, 3]


def test_stop_ends_runs_between_chunks() -> None:
    runs = Runs()
    fetching = Fetching(lambda: list(runs.due), runs.run)
    fetching.start_due()
    wait_for(runs, 3)
    began = time.monotonic()
    fetching.stop()
    assert time.monotonic() - began < 2


def test_run_that_fails_does_not_end_the_loop() -> None:
    failed = threading.Event()

    def fail(source: int, stop: threading.Event) -> None:
        failed.set()
        raise RuntimeError("rahasia")

    fetching = Fetching(lambda: [7], fail)
    assert fetching.start_due() == 1
    assert failed.wait(10)
    until = time.monotonic() + 10
    while not fetching.start_due() and time.monotonic() < until:
        time.sleep(0.005)
    assert time.monotonic() < until
    fetching.stop()
