"""Notifications of the database as an endless stream, over a connection of its own that heals itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Literal, NamedTuple

import psycopg

from simpul.store.pools import name_connection
from simpul.store.sql import SQL, Identifier

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0
_ALIVE = "keepalives=1 keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=20000"


class Notice(NamedTuple):
    """One thing heard: `connected` (reload all: something may have been missed), `notified`, or `tick`."""

    kind: Literal["connected", "notified", "tick"]
    channel: str = ""
    payload: str = ""


async def listen(dsn: str, channels: Sequence[str], *, tick_seconds: float = 30.0) -> AsyncIterator[Notice]:
    """Yield what the channels say, for ever; end it by cancelling the task or closing the generator.

    After each (re)connection comes `connected`, and after each silence of `tick_seconds` a `tick`. While the
    database is away it tries again every 0.2 to 5 seconds. The address must be the server's own: a pooler
    between (transaction mode) doesn't pass notifications on.
    """
    wait_seconds = FIRST_WAIT_SECONDS
    while True:
        try:
            async with await _connect(dsn, channels) as connection:
                wait_seconds = FIRST_WAIT_SECONDS
                yield Notice("connected")
                while True:
                    silent = True
                    # Several may come at once, so this loop is left by its own end, never by `break`.
                    async for heard in connection.notifies(timeout=tick_seconds, stop_after=1):
                        silent = False
                        yield Notice("notified", heard.channel, heard.payload)
                    if silent:
                        # A statement proves that the server is still there.
                        await connection.execute("SELECT 1")
                        yield Notice("tick")
        except (psycopg.OperationalError, psycopg.InterfaceError, OSError):
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)


async def _connect(dsn: str, channels: Sequence[str]) -> psycopg.AsyncConnection[tuple[object, ...]]:
    address = f"{name_connection(dsn, 'simpul listen')} {_ALIVE}"
    connection = await psycopg.AsyncConnection.connect(address, autocommit=True)
    try:
        for channel in channels:
            await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
    except BaseException:
        await connection.close()
        raise
    return connection
