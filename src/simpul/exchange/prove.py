"""Keeps the evidence of a call before its answer leaves, and gives receipts.

By itself a row goes to this process's append-only file, and is in the database within a second. With `Prefer: receipt`
it is committed there before the answer leaves, and the answer names the address of its receipt.
"""

import asyncio
import logging

from simpul.evidence.record import BROKEN, CallRecord, name_end
from simpul.exchange.call import Call
from simpul.exchange.errors import EvidenceAway, write_error
from simpul.exchange.evidence_log import add_evidence
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub
from simpul.kernel import clock
from simpul.kernel.errors import SimpulError
from simpul.store.pools import database_errors
from simpul.store.sql import errors

LOG = logging.getLogger("simpul.exchange")
CUT = 499
"""The status in the evidence of a call whose caller went away before it was answered."""
UNRECORDED = frozenset({"home", "health", "metrics"})
"""Places that say nothing of data and leave no row."""
WITHOUT_RECEIPT = frozenset({429, 503})
"""Answers that stand for too much work make no more of it."""


async def keep_evidence(hub: Hub, call: Call, response: Response) -> Response:
    """Keep the call's evidence and name it in the answer; an answer that can't be proven is a refusal instead."""
    receipt = wants_receipt(call) and response.status not in WITHOUT_RECEIPT
    if not call.is_recorded:
        try:
            await _keep(hub, call.make_record(response), receipt)
        except SimpulError as error:
            return _refuse(hub, call, error)
    response.headers |= name_evidence(call)
    if receipt:
        _add_header(response, "preference-applied", "receipt")
        _add_header(response, "link", write_link(hub, call))
    return response


async def start_row(hub: Hub, call: Call, status: int = 200) -> dict[str, str]:
    """Keep the row of an answer that leaves in pieces, before its first piece; return the headers that name it.

    The uid is the call's own; `end_row` must follow, whatever happens. Raises: EvidenceAway; then nothing may leave.
    """
    record = call.make_record(Response(status))._replace(phase="start", rows=None)
    receipt = wants_receipt(call)
    await _keep(hub, record, receipt)
    headers = name_evidence(call)
    return headers | {"preference-applied": "receipt", "link": write_link(hub, call)} if receipt else headers


def end_row(hub: Hub, call: Call, digest: str, rows: int, complete: bool, status: int = 200) -> None:
    """Keep the row that closes a streamed answer, before its last piece: how many rows left, and their digest.

    Args: `digest` is `BodyDigest.read()` of all pieces under the call's salt; `complete` False where it broke off.
    Raises: EvidenceAway; then the answer must break off rather than end.
    """
    record = call.make_record(Response(status, code="" if complete else BROKEN))._replace(
        uid=name_end(call.uid),
        at=clock.now(),
        phase="end",
        of=call.uid,
        rows=rows,
        response_digest=digest,
    )
    hub.spool.append(record)


def keep_cut(hub: Hub, call: Call) -> None:
    """Keep the row of a call whose caller went away before there was an answer, unless its batch holds one."""
    if hub.spool.is_closed:  # the process ends, and nobody was answered
        return
    if call.is_recorded or (call.route is not None and call.route.place in UNRECORDED):
        return
    try:
        hub.spool.append(call.make_record(Response(CUT)))
    except EvidenceAway as error:
        LOG.error("evidence can't be kept: %s", type(error.__cause__).__name__)


def wants_receipt(call: Call) -> bool:
    """Does the call ask for a receipt, and is there somebody who may read it?"""
    prefer = call.request.headers.get("prefer", "")
    return "receipt" in prefer and call.key is not None and "receipt" in map(str.strip, prefer.lower().split(","))


def name_evidence(call: Call) -> dict[str, str]:
    """Return the headers by which a caller knows its evidence row, and can prove the body."""
    return {"evidence-id": str(call.uid), "evidence-salt": call.salt.hex()}


def write_link(hub: Hub, call: Call) -> str:
    """Return the value of the header Link that leads to the call's receipt."""
    return f'<{hub.setup.address}/receipts/{call.uid}>; rel="receipt"'


async def _keep(hub: Hub, record: CallRecord, is_receipt: bool) -> None:
    if is_receipt:
        await asyncio.to_thread(_commit, hub, record)
    else:
        hub.spool.append(record)


def _commit(hub: Hub, record: CallRecord) -> None:
    try:
        with database_errors(), hub.writers.connection() as connection:
            add_evidence(connection, [record])
    except (SimpulError, errors.Error) as error:
        raise EvidenceAway() from error


def _refuse(hub: Hub, call: Call, error: SimpulError) -> Response:
    LOG.error("evidence can't be kept: %s", type(error.__cause__).__name__)
    response = write_error(error)
    if wants_receipt(call):  # the database was away, the file may not be
        try:
            hub.spool.append(call.make_record(response))
        except EvidenceAway:
            return response
        response.headers |= name_evidence(call)
    return response


def _add_header(response: Response, name: str, value: str) -> None:
    known = response.headers.get(name)
    response.headers[name] = f"{known}, {value}" if known else value
