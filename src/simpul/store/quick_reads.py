"""Single reading statements inside an event loop, several times cheaper than through the driver's cursors.

The driver's cursor asks the loop anew for each wait and looks at each statement anew. Here each connection stands in
the loop for good, and its statements are prepared once; what is sent and read stays libpq's own, by `psycopg.pq`, and
values pass through the driver's own adapters. Source: ADR 28.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg import AsyncConnection, Error, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from simpul.store.errors import DatabaseAway, ReadsBusy
from simpul.store.pools import name_connection

KEPT_STATEMENTS = 100
"""Statements that one connection keeps prepared; beyond that it forgets all of them."""
STUCK_SECONDS = 5.0
"""A statement that outlives its limit by so long is of a server that is gone without a word."""
CANCEL_SECONDS = 5.0

Row = tuple[Any, ...]
Release = Callable[["_Line"], None]


class QuickReads:
    """At most `size` connections, opened as they are needed; to be used in one event loop.

    Each statement is its own transaction. Beyond `size` calls wait for `wait_seconds` at most, so many as `waiting`.
    """

    def __init__(
        self, dsn: str, size: int, *, name: str, statement_seconds: float, waiting: int, wait_seconds: float
    ) -> None:
        self._address = name_connection(dsn, name, statement_seconds=statement_seconds)
        self.size, self._most_waiting, self._wait_seconds = size, waiting, wait_seconds
        self._stuck_seconds = statement_seconds + STUCK_SECONDS
        self._free: list[_Line] = []
        self._lines: set[_Line] = set()
        self._queue: deque[asyncio.Future[_Line]] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._is_closed = False

    @property
    def busy(self) -> int:
        """How many connections are at work."""
        return len(self._lines) - len(self._free)

    @property
    def waiting(self) -> int:
        """How many calls wait for a connection."""
        return sum(not one.done() for one in self._queue)

    async def fetch(self, statement: str, values: Sequence[object]) -> Row:
        """Run one statement with `%s` places; return its first row, empty where it has none.

        Raises: ReadsBusy, DatabaseAway, and the driver's errors, as a cursor does.
        """
        line = self._free.pop() if self._free else await self._wait()
        try:
            return await line.fetch(statement, values)
        finally:
            line.leave(self._release)

    async def close(self) -> None:
        """Close every connection; who waits is told that the database is away."""
        self._is_closed = True
        for task in self._opening:
            task.cancel()
        self._fail_waiting()
        for line in list(self._lines):
            self._drop(line)
        await asyncio.gather(*self._opening, return_exceptions=True)

    async def _wait(self) -> "_Line":
        loop = asyncio.get_running_loop()
        if len(self._queue) >= self._most_waiting:
            raise ReadsBusy()
        self._look_for_stuck(loop.time())
        self._open_more()
        place: asyncio.Future[_Line] = loop.create_future()
        self._queue.append(place)
        bell = loop.call_later(self._wait_seconds, self._give_up, place)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._release(place.result())  # given in the very moment in which the caller left
            raise
        finally:
            bell.cancel()

    def _give_up(self, place: "asyncio.Future[_Line]") -> None:
        if not place.done():
            place.set_exception(ReadsBusy() if self._lines else DatabaseAway())

    def _open_more(self) -> None:
        if len(self._lines) + len(self._opening) < self.size and not self._is_closed:
            task = asyncio.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        try:
            connection = await AsyncConnection.connect(self._address, autocommit=True)
        except (Error, OSError):
            self._fail_waiting()
            return
        if self._is_closed:
            await connection.close()
            return
        line = _Line(connection, self._drop)
        self._lines.add(line)
        self._release(line)

    def _fail_waiting(self) -> None:
        if self._lines and not self._is_closed:
            return  # who waits may still be served
        while self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_exception(DatabaseAway())

    def _release(self, line: "_Line") -> None:
        if line not in self._lines:
            return
        while self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_result(line)
                return
        self._free.append(line)

    def _drop(self, line: "_Line") -> None:
        self._lines.discard(line)
        if line in self._free:
            self._free.remove(line)
        line.close()
        if self._queue:
            self._open_more()

    def _look_for_stuck(self, now: float) -> None:
        for line in list(self._lines):
            if line.busy_since is not None and now - line.busy_since > self._stuck_seconds:
                self._drop(line)


class _Line:
    """One connection. `drop` is called where it broke, at work or idle."""

    def __init__(self, connection: AsyncConnection[Any], drop: Callable[["_Line"], None]) -> None:
        self._connection, self._pg, self._drop = connection, connection.pgconn, drop
        self._loop = asyncio.get_running_loop()
        self._socket = self._pg.socket
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._place: asyncio.Future[PGresult] | None = None
        self._result: PGresult | None = None
        self._release: Release | None = None
        self._cancelling: asyncio.Task[None] | None = None
        self.busy_since: float | None = None
        self._loop.add_reader(self._socket, self._take)

    async def fetch(self, statement: str, values: Sequence[object]) -> Row:
        adapter = Transformer(self._connection)
        parameters = adapter.dump_sequence(values, [PyFormat.AUTO] * len(values)) if values else []
        types = adapter.types or ()
        name = self._names.get((statement, types)) or await self._prepare(statement, types)
        self._pg.send_query_prepared(name, parameters, adapter.formats)
        result = await self._ask()
        if result.ntuples == 0:
            return ()
        adapter.set_pgresult(result)
        return adapter.load_row(0, tuple)  # type: ignore[return-value]

    async def _prepare(self, statement: str, types: tuple[int, ...]) -> bytes:
        if len(self._names) >= KEPT_STATEMENTS:
            self._names.clear()
            self._pg.send_query(b"DEALLOCATE ALL")
            await self._ask()
        name = b"quick%d" % len(self._names)
        self._pg.send_prepare(name, number_places(statement), types)
        await self._ask()
        self._names[statement, types] = name
        return name

    def _ask(self) -> "asyncio.Future[PGresult]":
        self._place = place = self._loop.create_future()
        self.busy_since = self._loop.time()
        self._flush()
        return place

    def _flush(self) -> None:
        try:
            if self._pg.flush():
                self._loop.add_writer(self._socket, self._flush)
            else:
                self._loop.remove_writer(self._socket)
        except OperationalError as error:
            self._break(error)

    def _take(self) -> None:
        """Read what came; once all of it is there, the one who asked goes on."""
        try:
            self._pg.consume_input()
            while self._place is not None and not self._pg.is_busy():
                result = self._pg.get_result()
                if result is None:
                    self._finish()
                elif self._result is None or result.status == ExecStatus.FATAL_ERROR:
                    self._result = result
        except OperationalError as error:
            self._break(error)

    def _finish(self) -> None:
        place, result = self._place, self._result
        self._place = self._result = self.busy_since = None
        if place is not None and not place.done() and result is not None:
            if result.status == ExecStatus.FATAL_ERROR:
                place.set_exception(error_from_result(result))
            else:
                place.set_result(result)
        if self._release is not None:
            release, self._release = self._release, None
            release(self)

    def _break(self, error: Exception) -> None:
        if self._place is not None and not self._place.done():
            self._place.set_exception(error)
        self._place = None
        self._drop(self)

    def leave(self, release: Release) -> None:
        """Give the line back: now, or when what still runs for nobody has ended, which the server is asked to cancel."""
        if self._place is None:
            release(self)
            return
        self._release = release
        self._cancelling = asyncio.create_task(self._cancel())

    async def _cancel(self) -> None:
        with suppress(Error, OSError):
            await self._connection.cancel_safe(timeout=CANCEL_SECONDS)

    def close(self) -> None:
        """Leave the loop and close the connection; a second time does nothing."""
        if self._socket >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket = -1
            if self._place is not None and not self._place.done():
                self._place.set_exception(DatabaseAway())
            self._pg.finish()


@lru_cache(1000)
def number_places(statement: str) -> bytes:
    """Return a statement of the driver's form in PostgreSQL's own.

    >>> number_places("SELECT %s, 'a%%s' LIKE %s")
    b"SELECT $1, 'a%s' LIKE $2"
    """
    numbers = count(1)
    return re.sub("%(.)", lambda found: f"${next(numbers)}" if found[1] == "s" else "%", statement).encode()
