"""Mends refused rows: corrected ones are sent as a batch of their own, and never overwrite what came later."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from simpul.delivery.envelope import Envelope, Mending
from simpul.delivery.errors import BatchColumnsRefused, RefusedRowsGone
from simpul.delivery.header import clean_name
from simpul.delivery.idempotency import claim_key
from simpul.delivery.pipeline import deliver
from simpul.delivery.refused import POSITION_HEADER, REASON_HEADER
from simpul.delivery.report import BatchReport
from simpul.delivery.sheet import Damaged, Row, Sheet
from simpul.delivery.target import Target
from simpul.kernel.clock import now
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.store.pools import database_errors
from simpul.store.sql import Connection, load_queries

_QUERIES = load_queries("simpul.delivery", "delivery.sql")


class Correction(NamedTuple):
    """A refused row as it should be: its position in the refused batch, and cells by column (text, or typed cells)."""

    position: int
    values: Mapping[str, object]


def mend(
    connection: Connection[Any], target: Target, batch_id: int, corrections: Sequence[Correction], envelope: Envelope
) -> BatchReport:
    """Deliver corrected rows of a batch in its own transaction.

    Each of them leaves the old batch's waiting list, whether it is good now or refused again (then it waits in the new
    batch). A row that a newer batch changed meanwhile is refused with the rule `newer-row`.

    Raises: RefusedRowsGone when a row isn't waiting any more (another officer was first, or 90 days are over); what
    `deliver` raises. After each of them nothing is changed.
    """
    positions = tuple(sorted({correction.position for correction in corrections}))
    with database_errors(), connection.transaction(force_rollback=envelope.dry_run):
        if envelope.idempotency_key is not None and not envelope.dry_run:
            answer = claim_key(connection, target.dataset_id, envelope.scope, envelope.idempotency_key, envelope.digest)
            if answer is not None:
                return answer
        base = connection.execute(_QUERIES.find_base, {"batch": batch_id, "dataset": target.dataset_id}).fetchone()
        wanted = {"batch": batch_id, "positions": list(positions), "now": now()}
        held = connection.execute(_QUERIES.lock_refused, wanted).fetchall()
        if base is None or not positions or len(held) != len(positions):
            raise RefusedRowsGone
        mending = Mending(batch_id, positions, int(base[0]))
        report = deliver(connection, target, _make_sheet(corrections), envelope, mending)
        connection.execute(
            _QUERIES.mark_mended, {"batch": batch_id, "positions": list(positions), "mended_by": report.batch}
        )
        return report


def read_corrections(sheet: Sheet) -> list[Correction]:
    """Read the table of refused rows back after an officer mended it: "Baris" first, "Alasan" left out.

    Raises: BatchColumnsRefused without the column "Baris" or with a cell in it that isn't a row's number.
    """
    names = [name.casefold() for name in sheet.header]
    if POSITION_HEADER.casefold() not in names:
        raise _refuse_positions()
    place = names.index(POSITION_HEADER.casefold())
    corrections: dict[int, Correction] = {}
    for _, cells in sheet.rows:
        text = clean_name(cells[place]) if len(cells) > place and not isinstance(cells, Damaged) else ""
        if not (text.isascii() and text.isdigit()) or int(text) in corrections:
            raise _refuse_positions()
        values = {
            name: cell
            for name, cell in zip(sheet.header, cells, strict=True)
            if name.casefold() not in (POSITION_HEADER.casefold(), REASON_HEADER.casefold())
        }
        corrections[int(text)] = Correction(int(text), values)
    return list(corrections.values())


def _refuse_positions() -> BatchColumnsRefused:
    message = Words(
        f'Kolom "{POSITION_HEADER}" harus ada dan berisi nomor baris dari daftar baris tertolak, masing-masing sekali.',
        f'The column "{POSITION_HEADER}" must be there, with the row numbers from the list of refused rows, each once.',
    )
    hint = Words(
        "Unduh lagi daftar baris tertolak, lalu perbaiki di sana.",
        "Download the list of refused rows again and mend it there.",
    )
    return BatchColumnsRefused(message, hint=hint, findings=[Finding(POSITION_HEADER, "positions", message)])


def _make_sheet(corrections: Sequence[Correction]) -> Sheet:
    header = list(dict.fromkeys(name for correction in corrections for name in correction.values))
    return Sheet("csv", header, _iterate(corrections, header))


def _iterate(corrections: Sequence[Correction], header: list[str]) -> Iterator[Row]:
    for correction in sorted(corrections, key=lambda one: one.position):
        yield correction.position, [correction.values.get(name) for name in header]
