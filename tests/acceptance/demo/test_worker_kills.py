"""The worker killed in the middle of its work, again and again: every job ends up done, once in its effect.

The work is the demo's: two sample requests for which the worker makes tables and mock rows, runs the integration tests
against a real exchange, delivers a file, makes papers and dashboards, and seals what the exchange noted.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from portal_world import ROOT, point_django
from simpul.cli.rehearsal.hub import find_free_ports
from simpul.portal.cases.checking import list_differences
from simpul.store.launcher import Database
from simpul.store.pools import connect, read_dsn, write_dsn
from simpul.store.sql import SQL, Identifier

pytestmark = pytest.mark.timeout(1500)
"""Fifty starts of a worker on a busy machine take their time."""

KILLS_A_ROUND, KILLS = 10, 50
LONGEST_WORK_SECONDS = 4.0
PLAYED_SECONDS = 180
SAMPLES = 9
PERIODIC = ("refresh_held_acts", "refresh_dashboards", "purge_refused_rows")


class Hub:
    """A loaded demo's database, its exchange, and a worker that is started as the supervisor does."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.port = find_free_ports(1)[0]
        hidden = ("SIMPUL_DSN", "DATABASE_URL")
        self.environment = {name: value for name, value in os.environ.items() if name not in hidden} | {
            "SIMPUL_HOME": str(home),
            "EXCHANGE_PORT": str(self.port),
            "PYTHONPATH": str(ROOT / "src"),
            "DEMO": "true",
        }

    def start(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "simpul.cli.child", name, str(os.getpid())],
            env=self.environment | {"SIMPUL_DSN": self.database.dsn(name)},
            start_new_session=True,
        )

    def ask(self, statement: str) -> list[Any]:
        with connect(self.database.owner_dsn, autocommit=True) as link:
            cursor = link.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def list_unplayed(self) -> int:
        return SAMPLES - int(self.ask("SELECT count(*) FROM audit_entry WHERE kind = 'demo.played'")[0][0])

    def is_working(self) -> bool:
        """Is a job being done by a worker that lives?"""
        return bool(
            self.ask(
                "SELECT 1 FROM procrastinate_jobs j JOIN procrastinate_workers w ON w.id = j.worker_id"
                " WHERE j.status = 'doing' AND w.last_heartbeat > now() - interval '30 seconds'"
            )
        )

    def kill_in_work(self, events: int, pause: float) -> None:
        """Start a worker and kill it in its work; then let the time pass until it is missed.

        Args: it is killed `pause` seconds after `events` more events of the requests, or after some seconds at work.
        """
        known = len(self.list_history()) + events
        worker = self.start("worker")
        try:
            wait_until(lambda: self.is_working() or not self.list_unplayed(), 60)
            end = time.monotonic() + LONGEST_WORK_SECONDS
            while len(self.list_history()) < known and time.monotonic() < end:
                time.sleep(0.01)
            time.sleep(pause)
        finally:
            kill(worker)
        self.ask("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")

    def finish(self) -> None:
        """Let a worker go on until everything is done and sealed, and stop it politely."""
        worker = self.start("worker")
        try:
            wait_until(lambda: not self.list_unplayed(), PLAYED_SECONDS)
            wait_until(lambda: not self.list_jobs() and not self.count_unsealed(), 60)
            worker.terminate()
            assert worker.wait(20) in (
                0,
                -signal.SIGTERM,
            )  # the latter where it had nothing to do and was still starting
        finally:
            kill(worker)

    def list_jobs(self) -> list[Any]:
        rows = self.ask("SELECT task_name, status::text, attempts FROM procrastinate_jobs")
        return [row for row in rows if row[0] not in PERIODIC]

    def count_unsealed(self) -> int:
        statement = (
            "SELECT count(*) FROM evidence e WHERE NOT EXISTS (SELECT FROM sealed_row s WHERE s.evidence_id = e.id)"
        )
        return int(self.ask(statement)[0][0])

    def list_history(self) -> set[Any]:
        return set(self.ask("SELECT case_id, sequence, kind, act FROM case_event"))


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(check: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end
        time.sleep(0.02)


def rename(database: Database, name: str) -> Database:
    return Database(write_dsn(read_dsn(database.owner_dsn) | {"dbname": name}), database.keys)


@contextmanager
def run_hub(loaded_database: Database, home: Path, number: int) -> Iterator[Hub]:
    """Give a hub on a copy of the loaded database, with a running exchange. The copy goes with the whole cluster."""
    name = f"{read_dsn(loaded_database.owner_dsn)['dbname']}_{number}"
    make = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
        Identifier(name), Identifier(str(read_dsn(loaded_database.owner_dsn)["dbname"]))
    )
    with connect(rename(loaded_database, "postgres").owner_dsn, autocommit=True) as link:
        link.execute(make)
        link.execute(SQL("GRANT CREATE ON DATABASE {} TO simpul_worker").format(Identifier(name)))
    hub = Hub(rename(loaded_database, name), home)
    exchange = hub.start("exchange")
    try:
        yield hub
    finally:
        kill(exchange)
        point_django(loaded_database.dsn("portal"))


def test_worker_killed_in_the_middle_of_its_work_does_each_job_once(
    loaded: Path, database: Database, long: bool
) -> None:
    point_django("postgresql://nobody@127.0.0.1:1/none")  # the copied database may have no other guest
    chance = random.Random(2026)
    kills_left, number = (KILLS if long else 3), 0
    while kills_left > 0:
        number += 1
        with run_hub(database, loaded, number) as hub:
            for _ in range(min(kills_left, KILLS_A_ROUND)):
                if not hub.list_unplayed():
                    break
                before = hub.list_history()
                hub.kill_in_work(chance.randint(0, 6), chance.uniform(0, 0.4))
                assert before <= hub.list_history()
                kills_left -= 1
            hub.finish()
            check(hub)


def check(hub: Hub) -> None:
    """Check that all that was asked of the worker is there, whole and once."""
    check_requests(hub)
    check_services(hub)
    check_rows(hub)
    check_evidence(hub)


def check_requests(hub: Hub) -> None:
    point_django(hub.database.dsn("portal"))
    assert list_differences() == []
    doubled = (
        "SELECT case_id, step, round, act, organization_id FROM case_event WHERE act <> '' GROUP BY 1, 2, 3, 4, 5, kind"
    )
    assert hub.ask(f"{doubled} HAVING count(*) > 1") == []
    assert hub.ask("SELECT case_id, name FROM paper GROUP BY case_id, round, step, name HAVING count(*) > 1") == []
    rows = hub.ask(
        "SELECT DISTINCT step_no FROM paper p JOIN case_file c ON c.id = p.case_id WHERE c.state = 'selesai'"
    )
    assert sorted(row[0] for row in rows) == list(range(1, 16))


def check_services(hub: Hub) -> None:
    own = "SELECT context, stage, state, problem FROM publication WHERE context <> 'referensi' ORDER BY context, stage"
    rows = hub.ask(own)
    assert [tuple(row) for row in rows] == [
        ("kelahiran", "live", "verifikasi", ""),
        ("kelahiran", "sandbox", "terbuka", ""),
        ("wilayah_tapin", "live", "aktif", ""),
        ("wilayah_tapin", "sandbox", "terbuka", ""),
    ]
    assert hub.ask("SELECT state, failed, passed > 0 FROM test_run") == [("selesai", 0, True)] * 2
    grants = "SELECT dataset_id, organization_id, role FROM data_grant WHERE revoked_at IS NULL AND trial_until IS NULL"
    assert hub.ask(f"{grants} GROUP BY 1, 2, 3 HAVING count(*) > 1") == []
    # A run that was cut off can't take its keys back: they end by themselves.
    late = "SELECT 1 FROM api_key WHERE revoked_at IS NULL AND expires_at > now() + interval '15 minutes'"
    assert hub.ask(late) == []


def check_rows(hub: Hub) -> None:
    """Check each table against its one batch, and that there is no table besides."""
    datasets = hub.ask(
        "SELECT d.id, d.schema_name, d.table_name, d.row_count, p.stage, p.context FROM dataset d"
        " JOIN publication p ON p.id = d.publication_id WHERE p.context <> 'referensi'"
    )
    schemas = ", ".join(f"'{row[1]}'" for row in datasets)
    tables = hub.ask(
        f"SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ({schemas})"
    )
    # Beside each table stands what the hub notes of its changes.
    assert {(schema, name.partition("$")[0]) for schema, name in tables} == {(row[1], row[2]) for row in datasets}
    for dataset, schema, table, row_count, stage, context in datasets:
        # Beside the mock rows, the integration tests try deliveries on the sandbox.
        kind = "file_name = 'mock.json'" if stage == "sandbox" else "true"
        batches = hub.ask(f"SELECT inserted, refused FROM batch WHERE dataset_id = {dataset} AND {kind}")
        [(stored,)] = hub.ask(f'SELECT count(*) FROM "{schema}"."{table}"')
        if (stage, context) == ("live", "kelahiran"):
            assert (stored, batches) == (0, [])
            continue
        assert batches == [(stored, 0)]
        assert stored == row_count == (148 if stage == "live" else row_count) > 0


def check_evidence(hub: Hub) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simpul.cli", "evidence", "verify"],
        env=hub.environment | {"DATABASE_URL": hub.database.owner_dsn},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert hub.ask("SELECT count(*) > 0 FROM seal") == [(True,)]


@pytest.mark.usefixtures("loaded")
def test_job_of_a_killed_worker_is_taken_up_within_half_a_minute(loaded: Path, database: Database, long: bool) -> None:
    if not long:
        pytest.skip("waits for the real silence: with --long")
    point_django("postgresql://nobody@127.0.0.1:1/none")
    with run_hub(database, loaded, 99) as hub:
        worker = hub.start("worker")
        wait_until(hub.is_working, 60)
        kill(worker)
        killed_at = time.monotonic()
        worker = hub.start("worker")
        try:
            ask = "SELECT 1 FROM procrastinate_events WHERE type = 'deferred_for_retry'"
            wait_until(lambda: hub.ask(ask), 60)
            print(f"\ntaken up {time.monotonic() - killed_at:.1f} seconds after the kill")
            assert time.monotonic() - killed_at < 30
        finally:
            kill(worker)
