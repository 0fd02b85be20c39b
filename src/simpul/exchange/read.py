"""Reads a dataset's rows: parse, plan, one statement, one answer; a long one leaves as a stream."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from simpul.exchange.cache import CACHE_CONTROL, VARY, Ticket, shorten_known, write_etag
from simpul.exchange.call import Access, Call
from simpul.exchange.cursor import read_cursor, write_cursor
from simpul.exchange.errors import StreamTooOld, explain_sqlstate
from simpul.exchange.feed_place import write_read_place
from simpul.exchange.http import JSON, Response
from simpul.exchange.hub import Hub
from simpul.exchange.limits import PAGE_ROWS
from simpul.exchange.stream import RowStream, open_stream
from simpul.kernel.clock import ZONE
from simpul.kernel.words import Words
from simpul.query.errors import NotSingular
from simpul.query.keyset import Values
from simpul.query.model import Query
from simpul.query.parse import parse
from simpul.query.plan import Plan
from simpul.query.preferences import SINGULAR, STRIPPED, list_applied
from simpul.query.steady import is_steady
from simpul.query.totals import needs_estimate, read_estimate
from simpul.query.window import choose_status, write_content_range
from simpul.store.pools import database_errors
from simpul.store.sql import AsyncConnection, errors

NDJSON = "application/x-ndjson; charset=utf-8"
CSV = "text/csv; charset=utf-8"
CONTENT_TYPES = {"json": JSON, "ndjson": NDJSON, "csv": CSV, "object": f"{SINGULAR}; charset=utf-8"}
STRIPPED_TYPES = {"json": f"{STRIPPED['array']}; charset=utf-8", "object": f"{STRIPPED['object']}; charset=utf-8"}
UNFRAMED = frozenset(("0.9", "1", "1.0"))
"""HTTP versions in which a body of unknown length ends with the connection, however that ends; servers write 1.0 so or so."""
MAX_LOCATION = 2_000
"""A longer address isn't repeated in Content-Location: servers in between bound the headers of an answer."""

Fetch = Callable[[str, tuple[object, ...]], Awaitable[tuple[Any, ...]]]
# The dataset's version comes from the same statement, so from the same view, as the rows.
VERSIONED = "SELECT answer.*, (SELECT version FROM public.dataset WHERE id = %s) FROM ({}) AS answer"


async def read_rows(call: Call, hub: Hub) -> Response:
    """Answer a GET on a dataset under the call's permission: from memory where that is exactly right.

    Raises: QueryError, StatementRefused, GrantUnusable, TooManyStreams, StreamTooOld, DatabaseAway, QueryTooSlow.
    """
    ticket = hub.cache.look(call)
    kept = hub.cache.find(ticket)
    if kept is not None:
        return shorten_known(call, kept.answer(call))
    if ticket.settled is None:
        hub.settle_soon(call.get_access().dataset.dataset_id)
    return shorten_known(call, await _Reading(call, hub, ticket).answer())


class _Reading:
    """One reading call, from its parameters to its answer."""

    def __init__(self, call: Call, hub: Hub, ticket: Ticket) -> None:
        self.call, self.hub, self.ticket = call, hub, ticket
        self.access: Access = call.get_access()
        self.parameters = call.request.list_parameters()
        self.query: Query = parse(self.parameters, call.request.headers)
        self.after: Values = read_cursor(hub.sealer, self.access, self.query)
        self.zone = self.query.zone or self.access.published.zone
        self.planner = self.access.dataset.get_planner(self.access.permission.grant_id)
        self.most = call.allowance.rows_per_request
        self.is_steady = is_steady(self.query, self.planner.row_filter)
        call.mark("parse")

    async def answer(self) -> Response:
        wanted = self._find_wanted()
        is_long = wanted is None or wanted > PAGE_ROWS
        # One row more than a page tells that the answer is a long one; only a page that was asked for is followed.
        planned = self.planner.plan(
            self.query,
            after=self.after,
            most=PAGE_ROWS + 1 if is_long else wanted or 0,
            is_followed=not is_long,
        )
        self.call.columns, self.call.operators = planned.columns, planned.operators
        self.call.mark("plan")
        with database_errors():
            body, rows, total, *last, version = await _run(self.hub, planned, self._get_id(), self.zone)
        self.call.mark("database")
        self.call.rows, self.call.dataset_version = rows, version
        if rows > PAGE_ROWS:
            return await self._stream(planned, total)
        response = self._write_page(planned, body, rows, total, last[0] if last else None)
        self.call.mark("encode")
        return response

    def _find_wanted(self) -> int | None:
        """Return how many rows may come at most by the caller's limit and its plan; None: any number."""
        limits = [limit for limit in (self.query.window.limit, self.most) if limit is not None]
        return min(limits, default=None)

    def _get_id(self) -> int:
        return self.access.dataset.dataset_id

    def _write_page(
        self, planned: Plan, body: str, rows: int, total: int | None, last: list[str | None] | None
    ) -> Response:
        response = Response(200, body.encode(), self._write_headers(planned))
        # A page behind a cursor doesn't know how many rows stand before it.
        shown = 0 if self.after else rows
        response.headers["content-range"] = write_content_range(planned.offset, shown, total)
        response.status = choose_status(planned.offset, rows, total, is_exact=planned.count == "exact")
        # Cut by the hub's own limit, not the caller's: never silently.
        if rows == planned.limit and rows == self.most and self.query.window.limit != rows:
            response.status = 206
        if self.query.media == "object":
            if rows != 1:
                raise NotSingular(details=_count_words(rows))
            response.body = body.strip()[1:-1].encode()
        if last is not None and (cursor := write_cursor(self.hub.sealer, self.access, self.query, last)):
            response.headers["link"] = f'<{self._write_next(cursor, planned.limit)}>; rel="next"'
        if self.is_steady:
            self._tag(response)
            self.hub.cache.keep(self.ticket, self.call, response)
        return response

    async def _stream(self, planned: Plan, estimated: int | None) -> Response:
        request = self.call.request
        if request.http_version in UNFRAMED:
            raise StreamTooOld(rows=PAGE_ROWS)
        lines = self.planner.plan_lines(self.query, after=self.after, most=self.most)
        stream = await open_stream(self.hub, self.call, lines, self.zone)
        try:
            self.call.dataset_version = stream.version
            response = Response(206 if stream.is_cut else 200, headers=self._write_headers(planned), is_sized=False)
            total = stream.total if planned.count == "exact" else estimated
            self._count_stream(response, planned, stream, total)
            self.call.rows = None
            if self.is_steady:
                self._tag(response)
            if request.method == "HEAD" or shorten_known(self.call, response).status == 304:
                await stream.close()
            else:
                response.stream = stream
        except BaseException:
            await stream.close()
            raise
        return response

    def _count_stream(self, response: Response, planned: Plan, stream: RowStream, total: int | None) -> None:
        rows = 0  # not known before they have left
        if stream.is_cut:
            rows = self.most or 0
        elif stream.total is not None:
            left = max(stream.total - planned.offset, 0)
            rows = left if self.query.window.limit is None else min(left, self.query.window.limit)
            if rows < stream.total:
                response.status = 206
        response.headers["content-range"] = write_content_range(planned.offset, 0 if self.after else rows, total)

    def _write_headers(self, planned: Plan) -> dict[str, str]:
        types = STRIPPED_TYPES if self.query.strip_nulls else CONTENT_TYPES
        headers = {"content-type": types[self.query.media], "dataset-version": str(self.call.dataset_version)}
        if not self.after:  # whoever follows the changes begins where the first page was read
            headers["changes-since"] = write_read_place(self.hub.sealer, self.access, self.call.dataset_version or 0)
        if applied := list_applied(self.query, planned.count):
            headers["preference-applied"] = ", ".join(applied)
        location = _write_location(self.call.request.path, self.parameters)
        if len(location) <= MAX_LOCATION:
            headers["content-location"] = location
        return headers

    def _write_next(self, cursor: str, limit: int) -> str:
        kept = [(name, value) for name, value in self.parameters if name not in {"after", "offset", "limit"}]
        return _write_location(self.call.request.path, [*kept, ("limit", str(limit)), ("after", cursor)])

    def _tag(self, response: Response) -> None:
        version = self.call.dataset_version or 0
        response.headers |= {
            "etag": write_etag(self.ticket, version),
            "cache-control": CACHE_CONTROL,
            "vary": VARY,
            "dataset-version": str(version),
        }


async def _run(hub: Hub, planned: Plan, dataset_id: int, zone: str) -> tuple[Any, ...]:
    try:
        if zone == ZONE.key:  # the pools' own zone
            return await _fetch(hub.pages.fetch, planned, dataset_id)
        async with hub.readers.connection() as connection, connection.transaction():
            await connection.execute("SELECT set_config('TimeZone', %s, true)", [zone])
            return await _fetch(partial(_fetch_row, connection), planned, dataset_id)
    except errors.Error as error:
        is_too_much = (error.sqlstate or "").startswith("54")
        if isinstance(error, errors.OperationalError) and not is_too_much:
            raise  # away, busy or too slow: the caller's `database_errors` tells
        raise explain_sqlstate(error.sqlstate) from error


async def _fetch(fetch_row: Fetch, planned: Plan, dataset_id: int) -> tuple[Any, ...]:
    # An aggregate without GROUP BY gives one row.
    body, rows, total, *rest = await fetch_row(VERSIONED.format(planned.sql), (dataset_id, *planned.parameters))
    if needs_estimate(planned.count, total):
        known = max(total or 0, planned.offset + rows if rows else 0)
        (told,) = await fetch_row(planned.estimate.text, planned.estimate.values)
        total = read_estimate(told, known)
    return body, rows, total, *rest


async def _fetch_row(connection: AsyncConnection[Any], statement: str, values: tuple[object, ...]) -> tuple[Any, ...]:
    row = await (await connection.execute(statement.encode(), values)).fetchone()
    return tuple(row or ())


def _count_words(rows: int) -> Words:
    if rows:
        return Words("Hasil memuat lebih dari satu baris.", "The result contains more than one row.")
    return Words("Hasil memuat 0 baris.", "The result contains 0 rows.")


def _write_location(path: str, parameters: list[tuple[str, str]]) -> str:
    """Return the address of exactly this answer, its parameters in one order whatever order they came in."""
    query = urlencode(sorted(parameters), quote_via=quote, safe="*(),.:")
    return f"{path}?{query}" if query else path
