"""Notifications: heard, and heard again after the database was away."""

import asyncio
from contextlib import aclosing

from simpul.store.launcher import Database
from simpul.store.listen import Notice, listen
from simpul.store.pools import connect


def notify(database: Database, payload: str) -> None:
    with connect(database.owner_dsn) as connection:
        connection.execute("SELECT pg_notify('simpul_publications', %s)", [payload])


def cut_connections(database: Database) -> None:
    with connect(database.owner_dsn) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'simpul listen'"
        )


def test_every_notification_comes_through_in_order(database: Database) -> None:
    async def hear() -> list[Notice]:
        heard = []
        async with aclosing(listen(database.owner_dsn, ["simpul_publications"])) as notices:
            async for notice in notices:
                heard.append(notice)
                if notice.kind == "connected":
                    for payload in "abc":
                        await asyncio.to_thread(notify, database, payload)
                if len(heard) == 4:
                    return heard
        raise AssertionError

    heard = asyncio.run(asyncio.wait_for(hear(), 10))
    assert heard == [Notice("connected"), *(Notice("notified", "simpul_publications", payload) for payload in "abc")]


def test_a_cut_connection_is_made_again_and_told(database: Database) -> None:
    async def hear() -> list[str]:
        kinds = []
        async with aclosing(listen(database.owner_dsn, ["simpul_publications"])) as notices:
            async for notice in notices:
                kinds.append(notice.kind + notice.payload)
                if kinds == ["connected"]:
                    await asyncio.to_thread(cut_connections, database)
                elif len(kinds) == 2:
                    await asyncio.to_thread(notify, database, " again")
                else:
                    return kinds
        raise AssertionError

    assert asyncio.run(asyncio.wait_for(hear(), 10)) == ["connected", "connected", "notified again"]


def test_silence_gives_ticks(database: Database) -> None:
    async def hear() -> list[str]:
        kinds = []
        async with aclosing(listen(database.owner_dsn, ["simpul_publications"], tick_seconds=0.1)) as notices:
            async for notice in notices:
                kinds.append(notice.kind)
                if len(kinds) == 3:
                    return kinds
        raise AssertionError

    assert asyncio.run(asyncio.wait_for(hear(), 10)) == ["connected", "tick", "tick"]
