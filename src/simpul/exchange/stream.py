"""Answers that leave piece by piece: one statement in one view of the data, its rows sent on as they come.

Memory stays flat: the next rows are fetched when the caller has taken the ones before. A stream that breaks, on either
side, is cut: the connection ends without the last chunk of HTTP/1.1, or with a reset of HTTP/2, so that no client takes it
for a whole answer. The end row of its evidence says that it wasn't.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, aclosing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from simpul.evidence.record import BodyDigest
from simpul.exchange.call import Call
from simpul.exchange.errors import AnswerCut, explain_sqlstate, write_error
from simpul.exchange.http import Message, Receive, Response, Send, Stream, Write
from simpul.exchange.hub import Hub
from simpul.exchange.limits import SEND_SECONDS, STREAM_SECONDS
from simpul.exchange.prove import end_row, start_row
from simpul.kernel.clock import ZONE
from simpul.kernel.errors import SimpulError
from simpul.query.fragment import Fragment
from simpul.query.plan import Lines
from simpul.store.pools import database_errors
from simpul.store.sql import AsyncConnection, errors, scalar_row

FETCHED_ROWS = 100
"""Rows taken from the server at once: so many are in memory at most, beside the piece that is being sent."""
PIECE_CHARACTERS = 64 * 1024


@dataclass
class RowStream:
    """The rows of one statement, inside a transaction that stays open until `close`."""

    call: Call
    lines: Lines
    connection: AsyncConnection[Any]
    version: int
    total: int | None
    is_cut: bool
    _held: AsyncExitStack

    async def run(self, write: Write) -> None:
        """Write the whole body in pieces. Raises: SimpulError, or whatever `write` raises."""
        with _told_errors():
            cursor = self.connection.cursor(row_factory=scalar_row)
            rows = cursor.stream(self.lines.rows.text.encode(), self.lines.rows.values, size=FETCHED_ROWS)
            async with aclosing(rows):  # type: ignore[type-var]
                await self._write_lines(rows, write)

    async def _write_lines(self, rows: Any, write: Write) -> None:
        frame = self.lines.frame
        held, size, before = [], 0, frame.head
        self.call.rows = 0
        async for line in rows:
            held.append(line)
            size += len(line)
            if size >= PIECE_CHARACTERS:
                await write((before + frame.between.join(held)).encode())
                self.call.rows += len(held)
                held, size, before = [], 0, frame.between
        any_line = bool(held or self.call.rows)
        end = (frame.end if any_line else "") + frame.tail
        await write(((before if held or not self.call.rows else "") + frame.between.join(held) + end).encode())
        self.call.rows += len(held)

    async def close(self) -> None:
        """Give the connection back; a second time does nothing."""
        with suppress(SimpulError, errors.Error, TimeoutError):
            await self._held.aclose()


async def open_stream(hub: Hub, call: Call, lines: Lines, zone: str) -> RowStream:
    """Begin to read: the rows, the version and the total are of one view of the data.

    Raises: TooManyStreams, DatabaseAway, StatementRefused.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(hub.claim_stream())
        with _told_errors():
            connection = await stack.enter_async_context(hub.streamers.connection())
            await stack.enter_async_context(connection.transaction())
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            if zone != ZONE.key:
                await connection.execute("SELECT set_config('TimeZone', %s, true)", [zone])
            version = await _fetch_number(
                connection, b"SELECT version FROM public.dataset WHERE id = %s", [_get_id(call)]
            )
            total = await _ask(connection, lines.total)
            is_cut = bool(await _ask(connection, lines.beyond))
        return RowStream(call, lines, connection, version, total, is_cut, stack.pop_all())


def _get_id(call: Call) -> int:
    return call.get_access().dataset.dataset_id


async def _ask(connection: AsyncConnection[Any], asked: Fragment) -> int | None:
    return await _fetch_number(connection, asked.text.encode(), asked.values) if asked.text else None


async def _fetch_number(connection: AsyncConnection[Any], statement: bytes, values: Any) -> int:
    row = await (await connection.execute(statement, values)).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _told_errors() -> Iterator[None]:
    """Turn the driver's errors into the hub's own, without the driver's words, which may quote values."""
    try:
        with database_errors():
            yield
    except errors.Error as error:
        raise explain_sqlstate(error.sqlstate) from None


class ProvenStream:
    """A stream whose pieces are digested as they leave, and whose end is kept as evidence before its last piece."""

    def __init__(self, hub: Hub, call: Call, status: int, stream: Stream) -> None:
        self.hub, self.call, self.status, self.stream = hub, call, status, stream
        self.digest = BodyDigest(call.salt)

    async def run(self, write: Write) -> None:
        """Write the pieces, and keep the end row whatever becomes of them."""

        async def write_proven(piece: bytes) -> None:
            self.digest.update(piece)
            await write(piece)

        complete = False
        try:
            await self.stream.run(write_proven)
            complete = True
        finally:
            end_row(self.hub, self.call, self.digest.read(), self.call.rows or 0, complete, self.status)

    async def close(self) -> None:
        """Give up what the stream and the call hold."""
        try:
            await self.stream.close()
        finally:
            self.call.release()


async def prove_stream(hub: Hub, call: Call, response: Response, stream: Stream) -> Response:
    """Keep the start row of a streamed answer; one that can't be proven is a refusal instead."""
    try:
        headers = await start_row(hub, call, response.status)
    except BaseException as error:
        await stream.close()
        if isinstance(error, SimpulError):
            return write_error(error)
        raise
    applied = [part for part in (response.headers.get("preference-applied"), headers.get("preference-applied")) if part]
    response.headers |= headers | ({"preference-applied": ", ".join(applied)} if applied else {})
    response.stream = ProvenStream(hub, call, response.status, stream)
    return response


async def send_stream(
    start: Message, stream: Stream, receive: Receive, send: Send, *, send_seconds: float = SEND_SECONDS
) -> None:
    """Send the start of an answer, and a stream's pieces as its body.

    Raises: AnswerCut where the caller went away or takes nothing for `send_seconds`; SimpulError where the rows broke off.
    The server then cuts the connection.
    """
    leaving = asyncio.ensure_future(_wait_for_leaving(receive))

    async def write(piece: bytes) -> None:
        if leaving.done():
            raise AnswerCut()
        if piece:
            async with asyncio.timeout(send_seconds):
                await send({"type": "http.response.body", "body": piece, "more_body": True})

    try:
        async with asyncio.timeout(STREAM_SECONDS):
            await send(start)
            await stream.run(write)
    except TimeoutError:
        raise AnswerCut() from None
    finally:
        leaving.cancel()
        await stream.close()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
