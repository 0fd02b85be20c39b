"""Reads a dataset's rows: parse, plan, one statement, one answer."""

from typing import Any
from urllib.parse import quote, urlencode

from simpul.exchange.call import Call
from simpul.exchange.errors import explain_sqlstate
from simpul.exchange.http import JSON, Response
from simpul.exchange.hub import Hub
from simpul.kernel.clock import ZONE
from simpul.kernel.words import Words
from simpul.query.errors import NotSingular
from simpul.query.model import Query
from simpul.query.parse import parse
from simpul.query.plan import Plan, plan
from simpul.query.preferences import SINGULAR, STRIPPED, list_applied
from simpul.query.totals import needs_estimate, read_estimate
from simpul.query.window import choose_status, write_content_range
from simpul.store.pools import database_errors
from simpul.store.sql import AsyncConnection, errors

CONTENT_TYPES = {"json": JSON, "csv": "text/csv; charset=utf-8", "object": f"{SINGULAR}; charset=utf-8"}
STRIPPED_TYPES = {"json": f"{STRIPPED['array']}; charset=utf-8", "object": f"{STRIPPED['object']}; charset=utf-8"}
MAX_LOCATION = 2_000
"""A longer address isn't repeated in Content-Location: servers in between bound the headers of an answer."""

# The dataset's version comes from the same statement, so from the same view, as the rows.
_VERSIONED = (
    "SELECT answer.body, answer.rows, answer.total, "
    "(SELECT version FROM public.dataset WHERE id = %s) FROM ({}) AS answer"
)


async def read_rows(call: Call, hub: Hub) -> Response:
    """Answer a GET on a dataset under the call's permission.

    Raises: QueryError, StatementRefused, GrantUnusable, DatabaseAway, QueryTooSlow.
    """
    access = call.get_access()
    dataset, permission = access.dataset, access.permission
    parameters = call.request.list_parameters()
    query = parse(parameters, call.request.headers)
    planned = plan(
        query,
        dataset.table,
        permission.columns,
        dataset.get_row_filter(permission.grant_id),
        dataset.get_masks(permission.grant_id),
    )
    call.columns, call.operators = planned.columns, planned.operators
    with database_errors():
        async with hub.readers.connection() as connection:
            row = await _run(connection, planned, dataset.dataset_id, query.zone or access.published.zone)
    body, rows, total, version = row
    call.rows, call.dataset_version = rows, version
    response = _write_answer(query, planned, body, rows, total, version)
    location = _write_location(call.request.path, parameters)
    if len(location) <= MAX_LOCATION:
        response.headers["content-location"] = location
    return response


async def _run(connection: AsyncConnection[Any], planned: Plan, dataset_id: int, zone: str) -> tuple[Any, ...]:
    try:
        if zone == ZONE.key:  # the pool's own zone
            return await _fetch(connection, planned, dataset_id)
        async with connection.transaction():
            await connection.execute("SELECT set_config('TimeZone', %s, true)", [zone])
            return await _fetch(connection, planned, dataset_id)
    except errors.Error as error:
        is_too_much = (error.sqlstate or "").startswith("54")
        if isinstance(error, errors.OperationalError) and not is_too_much:
            raise  # away, busy or too slow: the caller's `database_errors` tells
        raise explain_sqlstate(error.sqlstate) from error


async def _fetch(connection: AsyncConnection[Any], planned: Plan, dataset_id: int) -> tuple[Any, ...]:
    statement = _VERSIONED.format(planned.sql).encode()
    body, rows, total, version = await _fetch_row(connection, statement, (dataset_id, *planned.parameters))
    if needs_estimate(planned.count, total):
        known = max(total or 0, planned.offset + rows if rows else 0)
        (told,) = await _fetch_row(connection, planned.estimate.text.encode(), planned.estimate.values)
        total = read_estimate(told, known)
    return body, rows, total, version


async def _fetch_row(connection: AsyncConnection[Any], statement: bytes, values: tuple[object, ...]) -> tuple[Any, ...]:
    row = await (await connection.execute(statement, values)).fetchone()
    return tuple(row or ())  # an aggregate without GROUP BY gives one row


def _write_answer(query: Query, planned: Plan, body: str, rows: int, total: int | None, version: int) -> Response:
    types = STRIPPED_TYPES if query.strip_nulls else CONTENT_TYPES
    headers = {
        "content-type": types[query.media],
        "content-range": write_content_range(planned.offset, rows, total),
        "dataset-version": str(version),
    }
    if applied := list_applied(query, planned.count):
        headers["preference-applied"] = ", ".join(applied)
    status = choose_status(planned.offset, rows, total, is_exact=planned.count == "exact")
    # Cut by the hub's own limit, not the caller's: never silently.
    if rows == planned.limit and query.window.limit != planned.limit:
        status = 206
    if query.media == "object":
        if rows != 1:
            raise NotSingular(details=_count_words(rows))
        body = body.strip()[1:-1]
    return Response(status, body.encode(), headers)


def _count_words(rows: int) -> Words:
    if rows:
        return Words("Hasil memuat lebih dari satu baris.", "The result contains more than one row.")
    return Words("Hasil memuat 0 baris.", "The result contains 0 rows.")


def _write_location(path: str, parameters: list[tuple[str, str]]) -> str:
    """Return the address of exactly this answer, its parameters in one order whatever order they came in."""
    query = urlencode(sorted(parameters), quote_via=quote, safe="*(),.:")
    return f"{path}?{query}" if query else path
