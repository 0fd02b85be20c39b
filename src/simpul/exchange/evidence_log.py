"""Keeps one evidence row for each call: first in an append-only file of this process, within a second in the database.

A line is written before the answer leaves, so a killed process loses nothing that was acknowledged: whoever starts next
takes the files over that no living process holds (a lock tells). A record that comes twice is stored once, by its uid.
A batch's record doesn't pass here; it commits together with its rows.
"""

import fcntl
import os
import secrets
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from simpul.evidence.errors import RecordInvalid
from simpul.evidence.record import VERSION, CallRecord, read_record, write_record
from simpul.exchange.errors import EvidenceAway
from simpul.store.sql import Connection, load_queries

QUERIES = load_queries("simpul.exchange", "evidence_log.sql")
ROTATE_BYTES = 4 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
WHOLE = f',"v":{VERSION}}}'.encode()
"""How each line of this process ends, since its keys are sorted; a torn one ends otherwise."""


def add_evidence(connection: Connection[Any], records: Sequence[CallRecord]) -> None:
    """Add records inside the caller's transaction; those that are there already are left as they are."""
    if records:
        _add_lines(connection, [write_record(record) for record in records])


def _add_lines(connection: Connection[Any], lines: Sequence[str]) -> None:
    # One text, split by PostgreSQL: the driver takes longer for an array than the database for all the rest.
    connection.execute(QUERIES.add_evidence, ["\n".join(lines)])


class Spool:
    """This process's append-only file in the spool folder, held by a lock while the process lives."""

    def __init__(self, folder: Path) -> None:
        """Open a new file. Raises: EvidenceAway where the folder can't be written."""
        self.folder = folder
        self._flushed = 0
        self._written = 0
        self._lock = threading.Lock()  # the loop appends, a thread flushes
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path, self._descriptor = _open_new(folder)
        except OSError as error:
            raise EvidenceAway() from error

    @property
    def waiting_bytes(self) -> int:
        """How much isn't in the database yet."""
        return self._written - self._flushed

    @property
    def is_closed(self) -> bool:
        """Was the file given up, as by a process that ends?"""
        return self._descriptor < 0

    def append(self, record: CallRecord) -> None:
        """Write one record. Raises: EvidenceAway; then the call must not be answered."""
        line = write_record(record).encode() + b"\n"
        with self._lock:
            try:
                written = os.write(self._descriptor, line)
            except OSError as error:
                raise EvidenceAway() from error
            self._written += written
            if written < len(line):  # a full disk; the next line must start afresh
                with suppress(OSError):
                    self._written += os.write(self._descriptor, b"\n")
                raise EvidenceAway()

    def flush(self, connection: Connection[Any]) -> int:
        """Move what is new into the database; return how many records. Cost: one statement for some thousand records.

        Raises: the driver's errors; nothing is lost then, the next flush starts at the same place.
        """
        moved = 0
        while self.waiting_bytes:
            chunk = os.pread(self._descriptor, CHUNK_BYTES, self._flushed)
            whole = chunk[: chunk.rfind(b"\n") + 1]
            if not whole:
                break
            texts = [line.decode() for line in whole.split(b"\n") if line.endswith(WHOLE)]
            if texts:
                _add_lines(connection, texts)
            self._flushed += len(whole)
            moved += len(texts)
        with self._lock:
            if not self.waiting_bytes and self._written > ROTATE_BYTES:
                self._rotate()
        return moved

    def close(self) -> None:
        """Give the file up: removed where all of it is in the database, else left for who takes over."""
        if not self.waiting_bytes:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = -1  # the number may be another file's by now: who still appends is refused

    def _rotate(self) -> None:
        path, descriptor = _open_new(self.folder)
        self.close()
        self.path, self._descriptor = path, descriptor
        self._flushed = self._written = 0


def recover(folder: Path, connection: Connection[Any]) -> int:
    """Move the files that no living process holds into the database; return how many records. Safe beside others."""
    moved = 0
    for path in sorted(folder.glob("*.spool")):
        descriptor = _take_over(path)
        if descriptor is None:
            continue
        try:
            with os.fdopen(os.dup(descriptor), "rb") as file:
                records = _read_lines(file.read())
            for start in range(0, len(records), 1000):
                add_evidence(connection, records[start : start + 1000])
            path.unlink(missing_ok=True)
            moved += len(records)
        finally:
            os.close(descriptor)
    return moved


def _take_over(path: Path) -> int | None:
    """Return a locked descriptor of a spool file, or None where its process lives or another took it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == path.stat().st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def _open_new(folder: Path) -> tuple[Path, int]:
    while True:
        path = folder / f"{os.getpid()}-{secrets.token_hex(8)}.spool"
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                return path, descriptor
        os.close(descriptor)  # another process took the empty file for a dead one's


def _read_lines(content: bytes) -> list[CallRecord]:
    """Return the records of whole lines; a line torn by a full disk or a power cut was never answered."""
    return [record for line in content.split(b"\n") if line for record in _read_line(line)]


def _read_line(line: bytes) -> Iterable[CallRecord]:
    try:
        return (read_record(line.decode()),)
    except (RecordInvalid, UnicodeDecodeError):
        return ()
