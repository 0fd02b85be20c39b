"""The queue: jobs live and die with the caller's transaction, and outlive a killed worker."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.queue import Task, apply_queue_schema, defer, list_migrations, make_app, rescue_stalled, run_worker
from simpul.store.roles import grant_privileges, make_roles
from simpul.store.sql import errors


@pytest.fixture
def hub(database: Database) -> Database:
    apply_queue_schema(database.owner_dsn)
    make_roles(database.owner_dsn, database.keys)
    grant_privileges(database.owner_dsn)
    return database


def count_jobs(hub: Database) -> int:
    with connect(hub.owner_dsn) as connection:
        return int(connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()[0])  # type: ignore[index]


@pytest.mark.parametrize("role", ["portal", "exchange", "worker"])
def test_a_job_is_enqueued_with_the_transaction_and_rolled_back_with_it(hub: Database, role: str) -> None:
    with connect(hub.dsn(role)) as connection:
        assert defer(connection, "seal") is not None
        connection.rollback()
        assert count_jobs(hub) == 0
        defer(connection, "seal", number=3)
    assert count_jobs(hub) == 1


def test_a_second_job_of_a_waiting_queueing_lock_is_left_out_and_the_transaction_goes_on(hub: Database) -> None:
    with connect(hub.dsn("portal")) as connection:
        assert defer(connection, "publish", queueing_lock="publication:1") is not None
        assert defer(connection, "publish", queueing_lock="publication:1") is None
        assert defer(connection, "publish", queueing_lock="publication:2") is not None
    assert count_jobs(hub) == 2


def test_the_exchange_reads_no_arguments_of_jobs(hub: Database) -> None:
    with connect(hub.dsn("exchange")) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SELECT args FROM procrastinate_jobs")


def test_an_argument_that_is_not_json_is_refused(hub: Database) -> None:
    with connect(hub.dsn("portal")) as connection, pytest.raises(TypeError):
        defer(connection, "publish", when=object())


def test_the_worker_does_the_jobs_with_their_arguments(hub: Database) -> None:
    done: list[int] = []
    with connect(hub.dsn("portal")) as connection:
        for number in range(5):
            defer(connection, "count", number=number)
    asyncio.run(run_worker(hub.dsn("worker"), [Task("count", lambda number: done.append(number))], wait=False))
    assert sorted(done) == list(range(5))
    assert count_jobs(hub) == 0


def test_a_job_that_fails_is_kept_for_another_try(hub: Database) -> None:
    def fail() -> None:
        raise RuntimeError("not now")

    with connect(hub.dsn("portal")) as connection:
        defer(connection, "fail")
    asyncio.run(run_worker(hub.dsn("worker"), [Task("fail", fail)], wait=False))
    with connect(hub.owner_dsn) as connection:
        row = connection.execute(
            "SELECT status::text, attempts, scheduled_at > now() FROM procrastinate_jobs"
        ).fetchone()
    assert row == ("todo", 1, True)


SHAPE = """
SELECT 'column', table_name || '.' || column_name, data_type FROM information_schema.columns WHERE table_name LIKE 'procrastinate%'
UNION ALL SELECT 'function', oid::regprocedure::text, md5(regexp_replace(prosrc, '\\s+', ' ', 'g')) FROM pg_proc WHERE proname LIKE 'procrastinate%'
UNION ALL SELECT 'index', indexname, regexp_replace(indexdef, '\\s+', ' ', 'g') FROM pg_indexes WHERE tablename LIKE 'procrastinate%'
ORDER BY 1, 2
"""


def read_shape(database: Database) -> list[tuple[str, ...]]:
    with connect(database.owner_dsn) as connection:
        return connection.execute(SHAPE).fetchall()


def test_a_new_queue_counts_all_migrations_as_done(database: Database) -> None:
    assert apply_queue_schema(database.owner_dsn) == ["schema"]
    assert apply_queue_schema(database.owner_dsn) == []
    with connect(database.owner_dsn) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM simpul_queue_migration ORDER BY 1")]
    assert names == list(list_migrations())


def test_a_queue_that_was_migrated_has_the_shape_of_a_new_one(database: Database) -> None:
    apply_queue_schema(database.owner_dsn)
    fresh = read_shape(database)
    with connect(database.owner_dsn) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.execute("CREATE TABLE simpul_queue_migration (name text PRIMARY KEY)")
        connection.execute("INSERT INTO simpul_queue_migration VALUES ('before the first')")
    assert apply_queue_schema(database.owner_dsn) == list(list_migrations())
    assert read_shape(database) == fresh


WORKER = """
import asyncio, sys, time
from simpul.store.queue import Task, run_worker
def sleep():
    print("begun", flush=True)
    time.sleep(60)
asyncio.run(run_worker(sys.argv[1], [Task("sleep", sleep)]))
"""


def test_the_job_of_a_killed_worker_is_done_again(hub: Database) -> None:
    with connect(hub.dsn("portal")) as connection:
        defer(connection, "sleep")
    kill_at_work(hub, begun=1)
    done: list[bool] = []
    tasks = [Task("sleep", lambda: done.append(True))]
    assert rescue(hub, tasks) == 1
    with connect(hub.owner_dsn) as connection:  # a kill isn't the job's failure: it keeps all its tries
        assert connection.execute("SELECT status::text, attempts FROM procrastinate_jobs").fetchall() == [("todo", 0)]
    asyncio.run(run_worker(hub.dsn("worker"), tasks, wait=False))
    assert done == [True]


def test_the_job_of_a_killed_worker_gives_way_to_the_same_work_that_waits_and_holds_up_no_other(hub: Database) -> None:
    with connect(hub.dsn("portal")) as connection:
        defer(connection, "sleep", lock="publish:a", queueing_lock="run_tests:1")
        defer(connection, "sleep", lock="publish:b")
    kill_at_work(hub, begun=2)
    with connect(hub.dsn("portal")) as connection:
        waiting = defer(connection, "sleep", lock="publish:a", queueing_lock="run_tests:1")
    done: list[bool] = []
    tasks = [Task("sleep", lambda: done.append(True))]
    assert rescue(hub, tasks) == 1
    with connect(hub.owner_dsn) as connection:
        rows = connection.execute("SELECT id, lock FROM procrastinate_jobs ORDER BY lock").fetchall()
    assert (rows[0], len(rows)) == ((waiting, "publish:a"), 2)
    asyncio.run(run_worker(hub.dsn("worker"), tasks, wait=False))
    assert (done, count_jobs(hub)) == ([True, True], 0)


def kill_at_work(hub: Database, begun: int) -> None:
    """Kill a worker once it has begun so many jobs, and wait until it counts as silent."""
    worker = subprocess.Popen([sys.executable, "-c", WORKER, hub.dsn("worker")], stdout=subprocess.PIPE)
    assert worker.stdout is not None
    for _ in range(begun):
        assert worker.stdout.readline() == b"begun\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    time.sleep(0.3)


def rescue(hub: Database, tasks: list[Task]) -> int:
    async def run() -> int:
        app = make_app(hub.dsn("worker"), tasks)
        async with app.open_async():
            return await rescue_stalled(app, silent_seconds=0.1)

    return asyncio.run(run())
