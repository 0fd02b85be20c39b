"""Writes the answer of a write from its report alone, so that a repeat under an Idempotency-Key gets the same one.

Statuses and headers are PostgREST's: 201 for a POST (200 where it only updated), 200 or 204 for the others. The rows of
`return=representation` aren't kept anywhere: a repeat is answered as under `return=minimal`, and says so.
"""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from simpul.delivery.report import BatchReport
from simpul.exchange.http import NO_CONTENT, Response
from simpul.exchange.read import CONTENT_TYPES, STRIPPED_TYPES
from simpul.query.window import write_content_range
from simpul.query.write import Write


def count_affected(report: BatchReport) -> int:
    """Return how many rows the write touched, changed or not; rows that were only looked past don't count."""
    if report.mode == "ignore":
        return report.inserted
    return report.inserted + report.updated + report.unchanged + report.deleted


def write_answer(write: Write, report: BatchReport, text: str | None) -> Response:
    """Return the answer. Args: `text` is the representation, None where none is given."""
    # The version of a trial is never made; the next write may get its number.
    headers = {} if write.is_trial else {"dataset-version": str(report.dataset_version)}
    if content_range := _write_range(write, count_affected(report)):
        headers["content-range"] = content_range
    if applied := _list_applied(write, report):
        headers["preference-applied"] = ", ".join(applied)
    if report.replayed:
        headers["idempotency-replayed"] = "true"
    status = _choose_status(write, report, has_body=text is not None)
    if text is None:
        return Response(status, headers=headers)
    types = STRIPPED_TYPES if write.answered.strip_nulls else CONTENT_TYPES
    return Response(status, text.encode(), headers | {"content-type": types[write.answered.media]})


def _choose_status(write: Write, report: BatchReport, *, has_body: bool) -> int:
    if write.verb == "insert":
        return 200 if write.resolution == "merge-duplicates" and not report.inserted else 201
    if write.verb == "put" and has_body and report.inserted:
        return 201
    return 200 if has_body else NO_CONTENT


def _write_range(write: Write, rows: int) -> str:
    total = rows if write.answered.count else None
    if write.verb == "put":
        return ""
    return write_content_range(0, rows if write.verb == "update" else 0, total)


def _list_applied(write: Write, report: BatchReport) -> list[str]:
    if not report.replayed:
        return list(write.applied)
    return ["return=minimal" if one == "return=representation" else one for one in write.applied]


def write_location(path: str, key: Sequence[str], row: Mapping[str, object]) -> str:
    """Return the address of one row by its key.

    >>> write_location("/api/wilayah/v1/desa", ["kode"], {"kode": "63 05"})
    '/api/wilayah/v1/desa?kode=eq.63%2005'
    """
    filters = "&".join(f"{quote(name)}=eq.{quote(_write_value(row[name]), safe='')}" for name in key)
    return f"{path}?{filters}"


def _write_value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
