"""Takes a batch in: `POST …/{dataset}/batches` runs the one pipeline for rows, in a thread, in one transaction."""

from typing import Any, NamedTuple

from simpul.delivery.envelope import Envelope
from simpul.delivery.formats import open_rows
from simpul.delivery.limits import BATCH_BYTES
from simpul.delivery.modes import Mode
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.report import BatchReport
from simpul.delivery.target import make_target
from simpul.exchange.body import Body, check_media_type
from simpul.exchange.call import Call
from simpul.exchange.errors import BatchRefused
from simpul.exchange.evidence_log import add_evidence
from simpul.exchange.http import Response, write_json
from simpul.exchange.hub import Hub
from simpul.exchange.receive import work_on_body
from simpul.kernel.words import Words
from simpul.query.errors import ParseFailed
from simpul.store.pools import database_errors
from simpul.store.sql import Connection

BATCH_MODES: tuple[Mode, ...] = ("merge", "append", "ignore", "replace", "update", "delete")
MAX_DELETED_PERCENT = 10
"""A replacement may delete this part of the rows without being confirmed: a cut file must not empty a dataset."""
_MODES = Words(f"Yang ada: {', '.join(BATCH_MODES)}.", f"There are: {', '.join(BATCH_MODES)}.")
_CONFIRM = Words("Satu-satunya nilai: delete.", "The only value is delete.")


async def deliver_rows(call: Call, hub: Hub) -> Response:
    """Answer a POST of rows under the call's permission.

    The answer is 201 with the report, refused rows among it; 422 where every row was refused; the first answer again
    under the same Idempotency-Key. `Prefer: tx=rollback` tries without keeping anything (200). The parameter `mode` says
    what is done with known, new and absent rows (BATCH_MODES); a replacement that would delete more than every tenth
    row wants `confirm=delete`.

    Raises: ParseFailed, ModeUnusable, DeletionUnconfirmed; BodyRefused, BodyTooLarge, ClientGone, TooBusy, FileRefused
    and its kinds, BatchRunning, BatchKeyReused, BatchKeyInvalid, BatchColumnsRefused, DatabaseAway, DatabaseBusy,
    QueryTooSlow.
    """
    return await work_on_body(call, hub, check_media_type(call.request), _run)


def _run(call: Call, hub: Hub, body: Body) -> Response:
    access = call.get_access()
    answers: list[Response] = []

    def record_evidence(connection: Connection[Any], report: BatchReport) -> None:
        answers.append(_write_answer(call, report))
        add_evidence(connection, [call.make_record(answers[0])])

    is_trial, order = _is_trial(call), _read_order(call)
    call.operators = (order.mode,)
    envelope = Envelope(
        digest=body.digest,
        quarantine=open_quarantine(hub.setup.home / "keys"),
        application_id=access.key.application_id,
        idempotency_key=call.request.headers.get("idempotency-key"),
        record_evidence=None if is_trial else record_evidence,
        dry_run=is_trial,
        mode=order.mode,
        max_deleted_percent=None if order.is_confirmed else MAX_DELETED_PERCENT,
    )
    sheet = open_rows(body.content, body.media_type, limit_bytes=BATCH_BYTES)
    target = make_target(access.dataset.dataset_id, access.published.compiled, access.dataset.name)
    with database_errors(), hub.writers.connection() as connection:
        report = deliver(connection, target, sheet, envelope)
    # Only a committed batch holds its evidence; any other answer's goes the way of a read's.
    call.is_recorded = bool(answers)
    return answers[0] if answers else _write_answer(call, report)


class _Order(NamedTuple):
    mode: Mode
    is_confirmed: bool


def _read_order(call: Call) -> _Order:
    given = dict(call.request.list_parameters())
    mode: Mode | None = next((one for one in BATCH_MODES if one == given.get("mode", "merge")), None)
    if mode is None:
        raise ParseFailed(parameter="mode", details=_MODES)
    if given.get("confirm", "delete") != "delete":
        raise ParseFailed(parameter="confirm", details=_CONFIRM)
    return _Order(mode, "confirm" in given)


def _is_trial(call: Call) -> bool:
    prefer = call.request.headers.get("prefer", "")
    return "tx=rollback" in {part.strip() for part in prefer.split(",")}


def _write_answer(call: Call, report: BatchReport) -> Response:
    call.rows, call.dataset_version = report.received, report.dataset_version
    call.columns = call.get_access().permission.columns
    is_trial = _is_trial(call)
    body: dict[str, Any] = {**report.to_dict(), "stored": report.stored}
    headers = {"dataset-version": str(report.dataset_version)}
    if is_trial:
        headers["preference-applied"] = "tx=rollback"
    else:
        call.batch_id = report.batch
        headers["location"] = f"{call.request.path}/{report.batch}"
    if report.replayed:
        headers["idempotency-replayed"] = "true"
    if report.received and report.refused == report.received:
        error = BatchRefused()
        told = {"code": error.code, "message": str(error.message), "details": None, "hint": str(error.hint)}
        response = write_json(error.status, {**told, **body}, headers)
        response.code = error.code
        return response
    return write_json(200 if is_trial else 201, body, headers)
