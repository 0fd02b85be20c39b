"""Deliveries at the same time, and deliveries that are killed."""

import multiprocessing
import random
import threading
import time
from collections.abc import Iterator

import pytest
from delivery_bench import Bench, prepare, write_csv

from simpul.delivery.errors import BatchRunning
from simpul.delivery.pipeline import deliver
from simpul.delivery.report import BatchReport
from simpul.delivery.sheet import Row, Sheet
from simpul.store.launcher import Database

HEADER = ["kode", "nama", "penduduk"]


@pytest.fixture(scope="module")
def delivery_database(database: Database) -> Database:
    return prepare(database)


class Gate:
    """Rows that wait in the middle, so that a test decides when a delivery goes on."""

    def __init__(self, rows: list[list[object]]) -> None:
        self.rows, self.reached, self.opened = rows, threading.Event(), threading.Event()

    def sheet(self) -> Sheet:
        return Sheet("csv", list(HEADER), self._read(), text_only=True)

    def _read(self) -> Iterator[Row]:
        for position, cells in enumerate(self.rows, start=2):
            if position == 3:
                self.reached.set()
                assert self.opened.wait(20)
            yield position, cells


def run_all(works) -> list[threading.Thread]:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    return threads


def test_the_same_key_while_the_first_runs_is_a_conflict_and_afterwards_the_first_answer(bench: Bench):
    gate, reports = Gate([["1", "a", "1"], ["2", "b", "2"]]), []

    def first():
        with bench.connect() as connection:
            reports.append(deliver(connection, bench.target, gate.sheet(), bench.envelope(b"body", "k")))

    (thread,) = run_all([first])
    assert gate.reached.wait(20)
    with pytest.raises(BatchRunning) as caught:
        bench.send(b"kode,nama\n1,a\n", key="k")
    assert caught.value.status == 409
    gate.opened.set()
    thread.join()
    with bench.connect() as connection:
        again = deliver(connection, bench.target, Gate([]).sheet(), bench.envelope(b"body", "k"))
    assert again.replayed
    assert again.to_dict() == reports[0].to_dict()
    assert bench.batches == 1


def test_two_deliveries_that_began_together_both_end(bench: Bench):
    gates, reports = [Gate([[str(n), "a", "1"], ["9", name, "2"]]) for n, name in ((1, "x"), (2, "y"))], []

    def run(gate):
        with bench.connect() as connection:
            reports.append(deliver(connection, bench.target, gate.sheet(), bench.envelope()))

    threads = run_all([lambda gate=gate: run(gate) for gate in gates])
    assert all(gate.reached.wait(20) for gate in gates)  # both have a batch row and neither the dataset's lock
    for gate in gates:
        gate.opened.set()
    for thread in threads:
        thread.join()
    assert sorted(report.dataset_version for report in reports) == [1, 2]
    assert sorted((report.inserted, report.updated) for report in reports) == [(1, 1), (2, 0)]
    assert len(bench.read("kode")) == 3


def test_many_deliveries_on_the_same_keys_lose_and_double_nothing(bench: Bench):
    reports: list[BatchReport] = []

    def send(worker: int):
        chance = random.Random(worker)
        for turn in range(4):
            rows = [[str(chance.randrange(30)), f"w{worker}t{turn}n{n}", n] for n in range(20)]
            reports.append(bench.send_table(HEADER, *rows))

    for thread in run_all([lambda worker=worker: send(worker) for worker in range(4)]):
        thread.join()
    assert len(reports) == 16
    stored = bench.read("kode", "_version")
    assert sum(report.inserted for report in reports) == len(stored) == len({key for key, _ in stored})
    changed = [report for report in reports if report.inserted or report.updated]
    assert sorted(report.dataset_version for report in changed) == list(range(1, bench.version + 1))
    assert bench.ask("SELECT row_count FROM dataset WHERE id = %s", bench.target.dataset_id) == (len(stored),)


def send_and_die(bench: Bench, content: bytes, key: str) -> None:
    bench.send(content, key=key)


def time_delivery(bench: Bench, rows: int) -> float:
    """Return how many seconds a delivery takes here, tried out and thrown away."""
    started = time.monotonic()
    bench.send(write_csv(HEADER, [[f"t-{n}", "a" if n % 10 else "", n] for n in range(rows)]), dry_run=True)
    return time.monotonic() - started


def retry(bench: Bench, content: bytes, key: str) -> BatchReport:
    """Send again as a program does: on 409 wait until the server has noticed that the first is gone."""
    for _ in range(200):
        try:
            return bench.send(content, key=key)
        except BatchRunning:
            time.sleep(0.1)
    raise AssertionError("the first delivery never ended")


@pytest.mark.timeout(600)
def test_a_delivery_killed_at_any_moment_is_whole_or_absent(bench: Bench, long: bool):
    chance, rows = random.Random(20261124), 10_000
    usual = time_delivery(bench, rows)
    context = multiprocessing.get_context("fork")
    for turn in range(50 if long else 6):
        content = write_csv(HEADER, [[f"{turn}-{n}", "a" if n % 10 else "", n] for n in range(rows)])
        process = context.Process(target=send_and_die, args=(bench, content, f"k-{turn}"))
        process.start()
        time.sleep(chance.uniform(0.01, usual))
        process.kill()
        process.join()
        stored, batches = len(bench.read("kode")), bench.batches
        whole = (turn + 1) * rows * 9 // 10
        assert (stored, batches) in {(whole, turn + 1), (whole - rows * 9 // 10, turn)}
        report = retry(bench, content, f"k-{turn}")
        assert (report.received, report.inserted, report.refused) == (rows, rows * 9 // 10, rows // 10)
        assert (len(bench.read("kode")), bench.batches, bench.version) == (whole, turn + 1, turn + 1)
    kept = bench.ask(
        "SELECT count(*) FROM refused_row r JOIN batch b ON b.id = r.batch_id WHERE b.dataset_id = %s",
        bench.target.dataset_id,
    )
    assert kept == (bench.batches * rows // 10,)
