"""A reading's chunks as deliveries: mapped rows, in parts that each end where the source's cursor may be kept."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from simpul.contract.model import Column, Dataset
from simpul.delivery.sheet import Damaged, Row, Sheet
from simpul.portal.services.filling import read_constant
from simpul.portal.sources.mapping import Mappings, make_converter
from simpul.sources.shape import Chunk, DamagedRow, Mode, SourceRow

PART_ROWS = 50_000
"""Rows of one delivery where the source can be gone on with from its cursor; elsewhere a reading is one delivery."""


class RowMaker:
    """Makes rows of the contract's columns from a source's, by the mapping."""

    def __init__(self, mapping: Mappings, dataset: Dataset, mode: Mode) -> None:
        columns = [column for column in dataset.columns if column.name in mapping]
        self.header = [column.name for column in columns]
        self._names = {mapping[name].source: name for name in self.header}
        self._plan = [
            (
                mapping[column.name].source,
                make_converter(column) if mode == "json" else _keep,
                _read_constant(column, mapping[column.name].constant, mode),
            )
            for column in columns
        ]

    def make(self, row: SourceRow) -> list[object]:
        """Return the cells in the header's order; a damaged row stays damaged, with its reason."""
        get = row.get
        cells = [convert(get(source)) if source else constant for source, convert, constant in self._plan]
        if isinstance(row, DamagedRow):
            found = row.finding
            return Damaged(cells, found.rule, found.message, self._names.get(found.where, found.where))
        return cells


def _read_constant(column: Column, text: str, mode: Mode) -> object:
    """Return a constant as the validator takes it: typed, or as text where all cells are."""
    return read_constant(replace(column, filled_with=text)) if mode == "json" else text


def _keep(value: object) -> object:
    return value


class Reading:
    """One reading, cut into parts. `watch` is called before each chunk and may raise, to end the reading."""

    def __init__(
        self,
        chunks: Iterator[Chunk],
        maker: RowMaker,
        mode: Mode,
        *,
        part_rows: int | None = PART_ROWS,
        watch: Callable[[], None] = lambda: None,
    ) -> None:
        self._chunks, self._maker, self._mode = chunks, maker, mode
        self._part_rows, self._watch = part_rows, watch
        self._next: Chunk | None = None
        self._digest = hashlib.sha256()
        self.cursor: str | None = None
        """The last cursor of what was handed out; keep it with those rows."""

    def has_part(self) -> bool:
        """Is there another row? Chunks without rows only move the cursor. Raises what reading raises."""
        while self._next is None or not self._next.rows:
            if self._next is not None:
                self._move(self._next)
            self._watch()
            self._next = next(self._chunks, None)
            if self._next is None:
                return False
        return True

    def open_part(self) -> Sheet:
        """Return the next part, read as its rows are taken."""
        self._digest = hashlib.sha256()
        return Sheet("json" if self._mode == "json" else "csv", list(self._maker.header), self._list_rows())

    @property
    def digest(self) -> bytes:
        """SHA-256 of the rows that the part handed out so far, as they were mapped."""
        return self._digest.digest()

    def _list_rows(self) -> Iterator[Row]:
        taken, make, digest = 0, self._maker.make, self._digest
        while self.has_part() and self._next is not None:
            chunk, self._next = self._next, None
            for number, row in enumerate(chunk.rows, chunk.first):
                cells = make(row)
                digest.update(repr(cells).encode("utf-8", "surrogatepass"))
                yield number, cells
            taken += len(chunk.rows)
            self._move(chunk)
            if self._part_rows is not None and taken >= self._part_rows and chunk.cursor is not None:
                return

    def _move(self, chunk: Chunk) -> None:
        if chunk.cursor is not None:
            self.cursor = chunk.cursor
