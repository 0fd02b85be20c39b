"""Fetches a source's rows: one run at a time across workers, its cursor kept in the transaction of its rows.

A worker that dies leaves the run open and the database frees its lock at once; the next worker goes on at the cursor.
What it had not committed is read again: no row is lost and none comes twice.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from simpul.contract.model import Dataset as AgreedDataset
from simpul.delivery.envelope import Envelope
from simpul.delivery.errors import DeletionUnconfirmed
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.report import BatchReport
from simpul.delivery.target import make_target
from simpul.kernel.clock import now
from simpul.kernel.errors import SimpulError, Unavailable
from simpul.kernel.words import Words
from simpul.portal.deliveries.models import Batch
from simpul.portal.procedures.queries import get_calendar
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.models import Dataset
from simpul.portal.sources.errors import RunCutOff, SourceClosed, SourceDrifted, SourceNotReady, SourceReset
from simpul.portal.sources.mapping import check_mapping, find_drift, read_columns, read_mapping
from simpul.portal.sources.models import Source, SourceRun
from simpul.portal.sources.opening import Opener, open_source
from simpul.portal.sources.permissions import FILLED
from simpul.portal.sources.reading import PART_ROWS, Reading, RowMaker
from simpul.portal.sources.schedule import find_next, find_pause_seconds
from simpul.portal.sources.telling import describe_problem, tell_failure, tell_recovery
from simpul.sources.errors import SourceFailed
from simpul.sources.shape import Reader, ReadLimits

MOST_ATTEMPTS = 6
"""How often a run is tried again that its source doesn't answer; without a committed row in between."""
MOST_CUTS = 12
"""After so many attempts without a committed row a run that keeps killing its worker is given up."""
DELETED_PERCENT = 10
"""A full comparison that would delete more of the dataset waits for the provider's word."""
EMPTY = Words("Sumber tidak berisi baris; tidak ada yang dihapus.", "The source holds no row; nothing was deleted.")
OPEN = (SourceRun.State.RUNNING, SourceRun.State.WAITING)
log = logging.getLogger(__name__)


class Stopped(Exception):
    """The worker was asked to stop; the run stays open for the next one."""


def list_due() -> list[int]:
    """Return the sources whose turn has come or whose run was cut off, longest waiting first."""
    due = Source.objects.filter(removed_at=None, next_run_at__lte=now())
    return list(due.order_by("next_run_at").values_list("pk", flat=True))


@contextmanager
def hold_source(source_id: int) -> Iterator[bool]:
    """Hold a source for this connection; give False where another worker has it. It is freed when the connection dies."""
    name = f"source/{source_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 7310586))", [name])
        row = cursor.fetchone()
    is_held = bool(row and row[0])
    try:
        yield is_held
    finally:
        if is_held:
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 7310586))", [name])


def run_source(
    source_id: int, stop: Event | None = None, opener: Opener = open_source, part_rows: int = PART_ROWS
) -> SourceRun | None:
    """Do a source's run if its turn has come; may be killed anywhere and called again.

    Returns: the run as it stands then, or None where it isn't its turn or another worker has it.
    """
    with hold_source(source_id) as is_held:
        source = _find_due(source_id) if is_held else None
        if source is None:
            return None
        run = _take_up(source)
        _Fetch(source, run, opener, stop or Event(), part_rows).do()
        return run


def _find_due(source_id: int) -> Source | None:
    rows = Source.objects.select_related("dataset__publication__contract_version__contract__provider")
    return rows.filter(pk=source_id, removed_at=None, next_run_at__lte=now()).first()


def _take_up(source: Source) -> SourceRun:
    """Return the open run, one that somebody asked for or that was cut off, else a new one."""
    run = source.runs.filter(state__in=OPEN).first() or SourceRun(
        source=source, started_at=now(), cursor_before=source.cursor, cursor_after=source.cursor
    )
    run.state = SourceRun.State.RUNNING
    run.attempts += 1
    run.save()
    return run


class _Fetch:
    """One attempt at a run."""

    def __init__(self, source: Source, run: SourceRun, opener: Opener, stop: Event, part_rows: int) -> None:
        self.source, self.run, self.opener, self.stop = source, run, opener, stop
        self.part_rows = part_rows
        self.began = time.monotonic()

    def do(self) -> None:
        """Read and deliver; whatever happens stands in the run afterwards."""
        try:
            self._fetch()
        except Stopped:
            return
        except SourceReset as error:
            self._begin_again(error)
        except SourceFailed as error:
            self._fail(error, error.retry_after_seconds, is_retryable=error.is_retryable)
        except SimpulError as error:
            self._fail(error, is_retryable=isinstance(error, Unavailable))
        except DatabaseError:
            raise
        except Exception as error:
            # The type alone: a message may quote data.
            log.error("source %s: %s", self.source.pk, type(error).__name__)
            self._fail(SimpulError(), is_retryable=False)
        else:
            self._finish()

    def _fetch(self) -> None:
        publication = self.source.dataset.publication
        if publication.state not in FILLED:
            raise SourceClosed
        if self.run.attempts > MOST_CUTS:
            raise RunCutOff
        if not self.source.mapping:
            raise SourceNotReady
        model = AgreedDataset.from_dict(publication.compiled["datasets"][self.source.dataset.name]["model"])
        with self.opener(self.source) as reader:
            self._check_drift(reader, model)
            self._read(reader, model)

    def _check_drift(self, reader: Reader, model: AgreedDataset) -> None:
        """Stop before any row is read where the source isn't what the mapping was made for."""
        mapping, before, columns = (
            read_mapping(self.source.mapping),
            read_columns(self.source.described),
            reader.describe(),
        )
        drift = find_drift(mapping, before, columns)
        stops = drift.stops or check_mapping(mapping, before, model)
        self.run.notes = [[words.id, words.en] for words in drift.notes]
        if stops:
            raise SourceDrifted(findings=stops)

    def _read(self, reader: Reader, model: AgreedDataset) -> None:
        source, is_whole = self.source, self.source.mode == Source.Mode.REPLACE
        limits = ReadLimits(
            seconds=source.limit_minutes * 60.0, rows=source.limit_rows, size_bytes=source.limit_megabytes * 1024**2
        )
        reading = Reading(
            reader.read(source.cursor, limits),
            RowMaker(read_mapping(source.mapping), model, reader.mode),
            reader.mode,
            part_rows=None if is_whole else self.part_rows,
            watch=self._watch,
        )
        while reading.has_part():
            self._deliver(reading)
        if reading.cursor is not None and reading.cursor != source.cursor:
            with transaction.atomic():
                self._move_cursor(reading.cursor)
        if is_whole and not self.run.received and reading.cursor is None:
            self.run.notes = [*self.run.notes, [EMPTY.id, EMPTY.en]]

    def _watch(self) -> None:
        if self.stop.is_set():
            raise Stopped

    @transaction.atomic
    def _deliver(self, reading: Reading) -> None:
        """Deliver one part; its rows, the cursor and the run's counts are committed together or not at all."""
        source, dataset = self.source, self.source.dataset
        envelope = Envelope(
            digest=b"",
            quarantine=open_quarantine(settings.HUB.SIMPUL_HOME / "keys"),
            person_id=self.run.person_id or source.changed_by_id,
            file_name=source.name,
            mode=source.mode,  # type: ignore[arg-type]
            max_deleted_percent=None if source.allows_deletion else DELETED_PERCENT,
        )
        target = make_target(dataset.pk, dataset.publication.compiled, dataset.name)
        report = deliver(get_driver_connection(), target, reading.open_part(), envelope)
        Batch.objects.filter(pk=report.batch).update(digest=reading.digest)
        self._count(report)
        self._move_cursor(reading.cursor if reading.cursor is not None else source.cursor)

    def _count(self, report: BatchReport) -> None:
        run = self.run
        for name in ("received", "inserted", "updated", "unchanged", "repeated", "refused", "deleted"):
            setattr(run, name, getattr(run, name) + getattr(report, name))
        run.batches, run.last_batch_id, run.attempts = run.batches + 1, report.batch, 1

    def _move_cursor(self, cursor: str | None) -> None:
        source = self.source
        kept = Source.objects.filter(pk=source.pk, revision=source.revision, removed_at=None)
        if not kept.update(cursor=cursor):
            raise SourceReset
        source.cursor = self.run.cursor_after = cursor
        self.run.save()

    @transaction.atomic
    def _finish(self) -> None:
        source = self.source
        if source.failures:
            tell_recovery(source)
        if self._close(SourceRun.State.DONE):
            if not self.run.batches:
                # Read and found unchanged: the rows are as new as if they had come again.
                Dataset.objects.filter(pk=source.dataset_id).exclude(delivered_at=None).update(delivered_at=now())
            self._set_source(failures=0, allows_deletion=False, next_run_at=self._find_next())

    @transaction.atomic
    def _fail(self, error: SimpulError, asked_seconds: float | None = None, *, is_retryable: bool) -> None:
        """Note what went wrong; wait and try again where that may help, else wait for the next turn."""
        notes = self.run.notes
        self.run.refresh_from_db()  # what the attempt counted and didn't commit is gone
        self.run.notes = notes
        self.run.problem = describe_problem(error)
        if is_retryable and self.run.attempts < MOST_ATTEMPTS:
            pause = timedelta(seconds=find_pause_seconds(self.run.attempts, asked_seconds))
            if self._close(SourceRun.State.WAITING):
                self._set_source(next_run_at=now() + pause)
            return
        is_held = isinstance(error, DeletionUnconfirmed)
        if self._close(SourceRun.State.HELD if is_held else SourceRun.State.FAILED):
            tell_failure(self.source, error)
            ended = isinstance(error, SourceClosed)
            self._set_source(
                failures=self.source.failures + 1,
                allows_deletion=False,
                next_run_at=None if ended else self._find_next(),
                is_active=self.source.is_active and not ended,
            )

    @transaction.atomic
    def _begin_again(self, error: SourceReset) -> None:
        """The source was changed meanwhile: the run goes on by the new settings, unless that change ended it."""
        self.run.refresh_from_db()
        if self.run.state in OPEN:
            self.run.problem = describe_problem(error)
            self._close(SourceRun.State.WAITING)

    def _close(self, state: str) -> bool:
        """Write how the run stands; False where somebody ended it meanwhile, and then nothing is written."""
        run = self.run
        if not SourceRun.objects.select_for_update().filter(pk=run.pk, state__in=OPEN).exists():
            run.refresh_from_db()
            return False
        run.state = state
        run.busy_seconds += time.monotonic() - self.began
        if state == SourceRun.State.DONE:
            run.problem = None
        run.finished_at = None if state == SourceRun.State.WAITING else now()
        run.save()
        return True

    def _find_next(self) -> object:
        if not self.source.is_active:
            return None
        turn = find_next(self.source.timing, self.run.started_at, get_calendar())
        return turn if turn is None or turn > now() else find_next(self.source.timing, now(), get_calendar())

    def _set_source(self, **values: object) -> None:
        """Change the source, unless a person changed it meanwhile: then theirs stands."""
        Source.objects.filter(pk=self.source.pk, revision=self.source.revision).update(**values)
