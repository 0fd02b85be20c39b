"""The job queue: a job is enqueued by name inside the caller's transaction, and done by the worker.

The tables are procrastinate's, in schema `public`. A job's arguments are ids and codes, never personal data.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Protocol

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager

from simpul.store.pools import connect, name_connection
from simpul.store.sql import Connection

CONNECTIONS = 8
BEAT_SECONDS = 3.0
"""How often a worker gives a sign of life, and looks for the jobs of one that gives none."""
SILENT_SECONDS = 12.0
"""After so long without a sign a worker counts as dead, and its jobs are done again."""
POLL_SECONDS = 2.0
"""A job that was taken from a dead worker isn't announced; it is found by looking this often."""
STOP_SECONDS = 8.0
_LOCK = 7_310_586


class Cursor(Protocol):
    """What is needed of a DB-API cursor."""

    def execute(self, query: Any, params: Any = ..., /) -> Any: ...
    def fetchone(self) -> Any: ...


class CursorSource(Protocol):
    """A psycopg connection, or Django's: whatever gives a cursor of the running transaction."""

    def cursor(self) -> AbstractContextManager[Cursor]: ...


@dataclass(frozen=True)
class Task:
    """One kind of job.

    `run` takes the arguments it was deferred with; a periodic one (`cron`, five or six fields) takes
    `timestamp` (int, seconds). It must bear being done twice, because a killed worker's job is done again.
    Failures are tried `attempts` times, waiting 2, 4, 8 … seconds.
    """

    name: str
    run: Callable[..., object] | Callable[..., Awaitable[object]]
    attempts: int = 5
    cron: str | None = None
    lock: str | None = None


_DEFER = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
VALUES ('default', %s, %s, %s, %s, %s::jsonb, %s) ON CONFLICT DO NOTHING RETURNING id
"""
# The queue's own function would raise on a queueing lock that is taken, and so end the caller's transaction.


def defer(
    connection: CursorSource,
    task_name: str,
    /,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    priority: int = 0,
    scheduled_at: datetime | None = None,
    **arguments: object,
) -> int | None:
    """Enqueue a job in the caller's transaction: it exists when that commits, and never otherwise.

    Args: jobs of one `lock` never run at the same time; while a job of one `queueing_lock` waits, a
        second isn't enqueued; higher `priority` runs first; `arguments` are plain JSON values.

    Returns: the job's number, or None where one of that queueing lock waits already.
    Raises: TypeError where an argument isn't JSON.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DEFER, [task_name, priority, lock, queueing_lock, json.dumps(arguments), scheduled_at])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def apply_queue_schema(owner_dsn: str) -> list[str]:
    """Make the queue's tables, or bring them to the installed version; doing it again changes nothing.

    Returns: the migrations that were run, in order; the name `schema` for a new queue.
    """
    with connect(owner_dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        connection.execute("CREATE TABLE IF NOT EXISTS simpul_queue_migration (name text PRIMARY KEY)")
        done = {str(row[0]) for row in connection.execute("SELECT name FROM simpul_queue_migration")}
        known = list_migrations()
        if not done:
            _apply(connection, SchemaManager.get_schema(), list(known))
            return ["schema"]
        fresh = [name for name in known if name not in done]
        for name in fresh:
            _apply(connection, known[name], [name])
        return fresh


def list_migrations() -> dict[str, str]:
    """Return file name → statements of the queue's migrations, in the order they are run."""
    folder = files("procrastinate.sql") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {name: (folder / name).read_text("utf-8") for name in names}


def _apply(connection: Connection[Any], statements: str, names: list[str]) -> None:
    with connection.transaction():
        connection.execute(statements.encode())
        connection.execute("INSERT INTO simpul_queue_migration SELECT unnest(%s::text[])", [names])


def make_app(dsn: str, tasks: Iterable[Task]) -> procrastinate.App:
    """Return the worker's app for the worker's address, knowing these tasks."""
    connector = procrastinate.PsycopgConnector(
        conninfo=name_connection(dsn, "simpul worker"), min_size=1, max_size=CONNECTIONS, reconnect_timeout=30.0
    )
    app = procrastinate.App(connector=connector)
    for task in tasks:
        retry = procrastinate.RetryStrategy(max_attempts=task.attempts, exponential_wait=2)
        registered = app.task(
            name=task.name, retry=retry, lock=task.lock, queueing_lock=task.name if task.cron else None
        )
        made = registered(task.run)
        if task.cron:
            app.periodic(cron=task.cron)(made)
    return app


async def run_worker(dsn: str, tasks: Iterable[Task], *, concurrency: int = 2, wait: bool = True) -> None:
    """Do jobs until SIGTERM or SIGINT; running ones get 8 seconds to end. `wait` False: until none is left.

    Jobs of a worker that was killed are taken up again some 12 seconds after its last sign of life.
    """
    app = make_app(dsn, tasks)
    async with app.open_async():
        rescuer = asyncio.create_task(_rescue_forever(app))
        try:
            await app.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=BEAT_SECONDS,
                stalled_worker_timeout=SILENT_SECONDS,
                delete_jobs="successful",
                shutdown_graceful_timeout=STOP_SECONDS,
                install_signal_handlers=wait,
            )
        finally:
            rescuer.cancel()


async def _rescue_forever(app: procrastinate.App) -> None:
    while True:
        # Away for a moment: the next round comes anyway.
        with suppress(ConnectorException):
            await rescue_stalled(app)
        await asyncio.sleep(BEAT_SECONDS)


_RESCUE = """
WITH stalled AS MATERIALIZED (
    SELECT job.id, job.queueing_lock FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
    AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(silent_seconds)s))
    FOR UPDATE OF job SKIP LOCKED
), again AS (
    SELECT DISTINCT ON (coalesce(queueing_lock, id::text)) id FROM stalled
    WHERE NOT EXISTS (SELECT FROM procrastinate_jobs AS waiting
        WHERE waiting.queueing_lock = stalled.queueing_lock AND waiting.status = 'todo')
    ORDER BY coalesce(queueing_lock, id::text), id
), dropped AS (
    DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM stalled EXCEPT SELECT id FROM again)
)
UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE id IN (SELECT id FROM again) RETURNING id
"""
# The queue's own function counts a rescue as a failed attempt, and raises where the same work waits already: one such
# job would keep all others from being rescued. Whatever waits already does the work of the one that is dropped.


async def rescue_stalled(app: procrastinate.App, *, silent_seconds: float = SILENT_SECONDS) -> int:
    """Enqueue again the jobs of workers that gave no sign of life for `silent_seconds`; return how many.

    A job whose queueing lock waits already is dropped for the waiting one. Raises: ConnectorException.
    """
    return len(await app.connector.execute_query_all_async(_RESCUE, silent_seconds=silent_seconds))
