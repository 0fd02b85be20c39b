"""Fills the spool: writes the source's lines into parts until the source or the room ends."""

from typing import BinaryIO, Optional

from simpul_agent.config import MEBIBYTE, Config
from simpul_agent.errors import SourceFailed
from simpul_agent.report import Report
from simpul_agent.source import Source
from simpul_agent.spool import Part, Spool
from simpul_agent.tokens import Unreadable

WHOLE_BYTES = 95 * MEBIBYTE
"""A replacement is one delivery, and the hub takes no larger one."""
FULL = 0.9
"""A part is closed at this much of its size, so that its last row seldom makes it larger."""


class Filler:
    """`finished`: the parts it made; `rows`: how many rows are in them; a row that can't be sent is told in the report."""

    def __init__(self, config: Config, spool: Spool, source: Source, report: Report) -> None:
        self._config, self._spool, self._source, self._report = config, spool, source, report
        self._room = config.spool_bytes - spool.count_bytes()
        self._body: Optional[BinaryIO] = None
        self._sequence = self._before = self._part_rows = self._part_bytes = self._lines = 0
        self._unreadable: list[tuple[int, Unreadable]] = []
        self.finished: list[Part] = []
        self.rows = 0

    def fill(self, sequence: int, rows_before: int) -> bool:
        """Make parts from a number on; `rows_before` were read earlier in the run. Returns whether the source has more.

        Raises: SourceFailed.
        """
        self._sequence, self._before = sequence, rows_before
        try:
            with self._source.read() as lines:
                for line in lines:
                    self._lines += 1
                    if isinstance(line, Unreadable):
                        self._unreadable.append((rows_before + self._lines, line))
                    else:
                        self._add(line)
                    if self._is_full():
                        self._finish()
                        if self._room <= 0:
                            return True
            self._finish()
        finally:
            if self._body is not None:
                self._body.close()
        return False

    def _add(self, line: bytes) -> None:
        if self._body is None:
            self._body = self._spool.open_body(self._sequence)
            if self._source.head:
                self._body.write(self._source.head + b"\n")
        self._body.write(line + b"\n")
        self._part_rows += 1
        self._part_bytes += len(line) + 1

    def _is_full(self) -> bool:
        if self._source.is_break:
            return True
        if self._is_whole():
            self._check_whole()
            return False
        return self._part_rows >= self._config.part_rows or self._part_bytes >= self._config.part_bytes * FULL

    def _is_whole(self) -> bool:
        return self._config.mode == "replace"

    def _check_whole(self) -> None:
        if self._part_bytes > min(WHOLE_BYTES, self._room):
            raise SourceFailed(
                "Isi sumber terlalu besar untuk satu penggantian. Pakai mode merge dengan kursor, atau perbesar [spool] max_megabytes.",
                "The source is too large for one replacement. Use mode merge with a cursor, or enlarge [spool] max_megabytes.",
            )
        if self._unreadable:
            raise SourceFailed(
                "Ada baris yang tidak dapat dibaca; penggantian dibatalkan agar baris lamanya tidak terhapus."
                f" Kolom: {self._unreadable[0][1].column}.",
                "A row can't be read; the replacement is called off, so that its old row isn't deleted."
                f" Column: {self._unreadable[0][1].column}.",
            )

    def _finish(self) -> None:
        if self._is_whole():
            self._check_whole()
        self._report.add_unreadable(self._unreadable)
        self._unreadable = []
        if self._body is None:
            return
        body, self._body = self._body, None
        first = self._before + self.rows + 1
        after = self._source.mark()
        kind, mode = self._source.media_type, self._config.mode
        self.finished.append(self._spool.finish(body, self._sequence, kind, mode, self._part_rows, after, first))
        self.rows += self._part_rows
        self._room -= self._part_bytes
        self._sequence += 1
        self._part_rows = self._part_bytes = 0
