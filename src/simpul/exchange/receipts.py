"""`/receipts/{uid}`: the inclusion proof of one call, for its caller and the provider of its data."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from simpul.evidence.receipt import describe_receipt, make_receipt
from simpul.evidence.record import CallRecord, name_end, read_record
from simpul.exchange.call import Call
from simpul.exchange.http import Response, write_json
from simpul.exchange.hub import Hub
from simpul.exchange.seal_keys import QUERIES as KEY_QUERIES
from simpul.exchange.seal_keys import read_link_row
from simpul.exchange.sealer import read_row
from simpul.kernel.errors import NotFound
from simpul.kernel.words import Words
from simpul.store.pools import database_errors
from simpul.store.sql import AsyncConnection, load_queries

QUERIES = load_queries("simpul.exchange", "receipts.sql")
RETRY_SECONDS = 5
WAITING = Words(
    "Panggilan ini sudah tercatat; segelnya ditutup dalam beberapa detik.",
    "The call is recorded; its seal is closed within some seconds.",
)


class ReceiptUnknown(NotFound):
    code = "SPLX12"
    message = Words(
        "Tanda terima ini tidak ada, sudah diarsipkan, atau bukan milik instansi Anda.",
        "There is no such receipt, it is archived, or it isn't your organization's.",
    )
    hint = Words(
        "Pakai alamat pada header Link jawaban; untuk bulan yang sudah diarsipkan, hubungi Kominfo.",
        "Use the address in the answer's Link header; for an archived month, ask Kominfo.",
    )


@dataclass(frozen=True)
class _Row:
    """A row of the evidence and, where it is sealed, its seal and position."""

    record: str
    seal: int | None
    position: int


async def answer_receipt(call: Call, hub: Hub) -> Response:
    """Answer with the receipt, or with 202 while its batch isn't closed.

    Raises: ReceiptUnknown; DatabaseAway.
    """
    assert call.key is not None and call.route is not None  # noqa: S101, PT018 — the stages before set both
    uid = UUID(call.route.part)
    with database_errors():
        async with hub.readers.connection() as connection:
            row = await _find_row(connection, uid, call.key.organization_id)
            record = read_record(row.record)
            if row.seal is None:
                return _write_waiting(hub, record)
            told = await _describe(connection, row)
    return write_json(200, told | _name_ends(hub, record))


async def _find_row(connection: AsyncConnection[Any], uid: UUID, organization_id: int) -> _Row:
    values = {"uid": uid, "organization": organization_id}
    found = await (await connection.execute(QUERIES.find_row, values)).fetchone()
    if found is None:
        raise ReceiptUnknown()
    record, seal, position = found
    return _Row(record, seal, position or 0)


async def _describe(connection: AsyncConnection[Any], row: _Row) -> dict[str, Any]:
    number = {"seal": row.seal}
    facts = await (await connection.execute(QUERIES.get_seal, number)).fetchone()
    digests = await (await connection.execute(QUERIES.list_digests, number)).fetchall()
    links = await (await connection.execute(KEY_QUERIES.list_links)).fetchall()
    assert facts is not None  # noqa: S101 — a sealed row names its seal
    seal = read_row(facts)
    keys = [link for link in map(read_link_row, links) if link.after_seal < seal.number]
    leaves = [bytes(one[0]) for one in digests]
    # Some thousand hashes: not in the loop that answers everybody.
    return describe_receipt(await asyncio.to_thread(make_receipt, row.record, leaves, row.position, seal, keys))


def _write_waiting(hub: Hub, record: CallRecord) -> Response:
    told = {"state": "waiting", "uid": str(record.uid), "message": str(WAITING)}
    return write_json(202, told | _name_ends(hub, record), {"retry-after": str(RETRY_SECONDS)})


def _name_ends(hub: Hub, record: CallRecord) -> dict[str, str]:
    """A streamed answer has two rows: each receipt names the other's."""
    other = name_end(record.uid) if record.phase == "start" else record.of
    name = "end" if record.phase == "start" else "start"
    return {name: f"{hub.setup.address}/receipts/{other}"} if other else {}
