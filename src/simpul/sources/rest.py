"""A REST service that answers in JSON: pages followed to their end, loops and repeats noticed, totals not believed.

Memory: one page. A page of at most 64 MB is taken; a service without paging fits into one.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

from simpul.kernel.clock import ZONE, now
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.outbound.client import AnswerLimits, Fetched
from simpul.outbound.guard import Guard
from simpul.sources.cursors import NULL_CURSOR, SeenKeys, hold_back, step_back
from simpul.sources.errors import SourceChanged, SourceFailed, SourceRubbish, describe_failure
from simpul.sources.gathering import Meter, Read, gather
from simpul.sources.json_text import (
    describe_records,
    find_kind,
    find_value,
    list_record_places,
    list_records,
    read_json_text,
)
from simpul.sources.paging import Pager
from simpul.sources.settings import RestSettings
from simpul.sources.shape import Chunk, DamagedRow, Incremental, Mode, Place, ReadLimits, SourceColumn, SourceRow
from simpul.sources.web import Sleep, WebCaller

_LOOK = ReadLimits(seconds=60, rows=200_000, size_bytes=128 * 1024 * 1024)
"""What a check or a preview may take: one page."""
_REPEATED_PAGE = Words(
    "Sumber mengirim halaman yang sama dua kali; parameternya mungkin diabaikan.",
    "The source sent the same page twice; it may ignore the parameter.",
)


class RestReader:
    """One service."""

    mode: Mode = "json"

    def __init__(
        self,
        settings: RestSettings,
        secret: str,
        guard: Guard,
        answers: AnswerLimits | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Take the password, key or token as `secret`. Nothing is connected yet. Raises: SourceDenied."""
        self._settings, self._sleep = settings, sleep
        self._caller = WebCaller(settings.web, secret, guard, answers or AnswerLimits(), sleep)
        self._clock: datetime | None = None

    def check(self) -> list[Finding]:
        """Ask for the first page; return what was wrong at which stage, and columns that were set up but aren't there."""
        try:
            columns = {column.name for column in self.describe()}
        except SourceFailed as failure:
            return [describe_failure(failure)]
        chosen = self._settings.incremental
        named = (chosen.cursor_column, *chosen.key_columns) if chosen and columns else ()
        return [
            Finding("object", "changed", Words(f"Baris tidak memuat {name}.", f"The rows don't hold {name}."))
            for name in named
            if name not in columns
        ]

    def list_places(self) -> list[Place]:
        """List the paths of the first answer at which records lie."""
        return list_record_places(self._ask(Pager(self._settings, None), Meter(_LOOK))[0])

    def describe(self) -> list[SourceColumn]:
        """Return the columns of the first page's records; empty where it has none."""
        return describe_records(self._look())

    def preview(self, limit_rows: int = 20) -> list[SourceRow]:
        """Return the first page's first records."""
        return self._look()[:limit_rows]

    def read(self, since: str | None, limits: ReadLimits) -> Iterator[Chunk]:
        """Read all pages. Services promise no order, so the cursor moves with the last chunk alone."""
        meter, progress = Meter(limits), _Progress(self._settings.incremental, since)
        reads = self._read_rows(since, meter, progress)
        return gather(reads, limits, meter, since, lambda _: progress.find_cursor(self._clock))

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _look(self) -> list[SourceRow]:
        document, _ = self._ask(Pager(self._settings, None), Meter(_LOOK))
        return list_records(document, self._settings.records_path)

    def _read_rows(self, since: str | None, meter: Meter, progress: "_Progress") -> Iterator[Read]:
        pager, digests = Pager(self._settings, progress.find_begin(since)), set[bytes]()
        received, totals, has_more, self._clock = 0, list[int](), True, None
        while has_more:
            try:
                document, fetched = self._ask(pager, meter)
            except SourceChanged:
                if not totals or received < max(totals):
                    raise
                break  # a page past the end that isn't there, once all that was told has come
            records = self._find_records(document, is_first=not received)
            _check_new_page(records, digests)
            received += len(records)
            total = find_value(document, self._settings.total_path) if self._settings.total_path else None
            totals += [total] if isinstance(total, int) else []
            size = len(fetched.body) // max(len(records), 1)
            taken = map(progress.take, records)
            yield from (Read(row, None, size) for row in taken if row is not None)
            has_more = pager.turn(document, fetched, len(records))
            if has_more and self._settings.pause_ms:
                self._sleep(self._settings.pause_ms / 1000)
        _check_total(received, totals)
        progress.is_done = True

    def _find_records(self, document: Any, is_first: bool) -> list[SourceRow]:
        """Return a page's records; `null` in their place is an empty page, but not the first."""
        path = self._settings.records_path
        parent = find_value(document, path[:-1]) if path and not is_first else None
        if isinstance(parent, dict) and parent.get(path[-1], ()) is None:
            return []
        return list_records(document, path)

    def _ask(self, pager: Pager, meter: Meter) -> tuple[Any, Fetched]:
        meter.add(0, 0)
        fetched = self._caller.get(pager.address, pager.params, lambda: meter.left_seconds)
        if self._clock is None:
            self._clock = _read_clock(fetched.headers.get("date", ""))
        return read_json_text(fetched.body, fetched.headers.get("content-type", "")), fetched


class _Progress:
    """Follows the greatest cursor of a reading, and which rows it gave already."""

    def __init__(self, chosen: Incremental | None, since: str | None) -> None:
        self._chosen, self._since, self._best = chosen, since, since
        self._seen = SeenKeys(chosen.key_columns if chosen else ())
        self.is_done = False

    def find_begin(self, since: str | None) -> str | None:
        if self._chosen is None or since is None:
            return None
        return step_back(since, _find_since_kind(since), self._chosen.overlap)

    def take(self, record: SourceRow) -> SourceRow | None:
        """Return the row to give, None for one that was given already."""
        if self._chosen is None:
            return record
        if not self._seen.is_new(record):
            return None
        value = record.get(self._chosen.cursor_column)
        if value is None or isinstance(value, bool | dict | list):
            if self._chosen.null_cursor == "refuse" and not isinstance(record, DamagedRow):
                return DamagedRow(record, self._chosen.cursor_column, "null-cursor", NULL_CURSOR)
        elif self._best is None or _rank(str(value)) > _rank(self._best):
            self._best = str(value)
        return record

    def find_cursor(self, clock: datetime | None) -> str | None:
        """Return the greatest cursor, not ahead of the source's clock, once all is read."""
        if not self.is_done or self._best is None:
            return self._since
        kind = find_kind(self._best)
        shown = clock or now()
        is_zoned = self._best.endswith("Z") or self._best[-6:-5] in ("+", "-")
        own = shown.astimezone(UTC).isoformat() if is_zoned else shown.astimezone(ZONE).replace(tzinfo=None).isoformat()
        return hold_back(self._best, kind, own)


def _find_since_kind(since: str) -> str:
    return "integer" if since.removeprefix("-").isdecimal() else find_kind(since)


def _rank(text: str) -> tuple[int, Any]:
    """Return what orders cursors: numbers as numbers, instants as instants, the rest as text."""
    if text.removeprefix("-").isdecimal():
        return 0, int(text)
    if find_kind(text) in ("date", "timestamp"):
        instant = datetime.fromisoformat(text)
        return 1, instant if instant.tzinfo else instant.replace(tzinfo=ZONE)
    return 2, text


def _check_new_page(records: list[SourceRow], digests: set[bytes]) -> None:
    """Check that these records weren't a page already. Raises: SourceRubbish."""
    if not records:
        return
    text = json.dumps(records, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    if digest in digests:
        raise SourceRubbish(_REPEATED_PAGE)
    digests.add(digest)


def _check_total(received: int, totals: list[int]) -> None:
    """Check that no fewer rows came than the least total that the pages told. Raises: SourceRubbish."""
    if totals and received < min(totals):
        least = min(totals)
        raise SourceRubbish(
            Words(f"Sumber menyebut {least} baris, tetapi hanya {received} yang datang.", f"The source told of {least} rows, but only {received} came."),
            hint=Words(
                "Jalankan lagi; bila jumlahnya memang selalu salah, kosongkan “letak jumlah”.",
                "Run it again; if its total is always wrong, empty the field of the total.",
            ),
        )  # fmt: skip


def _read_clock(text: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
