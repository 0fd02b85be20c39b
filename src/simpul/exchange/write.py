"""Answers POST, PUT, PATCH and DELETE on a dataset: all or nothing, through the one pipeline for rows.

A write is a batch like any other: one transaction, one new version, one entry in the feed, the evidence beside it. PATCH
and DELETE hold the dataset's lock from choosing their rows to the end, so that nobody's change is lost in between.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from simpul.delivery.envelope import Envelope
from simpul.delivery.errors import AffectedTooMany
from simpul.delivery.limits import LOCK_SECONDS, MERGE_SECONDS, ROWS
from simpul.delivery.modes import Mode
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.report import BatchReport
from simpul.delivery.sheet import Sheet
from simpul.delivery.target import Target, make_target
from simpul.exchange.body import Body, check_media_type
from simpul.exchange.call import Call
from simpul.exchange.evidence_log import add_evidence
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub
from simpul.exchange.limits import STATEMENT_SECONDS, WAIT_SECONDS
from simpul.exchange.receive import work_on_body
from simpul.exchange.write_answer import count_affected, write_answer, write_location
from simpul.exchange.write_body import name_cells, peek_rows, read_body, repeat_row, take_one
from simpul.exchange.write_check import check_conflict, check_may_read, check_put, list_writable
from simpul.exchange.write_refusals import write_errors
from simpul.exchange.written import Written, set_limits
from simpul.query.conditions import list_filters
from simpul.query.plan import choose_rows
from simpul.query.write import Write, parse_write
from simpul.store.pools import database_errors
from simpul.store.sql import Connection, load_queries

QUERIES = load_queries("simpul.exchange", "write.sql")
MODES: dict[str, Mode] = {"merge-duplicates": "merge", "ignore-duplicates": "ignore"}


async def write_rows(call: Call, hub: Hub) -> Response:
    """Answer a write under the call's permission.

    Raises: QueryError of some kind, StatementRefused, GrantUnusable, OperationNotGranted, BodyRefused, BodyTooLarge,
    ClientGone, TooBusy, AffectedTooMany, BatchRunning, BatchKeyReused, BatchKeyInvalid, DatabaseAway, DatabaseBusy,
    QueryTooSlow. After each of them nothing is changed.
    """
    write = parse_write(call.request.method, call.request.list_parameters(), call.request.headers)
    if write.returned == "representation" or write.verb in ("update", "delete"):
        check_may_read(call)
    media_type = "" if write.verb == "delete" else check_media_type(call.request, default="application/json")
    return await work_on_body(call, hub, media_type, partial(_run, write))


def _run(write: Write, call: Call, hub: Hub, body: Body) -> Response:
    with write_errors(write.verb):
        return _Writing(write, call, hub, body).run()


class _Writing:
    """One write while it runs."""

    def __init__(self, write: Write, call: Call, hub: Hub, body: Body) -> None:
        self.write, self.call, self.hub, self.body = write, call, hub, body
        access = call.get_access()
        self.dataset, self.permission = access.dataset, access.permission
        self.application_id = access.key.application_id
        self.target: Target = make_target(self.dataset.dataset_id, access.published.compiled, self.dataset.name)
        self.match = check_conflict(write, self.target)
        shown = self.dataset.get_planner(self.permission.grant_id)
        self.masks, self.row_filter = shown.masks, shown.row_filter
        self.location = ""
        self.mode: Mode = self._choose_mode()
        self.written = Written(
            write, self.target, self.dataset.table, self.permission.columns, self.row_filter, self.masks, self.match
        )
        self.zone = write.answered.zone or access.published.zone

    def run(self) -> Response:
        self._note_evidence()
        if self.write.verb == "delete":
            return self._deliver(None)
        sheet = read_body(self.body, self.write, list_writable(self.permission.columns, self.dataset.table, self.masks))
        self._note_columns(sheet.header)
        return self._deliver(sheet)

    def _choose_mode(self) -> Mode:
        if self.write.verb in ("update", "delete"):
            return "update" if self.write.verb == "update" else "delete"
        if self.write.verb == "put":
            return "merge"
        # Without a key no row is known: everything is inserted, as PostgREST does without a primary key.
        return MODES.get(self.write.resolution, "insert") if self.match else "append"

    def _deliver(self, sheet: Sheet | None) -> Response:
        answers: list[Response] = []

        def record_evidence(connection: Connection[Any], report: BatchReport) -> None:
            answers.append(self._write_answer(report))
            add_evidence(connection, [self.call.make_record(answers[0])])

        envelope = Envelope(
            digest=self._digest(),
            quarantine=open_quarantine(self.hub.setup.home / "keys"),
            application_id=self.application_id,
            idempotency_key=self.call.request.headers.get("idempotency-key"),
            record_evidence=None if self.write.is_trial else record_evidence,
            dry_run=self.write.is_trial,
            mode=self.mode,
            all_or_nothing=True,
            max_affected=self.write.most_affected,
            match_by=self.match if self.match != self.target.key else (),
            before_merge=self.written.look_before,
            after_merge=partial(self.written.look_after, zone=self.zone),
        )
        with database_errors(), self.hub.writers.connection() as connection:
            report = deliver(connection, self.target, self._make_sheet(connection, sheet), envelope)
        # Only a committed batch holds its evidence; any other answer's goes the way of a read's.
        self.call.is_recorded = bool(answers)
        return answers[0] if answers else self._write_answer(report)

    def _make_sheet(self, connection: Connection[Any], sheet: Sheet | None) -> Sheet:
        """Return the rows to deliver: the body's own, or the body's one row for each row that the filter chooses."""
        if self.write.verb == "insert":
            return self._peek(sheet or Sheet("json", [], iter(())))
        row = take_one(sheet) if sheet is not None else {}
        kind = sheet.format if sheet is not None else "json"
        if self.write.verb == "put":
            check_put(self.write, self.target, row, kind)
            return Sheet(kind, list(row or {}), iter([(1, list((row or {}).values()))]))
        return repeat_row(row or {}, kind, self._choose_rows(connection) if row is not None else ())

    def _peek(self, sheet: Sheet) -> Sheet:
        """Look at the first rows of a POST: a single one has an address, and none at all isn't exactly one."""
        first, whole = peek_rows(sheet)
        if not first:
            self.written.check_single(0)
        row = name_cells(sheet, first[0]) if len(first) == 1 else {}
        if self.write.returned == "headers-only" and self.target.key and set(self.target.key) <= row.keys():
            self.location = write_location(self.call.request.path, self.target.key, row)
        return whole

    def _choose_rows(self, connection: Connection[Any]) -> Iterator[int]:
        """Yield the rows that the filter chooses, once the delivery reads them: in its transaction, under the lock."""
        chosen = choose_rows(
            self.write.conditions, self.dataset.table, self.permission.columns, self.row_filter, self.masks
        )
        limit = min(ROWS, self.write.most_affected if self.write.most_affected is not None else ROWS)
        set_limits(connection, WAIT_SECONDS, STATEMENT_SECONDS)
        connection.execute(QUERIES.lock_dataset, {"dataset": self.dataset.dataset_id})
        rows = connection.execute(f"{chosen.text} LIMIT {limit + 1}".encode(), chosen.values).fetchall()
        set_limits(connection, LOCK_SECONDS, MERGE_SECONDS)
        if len(rows) > limit:
            raise AffectedTooMany(affected=f"> {limit}", limit=limit)
        yield from (int(row[0]) for row in rows)

    def _digest(self) -> bytes:
        """Return what a repeat under the same Idempotency-Key must be equal in: the whole request, not its body alone."""
        parameters = sorted(self.call.request.list_parameters())
        whole = repr((self.write.verb, parameters, self.write.applied)).encode()
        return hashlib.sha256(whole + self.body.digest).digest()

    def _note_evidence(self) -> None:
        filters = [one for root in self.write.conditions for one in list_filters(root)]
        self.call.operators = tuple(sorted({self.mode, *(one.operator for one in filters)}))
        self._note_columns(one.field.column for one in filters)

    def _note_columns(self, names: Iterable[str]) -> None:
        known = set(self.permission.columns)
        self.call.columns = tuple(sorted({*self.call.columns, *(name for name in names if name in known)}))

    def _write_answer(self, report: BatchReport) -> Response:
        self._note_columns(self.written.columns)
        self.call.rows = count_affected(report)
        if not self.write.is_trial:
            self.call.batch_id, self.call.dataset_version = report.batch, report.dataset_version
        text = None if report.replayed or self.write.returned != "representation" else self.written.text
        response = write_answer(self.write, report, text)
        if self.location and count_affected(report):
            response.headers["location"] = self.location
        return response
