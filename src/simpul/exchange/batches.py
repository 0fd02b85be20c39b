"""Tells an application what became of its own batches; the values of refused rows are never shown here."""

import asyncio
import re
from typing import Any

from simpul.delivery.pipeline import find_report
from simpul.delivery.refused import list_refused
from simpul.delivery.report import BatchReport
from simpul.exchange.call import Call
from simpul.exchange.errors import BatchUnknown
from simpul.exchange.http import Response, write_json
from simpul.exchange.hub import Hub
from simpul.exchange.limits import REFUSED_ROWS_SHOWN
from simpul.query.errors import RangeInvalid
from simpul.store.pools import database_errors
from simpul.store.sql import Connection

_NUMBER = re.compile(r"[0-9]{1,15}")


async def describe_batch(call: Call, hub: Hub) -> Response:
    """Answer with a batch's report. Raises: BatchUnknown, DatabaseAway."""
    return await asyncio.to_thread(_describe_batch, call, hub)


async def describe_refused(call: Call, hub: Hub) -> Response:
    """Answer with a batch's refused rows by position: column, rule and words.

    `after` (a position) and `limit` (1,000 at most) page through them. Raises: BatchUnknown, RangeInvalid, DatabaseAway.
    """
    given = dict(call.request.list_parameters())
    after, limit = _read_number(given.get("after", "0")), _read_number(given.get("limit", str(REFUSED_ROWS_SHOWN)))
    return await asyncio.to_thread(_describe_refused, call, hub, after, min(limit, REFUSED_ROWS_SHOWN))


def _read_number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise RangeInvalid()
    return int(text)


def _describe_batch(call: Call, hub: Hub) -> Response:
    with database_errors(), hub.writers.connection() as connection:
        report = _get_own(connection, call)
    return write_json(200, {**report.to_dict(), "stored": report.stored})


def _describe_refused(call: Call, hub: Hub, after: int, limit: int) -> Response:
    with database_errors(), hub.writers.connection() as connection:
        report = _get_own(connection, call)
        rows = list_refused(connection, report.batch, after=after, limit=limit)
    call.rows = len(rows)
    return write_json(200, {"batch": report.batch, "refused": report.refused, "rows": rows})


def _get_own(connection: Connection[Any], call: Call) -> BatchReport:
    access = call.get_access()
    found = find_report(connection, call.route.batch_id) if call.route else None
    if found is None or found[1] != access.dataset.dataset_id or found[2] != access.key.application_id:
        raise BatchUnknown()
    return found[0]
