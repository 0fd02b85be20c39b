"""Pools: one round trip a read, limits from the first moment, and the driver's errors in the hub's words."""

import asyncio

import pytest

from simpul.store.cluster import find_free_port
from simpul.store.errors import BadAddress, DatabaseAway, QueryTooSlow
from simpul.store.launcher import Database
from simpul.store.pools import connect, database_errors, make_async_pool, open_pool, read_dsn, write_dsn


def test_a_pool_gives_connections_without_a_transaction_of_their_own(database: Database) -> None:
    with open_pool(database.owner_dsn, 2, name="simpul test") as pool, pool.connection() as connection:
        assert connection.execute("SELECT current_setting('application_name')").fetchone() == ("simpul test",)
        assert connection.info.transaction_status == 0


def test_a_slow_statement_is_ended_by_the_server(database: Database) -> None:
    with open_pool(database.owner_dsn, 1, statement_seconds=0.2) as pool, pool.connection() as connection:
        with pytest.raises(QueryTooSlow), database_errors():
            connection.execute("SELECT pg_sleep(5)")
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_pool_mends_itself_after_its_connections_were_cut(database: Database) -> None:
    with open_pool(database.owner_dsn, 1, name="simpul cut") as pool:
        with pool.connection() as connection:
            connection.execute("SELECT 1")
        with connect(database.owner_dsn) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'simpul cut'"
            )
        with pytest.raises(DatabaseAway), database_errors(), pool.connection() as connection:
            connection.execute("SELECT 1")
        with database_errors(), pool.connection() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_async_pool_reads(database: Database) -> None:
    async def read() -> object:
        async with make_async_pool(database.owner_dsn, 2) as pool, pool.connection() as connection:
            cursor = await connection.execute("SELECT 1")
            return await cursor.fetchone()

    assert asyncio.run(read()) == (1,)


def test_no_server_is_away_and_a_refused_login_is_a_bad_address(database: Database) -> None:
    parts = read_dsn(database.owner_dsn)
    with pytest.raises(DatabaseAway):
        connect(write_dsn(parts | {"port": str(find_free_port())}))
    for change in ({"password": "wrong"}, {"dbname": "none"}, {"user": "nobody"}):
        with pytest.raises(BadAddress) as caught:
            connect(write_dsn(parts | change))
        assert parts["password"] not in str(caught.value)


def test_a_pool_starts_while_the_database_is_away(database: Database) -> None:
    dsn = write_dsn(read_dsn(database.owner_dsn) | {"port": str(find_free_port())})
    with (
        open_pool(dsn, 1, wait_seconds=0.2) as pool,
        pytest.raises(DatabaseAway),
        database_errors(),
        pool.connection() as connection,
    ):
        connection.execute("SELECT 1")
