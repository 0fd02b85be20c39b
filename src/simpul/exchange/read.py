"""Reads a dataset's rows: parse, plan, one statement, one answer."""

from typing import Any

from simpul.exchange.call import Call
from simpul.exchange.errors import explain_sqlstate
from simpul.exchange.http import JSON, Response
from simpul.kernel.clock import ZONE
from simpul.query.errors import NotSingular
from simpul.query.model import Query
from simpul.query.parse import parse
from simpul.query.plan import Plan, plan
from simpul.query.preferences import SINGULAR
from simpul.query.window import choose_status, write_content_range
from simpul.store.pools import database_errors
from simpul.store.sql import AsyncConnection, errors

CONTENT_TYPES = {"json": JSON, "csv": "text/csv; charset=utf-8", "object": f"{SINGULAR}; charset=utf-8"}

# The dataset's version comes from the same statement, so from the same view, as the rows.
_VERSIONED = (
    "SELECT answer.body, answer.rows, answer.total, "
    "(SELECT version FROM public.dataset WHERE id = %s) FROM ({}) AS answer"
)


async def read_rows(call: Call, pool: Any) -> Response:
    """Answer a GET on a dataset under the call's permission.

    Raises: QueryError, StatementRefused, GrantUnusable, DatabaseAway, QueryTooSlow.
    """
    access = call.get_access()
    dataset, permission = access.dataset, access.permission
    query = parse(call.request.list_parameters(), call.request.headers)
    planned = plan(query, dataset.table, permission.columns, dataset.get_row_filter(permission.grant_id))
    call.columns, call.operators = planned.columns, planned.operators
    with database_errors():
        async with pool.connection() as connection:
            row = await _run(connection, planned, dataset.dataset_id, access.published.zone)
    body, rows, total, version = row
    call.rows, call.dataset_version = rows, version
    return _write_answer(query, planned, body, rows, total, version)


async def _run(connection: AsyncConnection[Any], planned: Plan, dataset_id: int, zone: str) -> tuple[Any, ...]:
    statement, values = _VERSIONED.format(planned.sql).encode(), (dataset_id, *planned.parameters)
    try:
        if zone == ZONE.key:  # the pool's own zone
            return await _fetch(connection, statement, values)
        async with connection.transaction():
            await connection.execute("SELECT set_config('TimeZone', %s, true)", [zone])
            return await _fetch(connection, statement, values)
    except errors.Error as error:
        is_too_much = (error.sqlstate or "").startswith("54")
        if isinstance(error, errors.OperationalError) and not is_too_much:
            raise  # away, busy or too slow: the caller's `database_errors` tells
        raise explain_sqlstate(error.sqlstate) from error


async def _fetch(connection: AsyncConnection[Any], statement: bytes, values: tuple[object, ...]) -> tuple[Any, ...]:
    row = await (await connection.execute(statement, values)).fetchone()
    return tuple(row or ())  # an aggregate without GROUP BY gives one row


def _write_answer(query: Query, planned: Plan, body: str, rows: int, total: int | None, version: int) -> Response:
    headers = {
        "content-type": CONTENT_TYPES[query.media],
        "content-range": write_content_range(planned.offset, rows, total),
        "dataset-version": str(version),
    }
    if query.preferences_applied:
        headers["preference-applied"] = ", ".join(query.preferences_applied)
    status = choose_status(planned.offset, rows, total)
    # Cut by the hub's own limit, not the caller's: never silently.
    if rows == planned.limit and query.window.limit != planned.limit:
        status = 206
    if query.media == "object":
        if rows != 1:
            raise NotSingular()
        body = body.strip()[1:-1]
    return Response(status, body.encode(), headers)
