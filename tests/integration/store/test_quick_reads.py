"""Reading by libpq itself: values, errors, waiting, cancelling, and connections that break."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from simpul.store.errors import DatabaseAway, ReadsBusy
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.quick_reads import KEPT_STATEMENTS, QuickReads
from simpul.store.sql import errors

Work = Callable[[QuickReads], Awaitable[Any]]


def run(database: Database, work: Work, size: int = 2, waiting: int = 10, wait_seconds: float = 0.3) -> Any:
    async def go() -> Any:
        reads = QuickReads(
            database.owner_dsn, size, name="quick", statement_seconds=2, waiting=waiting, wait_seconds=wait_seconds
        )
        try:
            return await work(reads)
        finally:
            await reads.close()

    return asyncio.run(go())


def test_values_pass_as_they_do_through_a_cursor(database: Database) -> None:
    values = ("o'k %s", 7, None, ["a", 'b"'], True, 2**40)
    statement = "SELECT %s::text, %s::int, %s::text, %s::text[], %s::bool, %s::bigint, '100%%'"

    async def work(reads: QuickReads) -> Any:
        return [await reads.fetch(statement, values) for _ in range(2)]

    assert run(database, work) == [(*values, "100%")] * 2


def test_no_row_is_an_empty_row(database: Database) -> None:
    assert run(database, lambda reads: reads.fetch("SELECT 1 WHERE false", ())) == ()


def test_an_error_of_the_statement_leaves_the_connection_in_use(database: Database) -> None:
    async def work(reads: QuickReads) -> Any:
        with pytest.raises(errors.InvalidTextRepresentation):
            await reads.fetch("SELECT %s::int", ("x",))
        with pytest.raises(errors.UndefinedTable):
            await reads.fetch("SELECT * FROM nowhere_at_all", ())
        return await reads.fetch("SELECT %s::int", ("7",))

    assert run(database, work, size=1) == (7,)


def test_more_statements_than_are_kept_go_on_working(database: Database) -> None:
    async def work(reads: QuickReads) -> Any:
        return [(await reads.fetch(f"SELECT {number} + %s::int", (1,)))[0] for number in range(KEPT_STATEMENTS * 2 + 5)]

    assert run(database, work, size=1) == list(range(1, KEPT_STATEMENTS * 2 + 6))


def test_who_waits_too_long_or_behind_too_many_is_refused(database: Database) -> None:
    async def work(reads: QuickReads) -> Any:
        sleepers = [asyncio.create_task(reads.fetch("SELECT pg_sleep(1)", ())) for _ in range(2)]
        while reads.busy < 2:
            await asyncio.sleep(0.01)
        started = time.monotonic()
        waiters = [asyncio.create_task(reads.fetch("SELECT 1", ())) for _ in range(4)]
        told = await asyncio.gather(*waiters, return_exceptions=True)
        taken = time.monotonic() - started
        await asyncio.gather(*sleepers)
        return [type(one) for one in told], taken, await reads.fetch("SELECT 1", ())

    told, taken, after = run(database, work, waiting=3)
    assert told == [ReadsBusy] * 4
    assert 0.25 < taken < 0.9
    assert after == (1,)


def test_a_statement_past_its_limit_is_cancelled_by_the_server(database: Database) -> None:
    async def work(reads: QuickReads) -> Any:
        with pytest.raises(errors.QueryCanceled):
            await reads.fetch("SELECT pg_sleep(20)", ())
        return await reads.fetch("SELECT 1", ())

    assert run(database, work, size=1) == (1,)


def test_a_caller_that_leaves_has_its_statement_cancelled_and_takes_no_connection_along(database: Database) -> None:
    async def work(reads: QuickReads) -> Any:
        task = asyncio.create_task(reads.fetch("SELECT pg_sleep(1.9)", ()))
        await asyncio.sleep(0.3)
        task.cancel()
        started = time.monotonic()
        rows = [await reads.fetch("SELECT %s::int", (number,)) for number in range(3)]
        return rows, time.monotonic() - started

    rows, taken = run(database, work, size=1, wait_seconds=1.5)
    assert rows == [(0,), (1,), (2,)]
    assert taken < 1.0


def test_broken_connections_are_replaced(database: Database) -> None:
    def end_all() -> None:
        with connect(database.owner_dsn, autocommit=True) as link:
            link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quick'")

    async def work(reads: QuickReads) -> Any:
        await reads.fetch("SELECT 1", ())
        await asyncio.to_thread(end_all)
        await asyncio.sleep(0.1)
        idle = await reads.fetch("SELECT 2", ())  # the broken one was idle: nobody notices
        task = asyncio.create_task(reads.fetch("SELECT pg_sleep(1)", ()))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(end_all)
        with pytest.raises((errors.OperationalError, DatabaseAway)):
            await task
        return idle, await reads.fetch("SELECT 3", ())

    assert run(database, work) == ((2,), (3,))


def test_a_database_that_is_away_is_told_at_once(database: Database) -> None:
    async def work(_: QuickReads) -> Any:
        away = QuickReads(
            "postgresql://a:b@127.0.0.1:1/x", 2, name="away", statement_seconds=1, waiting=10, wait_seconds=5
        )
        started = time.monotonic()
        with pytest.raises(DatabaseAway):
            await away.fetch("SELECT 1", ())
        await away.close()
        return time.monotonic() - started

    assert run(database, work) < 2
