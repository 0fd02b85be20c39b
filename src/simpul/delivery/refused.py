"""Refused rows: kept sealed for 90 days, listed without values for programs, opened for the provider's officers."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from simpul.delivery.limits import REFUSED_DAYS, ROW_FINDINGS
from simpul.delivery.quarantine import Quarantine
from simpul.delivery.report import describe_findings
from simpul.kernel.clock import now
from simpul.kernel.errors import Finding
from simpul.store.sql import Connection, load_queries

POSITION_HEADER = "Baris"
REASON_HEADER = "Alasan"
_QUERIES = load_queries("simpul.delivery", "delivery.sql")


class Refusal(NamedTuple):
    """A row that can't be taken: where it stands, its cells under `columns`, and why."""

    position: int
    columns: Sequence[str]
    cells: Sequence[object]
    findings: list[Finding]


class OpenedRow(NamedTuple):
    """A refused row with its values, for the provider's officers alone."""

    position: int
    values: dict[str, str | None]
    findings: list[dict[str, str]]


def store_refused(
    connection: Connection[Any],
    quarantine: Quarantine,
    batch_id: int,
    refusals: Sequence[Refusal],
    created_at: datetime,
) -> None:
    """Seal and write refused rows of a batch."""
    expires_at = created_at + timedelta(days=REFUSED_DAYS)
    with connection.cursor() as cursor, cursor.copy(_QUERIES.copy_refused) as copy:
        for refusal in refusals:
            findings = json.dumps(describe_findings(refusal.findings[:ROW_FINDINGS]), ensure_ascii=False)
            content = quarantine.seal(batch_id, refusal.position, refusal.columns, refusal.cells)
            copy.write_row((batch_id, refusal.position, findings, content, expires_at))


def list_refused(
    connection: Connection[Any], batch_id: int, *, after: int = 0, limit: int = 100
) -> list[dict[str, Any]]:
    """Return [{position, findings: [{column, rule, id, en}]}] in order, from behind position `after`. No values."""
    rows = connection.execute(_QUERIES.list_refused, {"batch": batch_id, "after": after, "limit": limit})
    return [{"position": position, "findings": json.loads(findings)} for position, findings in rows]


def count_refused(connection: Connection[Any], batch_id: int) -> int:
    """Return how many rows of a batch wait to be mended."""
    row = connection.execute(_QUERIES.count_refused, {"batch": batch_id, "now": now()}).fetchone()
    return int(row[0]) if row else 0


def open_refused(connection: Connection[Any], quarantine: Quarantine, batch_id: int) -> Iterator[OpenedRow]:
    """Yield a batch's waiting rows with their values, in order. For the provider's officers alone.

    Raises: QuarantineKeyUnusable.
    """
    for position, findings, content in connection.execute(_QUERIES.open_refused, {"batch": batch_id, "now": now()}):
        columns, cells = quarantine.open(batch_id, position, bytes(content))
        named = [columns[i] if i < len(columns) else f"({i + 1})" for i in range(len(cells))]
        yield OpenedRow(position, dict(zip(named, cells, strict=True)), json.loads(findings))


def tabulate_refused(
    connection: Connection[Any], quarantine: Quarantine, batch_id: int, language: str = "id"
) -> list[list[str]]:
    """Return a table to hand over as .ods: "Baris", the file's columns, "Alasan". It can be mended and sent back.

    Returns: the header and one row for each waiting row; the header alone when none waits.
    """
    opened = list(open_refused(connection, quarantine, batch_id))
    columns = list(dict.fromkeys(name for row in opened for name in row.values))
    table = [[POSITION_HEADER, *columns, REASON_HEADER]]
    for row in opened:
        reasons = "; ".join(_write_reason(finding, language) for finding in row.findings)
        table.append([str(row.position), *(row.values.get(name) or "" for name in columns), reasons])
    return table


def _write_reason(finding: dict[str, str], language: str) -> str:
    words = finding["en"] if language.startswith("en") else finding["id"]
    return f"{finding['column']}: {words}" if finding["column"] else words


def purge_refused(connection: Connection[Any]) -> int:
    """Delete refused rows whose 90 days are over; return how many."""
    return connection.execute(_QUERIES.purge_refused, {"now": now()}).rowcount
