"""The one way in for rows: stage → validate → merge under the dataset's lock → a new version → the report.

All of it is one transaction: a batch is whole or absent, wherever the process dies.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from simpul.contract.validator import RowValidator, compile_validator
from simpul.delivery import merge
from simpul.delivery.envelope import Envelope, Mending
from simpul.delivery.idempotency import claim_key
from simpul.delivery.limits import CHUNK_ROWS, LOCK_SECONDS, MERGE_SECONDS, REPORTED_ROWS
from simpul.delivery.refused import Refusal, list_refused, store_refused
from simpul.delivery.report import BatchReport, Tally, describe_notes
from simpul.delivery.sheet import Damaged, Sheet
from simpul.delivery.target import Target, match_columns
from simpul.kernel.clock import now
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.store.pools import database_errors
from simpul.store.sql import Connection, load_queries

_QUERIES = load_queries("simpul.delivery", "delivery.sql")

_REPEATED_KEY = Words(
    "Kunci ini sudah muncul lebih awal dalam kiriman yang sama dengan isi lain. Sisakan satu yang benar.",
    "This key stands earlier in the same batch with other values. Leave the right one only.",
)
_REPEATED_VALUE = Words(
    "Nilai unik ini sudah muncul lebih awal dalam kiriman yang sama.",
    "This unique value stands earlier in the same batch.",
)
_OCCUPIED = Words(
    "Nilai unik ini sudah dipakai baris lain yang tersimpan. Periksa kuncinya atau nilainya.",
    "Another stored row already has this unique value. Look at its key or the value.",
)
_OUTDATED = Words(
    "Baris dengan kunci ini sudah diperbarui oleh kiriman yang lebih baru; perbaikan ini tidak menimpanya.",
    "A newer batch already updated the row of this key; this mend doesn't overwrite it.",
)


def deliver(
    connection: Connection[Any], target: Target, sheet: Sheet, envelope: Envelope, mending: Mending | None = None
) -> BatchReport:
    """Take in a sheet's rows: the good ones go into the table, each bad one into the quarantine with its reasons.

    Within a transaction of the caller it is a part of that one, else it is one of its own. Rows of a key that the table
    has are updated where they differ, in the sheet's columns only; without a key rows are added.

    Raises: BatchRunning, BatchKeyReused, BatchKeyInvalid; BatchColumnsRefused, FileRefused (found while reading);
    DatasetMissing; DatabaseAway, DatabaseBusy, QueryTooSlow. After each of them nothing is changed.
    Cost: memory of some thousand rows; refused repeats of one batch are held at once.
    """
    with database_errors(), connection.transaction(force_rollback=envelope.dry_run):
        connection.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
            [f"{MERGE_SECONDS}s", f"{LOCK_SECONDS}s"],
        )
        if envelope.idempotency_key is not None and not envelope.dry_run:
            answer = claim_key(connection, target.dataset_id, envelope.scope, envelope.idempotency_key, envelope.digest)
            if answer is not None:
                return answer
        return _Delivery(connection, target, sheet, envelope, mending).run()


class _Delivery:
    """One run of the pipeline: the stages in order, and what they count."""

    def __init__(
        self, connection: Connection[Any], target: Target, sheet: Sheet, envelope: Envelope, mending: Mending | None
    ) -> None:
        self.connection, self.target, self.sheet, self.envelope, self.mending = (
            connection,
            target,
            sheet,
            envelope,
            mending,
        )
        self.names = match_columns(sheet, target.model)
        self.columns = [name for name in target.columns if name in self.names]
        self.tally = Tally()
        self.received = self.refused = self.repeated = self.inserted = self.updated = self.unchanged = 0
        self.created_at: datetime = now()
        self.batch_id = 0

    def run(self) -> BatchReport:
        self.batch_id = self._insert_batch()
        if self.columns:
            merge.create_staging(self.connection, self.target, self.columns)
        self._stage()
        version = self._merge()
        report = self._report(version)
        self._finish(report)
        if self.envelope.record_evidence is not None:
            self.envelope.record_evidence(self.connection, report)
        return report

    def _insert_batch(self) -> int:
        values = {
            "dataset": self.target.dataset_id,
            "application": self.envelope.application_id,
            "person": self.envelope.person_id,
            "scope": self.envelope.scope,
            "key": None if self.envelope.dry_run else self.envelope.idempotency_key,
            "digest": self.envelope.digest,
            "file_name": self.envelope.file_name[:200],
            "format": self.sheet.format,
            "contract_version": self.target.contract_version,
            "created_at": self.created_at,
        }
        row = self.connection.execute(_QUERIES.insert_batch, values).fetchone()
        return int(row[0]) if row else 0

    def _stage(self) -> None:
        """Read, validate and write rows in chunks: good ones staged, bad ones sealed."""
        validator = compile_validator(
            self.target.model, self.envelope.references, mode=self.sheet.mode, zone=self.target.zone
        )
        good: list[list[object]] = []
        bad: list[Refusal] = []
        for row in self._check_rows(validator):
            if isinstance(row, Refusal):
                bad.append(row)
            else:
                good.append(row)
            if len(good) + len(bad) >= CHUNK_ROWS:
                self._flush(good, bad)
        self._flush(good, bad)

    def _check_rows(self, validator: RowValidator) -> Iterator[Refusal | list[object]]:
        is_json = self.sheet.mode == "json"
        known = set(self.target.columns)
        for position, cells in self.sheet.rows:
            self.received += 1
            if isinstance(cells, Damaged):
                yield Refusal(position, self.sheet.header, cells, [cells.finding])
                continue
            row = dict(zip(self.names, cells, strict=True))
            if is_json:  # a key that other rows of the array brought, absent here
                row = {name: cell for name, cell in row.items() if cell is not None or name in known}
            values, findings = validator.check(row)
            if values is None:
                yield Refusal(position, self.sheet.header, cells, findings)
            else:
                yield [position, *(values[name] for name in self.columns)]

    def _flush(self, good: list[list[object]], bad: list[Refusal]) -> None:
        if good:
            merge.copy_staged(self.connection, self.columns, good)
        self._refuse(bad)
        good.clear()
        bad.clear()

    def _refuse(self, refusals: Sequence[Refusal]) -> None:
        if not refusals:
            return
        store_refused(self.connection, self.envelope.quarantine, self.batch_id, refusals, self.created_at)
        self.refused += len(refusals)
        for refusal in refusals:
            self.tally.add(refusal.findings)

    def _merge(self) -> int:
        """Bring staged rows into the table under the dataset's lock; return the dataset's version afterwards."""
        key = self.target.key
        if not self.columns or not set(key) <= set(self.columns):  # every row lacks its key and is refused already
            return self._lock()
        merge.analyze_staged(self.connection)
        if key:
            self._set_aside(
                merge.take_repeated(self.connection, key, self.columns),
                key,
                "duplicate-key",
                _REPEATED_KEY,
                count_same=True,
            )
        version = self._lock()
        self._refuse_conflicts()
        staged = merge.count_staged(self.connection)
        self.updated = merge.update_changed(self.connection, self.target, self.columns, version + 1, self.batch_id)
        self.inserted = merge.insert_new(self.connection, self.target, self.columns, version + 1, self.batch_id)
        self.unchanged = staged - self.updated - self.inserted
        merge.drop_staging(self.connection)
        if staged:
            version += bool(self.updated or self.inserted)
            values = {
                "dataset": self.target.dataset_id,
                "version": version,
                "inserted": self.inserted,
                "delivered_at": self.created_at,
            }
            self.connection.execute(_QUERIES.advance_dataset, values)
        return version

    def _lock(self) -> int:
        row = self.connection.execute(_QUERIES.lock_dataset, {"dataset": self.target.dataset_id}).fetchone()
        return int(row[0]) if row else 0

    def _refuse_conflicts(self) -> None:
        """Refuse rows that would break a unique column or overwrite what came later than the batch they mend."""
        if self.mending is not None and self.target.key:
            taken = merge.take_outdated(self.connection, self.target, self.columns, self.mending.base_version)
            self._set_aside(taken, self.target.key, "newer-row", _OUTDATED)
        for group in self.target.unique:
            if set(group) <= set(self.columns):
                self._set_aside(merge.take_occupied(self.connection, self.target, group), group, "unique", _OCCUPIED)
                self._set_aside(
                    merge.take_repeated(self.connection, group, self.columns),
                    group,
                    "duplicate-unique",
                    _REPEATED_VALUE,
                )

    def _set_aside(
        self, taken: list[merge.Taken], group: Sequence[str], rule: str, words: Words, *, count_same: bool = False
    ) -> None:
        """Refuse rows that were taken from the staged ones; with `count_same`, exact repeats are only counted."""
        finding = Finding(", ".join(group), rule, words)
        refusals = []
        for row in taken:
            if count_same and row.same:
                self.repeated += 1
                continue
            values = json.loads(row.values)
            refusals.append(Refusal(row.position, self.columns, [values[name] for name in self.columns], [finding]))
        self._refuse(refusals)

    def _report(self, version: int) -> BatchReport:
        return BatchReport(
            batch=self.batch_id,
            dataset=self.target.name,
            state="ditolak" if self.received and self.refused == self.received else "selesai",
            received=self.received,
            inserted=self.inserted,
            updated=self.updated,
            unchanged=self.unchanged,
            repeated=self.repeated,
            refused=self.refused,
            dataset_version=version,
            contract_version=self.target.contract_version,
            format=self.sheet.format,
            created_at=self.created_at.isoformat(),
            finished_at=now().isoformat(),
            notes=describe_notes(self.sheet.notes),
            rules=self.tally.list_rules(),
            refused_rows=list_refused(self.connection, self.batch_id, limit=REPORTED_ROWS),
        )

    def _finish(self, report: BatchReport) -> None:
        values = report.to_dict()
        self.connection.execute(_QUERIES.finish_batch, {**values, "report": json.dumps(values, ensure_ascii=False)})


def find_report(connection: Connection[Any], batch_id: int) -> tuple[BatchReport, int, int | None, int | None] | None:
    """Return (report, dataset_id, application_id, person_id) of a batch, or None."""
    row = connection.execute(_QUERIES.find_report, {"batch": batch_id}).fetchone()
    return (BatchReport.from_dict(json.loads(row[0])), row[1], row[2], row[3]) if row else None
