"""Rows one by one → chunks, within the limits of a reading."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from simpul.kernel.words import Words
from simpul.sources.errors import SourceTooMuch
from simpul.sources.shape import Chunk, ReadLimits, SourceRow

CHUNK_BYTES = 8 * 1024 * 1024


class Read(NamedTuple):
    """One row as it came: its values, the cursor after it (None: unchanged) and how many bytes it took."""

    row: SourceRow
    cursor: str | None = None
    size_bytes: int = 0


class Meter:
    """Counts what a reading took. Raises SourceTooMuch past a limit, naming it."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits, self._rows, self._bytes = limits, 0, 0
        self._ends_at = time.monotonic() + limits.seconds

    @property
    def left_seconds(self) -> float:
        """How long the reading may still last, at least a moment."""
        return max(self._ends_at - time.monotonic(), 0.001)

    def add(self, rows: int, size_bytes: int) -> None:
        """Count rows and bytes. Raises: SourceTooMuch."""
        self._rows, self._bytes = self._rows + rows, self._bytes + size_bytes
        if self._rows > self._limits.rows:
            limit = self._limits.rows
            raise SourceTooMuch(
                Words(f"Sumber memuat lebih dari {limit} baris.", f"The source has more than {limit} rows.")
            )
        if self._bytes > self._limits.size_bytes:
            limit = self._limits.size_bytes // 2**20
            raise SourceTooMuch(Words(f"Sumber memuat lebih dari {limit} MB.", f"The source has more than {limit} MB."))
        if time.monotonic() > self._ends_at:
            raise_too_slow(self._limits)


def raise_too_slow(limits: ReadLimits) -> None:
    """Raise SourceTooMuch for the time."""
    seconds = f"{limits.seconds:g}"
    raise SourceTooMuch(
        Words(f"Pembacaan belum selesai dalam {seconds} detik.", f"The reading wasn't done within {seconds} seconds.")
    )


def gather(
    rows: Iterable[Read], limits: ReadLimits, meter: Meter, since: str | None, hold: Callable[[str | None], str | None]
) -> Iterator[Chunk]:
    """Give chunks with the cursor after each; `hold` keeps a cursor from running ahead. Gives at least one."""
    held: list[SourceRow] = []
    first, size, cursor = 1, 0, since
    given: str | None = since
    for read in rows:
        meter.add(1, read.size_bytes)
        held.append(read.row)
        size += read.size_bytes
        cursor = read.cursor if read.cursor is not None else cursor
        if len(held) >= limits.chunk_rows or size >= CHUNK_BYTES:
            given = hold(cursor)
            yield Chunk(held, given, first)
            first, held, size = first + len(held), [], 0
    if held or first == 1 or hold(cursor) != given:
        yield Chunk(held, hold(cursor), first)
