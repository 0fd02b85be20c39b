"""The one way in for rows: stage → validate → merge under the dataset's lock → a new version → the report.

All of it is one transaction: a batch is whole or absent, wherever the process dies. What is done with known, new and
absent rows is the delivery's mode (`modes`).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from simpul.delivery import staging
from simpul.delivery.conflicts import Clash, take_conflicts, take_repeats
from simpul.delivery.envelope import Envelope, Mending, MergeHook
from simpul.delivery.errors import AffectedTooMany, DeletionUnconfirmed, RowsRefused
from simpul.delivery.idempotency import claim_key
from simpul.delivery.intake import Good, Intake
from simpul.delivery.limits import CHUNK_ROWS, LOCK_SECONDS, MERGE_SECONDS, REPORTED_ROWS
from simpul.delivery.merge import Merge
from simpul.delivery.references import load_references
from simpul.delivery.refused import Refusal, list_refused, store_refused
from simpul.delivery.report import BatchReport, Tally, describe_notes
from simpul.delivery.sheet import Sheet
from simpul.delivery.target import Target
from simpul.kernel.clock import now
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.store.marks import Change, begin_change
from simpul.store.pools import database_errors
from simpul.store.sql import Connection, load_queries

_QUERIES = load_queries("simpul.delivery", "delivery.sql")

_SPARED_ALL = Words(
    "Tidak ada baris yang dihapus: kunci sebagian baris tertolak tidak terbaca, sehingga baris lamanya tidak dapat dikenali.",
    "No row was deleted: the keys of some refused rows can't be read, so that their old rows can't be told apart.",
)


def deliver(
    connection: Connection[Any], target: Target, sheet: Sheet, envelope: Envelope, mending: Mending | None = None
) -> BatchReport:
    """Take in a sheet's rows: the good ones go into the table, each bad one into the quarantine with its reasons.

    Within a transaction of the caller it is a part of that one, else it is one of its own. By the envelope's mode `merge`,
    rows of a key that the table has are updated where they differ, in the sheet's columns only; without a key rows are
    added. A sheet may lack columns that the contract doesn't require; of known rows those keep their values. To change
    some columns of known rows whatever the contract requires, deliver with the mode `update`.

    Raises: BatchRunning, BatchKeyReused, BatchKeyInvalid; BatchColumnsRefused, FileRefused (found while reading);
    ModeUnusable, RowsRefused, AffectedTooMany, DeletionUnconfirmed; DatasetMissing; DatabaseAway, DatabaseBusy,
    QueryTooSlow. After each of them nothing is changed.
    Cost: memory of some thousand rows; refused repeats of one batch are held at once.
    """
    with database_errors(), connection.transaction(force_rollback=envelope.dry_run):
        connection.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
            [f"{MERGE_SECONDS}s", f"{LOCK_SECONDS}s"],
        )
        if envelope.idempotency_key is not None and not envelope.dry_run:
            answer = claim_key(
                connection,
                target.dataset_id,
                envelope.scope,
                envelope.idempotency_key,
                envelope.digest,
                envelope.mode,
            )
            if answer is not None:
                return answer
        references = load_references(connection, target) if envelope.references is None else envelope.references
        delivery = _Delivery(connection, target, sheet, replace(envelope, references=references), mending)
        report = delivery.run()
    if delivery.change is not None and connection.info.transaction_status.name == "IDLE":
        delivery.change.finish()  # committed; within a caller's transaction a reader settles it
    return report


class _Delivery:
    """One run of the pipeline: the stages in order, and what they count."""

    def __init__(
        self, connection: Connection[Any], target: Target, sheet: Sheet, envelope: Envelope, mending: Mending | None
    ) -> None:
        self.connection, self.target, self.sheet = connection, target, sheet
        self.envelope, self.mending = envelope, mending
        self.intake = Intake(target, sheet, envelope)
        self.tally = Tally()
        self.received = self.refused = self.repeated = self.inserted = self.updated = self.unchanged = self.deleted = 0
        self.unreadable = 0
        self.notes: list[Finding] = []
        self.first_refused: list[tuple[int, Sequence[Finding]]] = []
        self.created_at: datetime = now()
        self.batch_id = 0
        self.change: Change | None = None

    def run(self) -> BatchReport:
        self.batch_id = self._insert_batch()
        self._create_tables()
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
            "mode": self.envelope.mode,
        }
        row = self.connection.execute(_QUERIES.insert_batch, values).fetchone()
        return int(row[0]) if row else 0

    def _create_tables(self) -> None:
        if self.intake.columns:
            staging.create_staging(self.connection, self.target, self.intake.columns)
        if self._spares_keys:
            staging.create_spared(self.connection, self.target)

    @property
    def _spares_keys(self) -> bool:
        return self.intake.rules.deletes_absent and bool(self.target.key)

    def _stage(self) -> None:
        """Read, validate and write rows in chunks: good ones staged, bad ones sealed."""
        good: list[Good] = []
        bad: list[Refusal] = []
        for row in self.intake.check_rows():
            self.received += 1
            if isinstance(row, Refusal):
                bad.append(row)
            else:
                good.append(row)
            if len(good) + len(bad) >= CHUNK_ROWS:
                self._flush(good, bad)
        self._flush(good, bad)
        self._check_whole()

    def _flush(self, good: list[Good], bad: list[Refusal]) -> None:
        if good:
            staging.copy_staged(self.connection, self.intake.columns, good)
        self._refuse(bad)
        if self.intake.rules.deletes_absent:
            self._spare(bad)
        good.clear()
        bad.clear()

    def _spare(self, refusals: Sequence[Refusal]) -> None:
        """Keep the old rows of refused ones from a replacement's deletions."""
        keys = [key for key in map(self.intake.find_key, refusals) if key is not None]
        self.unreadable += len(refusals) - len(keys)
        if keys:
            staging.copy_spared(self.connection, self.target, keys)

    def _refuse(self, refusals: Sequence[Refusal]) -> None:
        if not refusals:
            return
        self.refused += len(refusals)
        for refusal in refusals:
            self.tally.add(refusal.findings)
        if self.envelope.all_or_nothing:
            room = REPORTED_ROWS - len(self.first_refused)
            self.first_refused += [(refusal.position, refusal.findings) for refusal in refusals[:room]]
        else:
            store_refused(self.connection, self.envelope.quarantine, self.batch_id, refusals, self.created_at)

    def _check_whole(self) -> None:
        if self.envelope.all_or_nothing and self.refused:
            raise RowsRefused(self.received, self.refused, sorted(self.first_refused))

    def _merge(self) -> int:
        """Bring staged rows into the table under the dataset's lock; return the dataset's version afterwards."""
        if not self.intake.is_complete:
            return self._lock()[0]
        staging.analyze_staged(self.connection)
        self._set_aside(take_repeats(self.connection, self.intake))
        self._check_whole()
        version, rows = self._lock()
        merge = Merge(self.connection, self.target, self.intake.columns, self.intake.match, version + 1, self.batch_id)
        if self.intake.rules.deletes_absent:
            self._delete_absent(merge, rows)
        self._set_aside(take_conflicts(self.connection, self.intake, self.mending))
        self._check_whole()
        if self.intake.rules.skips_known and self.intake.match:
            self.unchanged = staging.drop_known(self.connection, self.target, self.intake.match)
        self._call(self.envelope.before_merge, version + 1)
        staged = self._change(merge)
        self._check_affected()
        is_changed = bool(self.inserted or self.updated or self.deleted)
        version += is_changed
        self._call(self.envelope.after_merge, version)
        self._drop_tables()
        if staged or self.unchanged or is_changed:
            self._advance(version)
        return version

    def _change(self, merge: Merge) -> int:
        """Update, insert or delete as the mode says; return how many rows were staged."""
        staged, rules = staging.count_staged(self.connection), self.intake.rules
        if rules.updates:
            self.updated = merge.update_changed()
        if rules.inserts:
            self.inserted = merge.insert_new()
        if rules.deletes_given:
            self.deleted = merge.delete_given()
        self.unchanged += staged - self.updated - self.inserted - (self.deleted if rules.deletes_given else 0)
        return staged

    def _delete_absent(self, merge: Merge, rows: int) -> None:
        """Delete what a replacement doesn't hold, unless that could be a refused row's good predecessor."""
        if not self.target.key:
            self.unchanged = merge.drop_equal()
        if not (self.unchanged or staging.count_staged(self.connection)):
            return
        if self.unreadable:
            self.notes.append(Finding("", "nothing-deleted", _SPARED_ALL))
            return
        self.deleted = merge.delete_absent() if self.target.key else merge.delete_unpaired()
        most = self.envelope.max_deleted_percent
        if most is not None and self.deleted * 100 > most * max(rows, self.deleted):
            raise DeletionUnconfirmed(deleted=self.deleted, rows=max(rows, self.deleted))

    def _check_affected(self) -> None:
        affected, limit = self.inserted + self.updated + self.deleted, self.envelope.max_affected
        if limit is not None and affected > limit:
            raise AffectedTooMany(affected=affected, limit=limit)

    def _call(self, hook: MergeHook | None, version: int) -> None:
        if hook is not None:
            hook(self.connection, self.batch_id, version)

    def _drop_tables(self) -> None:
        """Drop the temporary tables, so that one transaction may hold several deliveries."""
        staging.drop_staging(self.connection)
        if self._spares_keys:
            staging.drop_spared(self.connection)

    def _lock(self) -> tuple[int, int]:
        row = self.connection.execute(_QUERIES.lock_dataset, {"dataset": self.target.dataset_id}).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def _advance(self, version: int) -> None:
        if not self.envelope.dry_run and self.inserted + self.updated + self.deleted:
            self.change = begin_change(self.envelope.quarantine.home, self.target.dataset_id)
        values = {
            "dataset": self.target.dataset_id,
            "version": version,
            "grown": self.inserted - self.deleted,
            "delivered_at": self.created_at,
        }
        self.connection.execute(_QUERIES.advance_dataset, values)

    def _set_aside(self, conflicts: Iterable[Clash]) -> None:
        """Refuse rows that were taken from the staged ones; a repeat that the mode puts up with is only counted."""
        columns, rules = self.intake.columns, self.intake.rules
        refusals = []
        for row, finding, is_repeat in conflicts:
            if finding.rule == "duplicate-key" and (rules.skips_known or (is_repeat and not rules.refuses_repeats)):
                self.repeated += 1
                continue
            values = json.loads(row.values)
            refusals.append(Refusal(row.position, columns, [values[name] for name in columns], [finding]))
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
            deleted=self.deleted,
            mode=self.envelope.mode,
            notes=describe_notes([*self.sheet.notes, *self.notes, *self.intake.list_remarks()]),
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
