"""What tells the processes of one machine that a dataset's rows may have changed: a mapped file with two marks a dataset.

`begun` is a random number that a merge writes before it commits, under the dataset's row lock; `done` repeats it after
the commit. Where both are equal the dataset is *settled*, and whatever was read since that number was written is still
what a reader would find now. Where they differ a merge is on its way, or its process died or stands still on its way.

Why nothing stale can pass, whatever is killed or stopped in between:
- A change is committed only after its number was written, so whoever looks after the commit doesn't find the old number.
- A number is never written twice, and only by a merge: one that is settled again can't be an old one.
- `done` is written after the commit, or by `settle_left` with a number that was there before it got the row lock, which
  no merge on its way leaves free. Who writes it late writes a number that isn't the newest any more: the marks differ,
  which costs speed alone.
Readers take no lock and pay no system call but one `fstat`, which tells a file that was taken away under them.
"""

import mmap
import os
import secrets
from pathlib import Path
from typing import Any, NamedTuple

from simpul.store.errors import MarksAway
from simpul.store.sql import AsyncConnection

FOLDER, FILE = "run", "dataset-marks"
SLOTS = 1 << 16
"""Datasets with higher numbers are never settled: their answers aren't kept."""
_BYTES = SLOTS * 16
_LOCK_ROW = b"SELECT 1 FROM public.dataset WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED"

_COUNT_MACHINES = b"""
WITH seen AS (
    SELECT client_addr AS address FROM pg_stat_activity
    WHERE usename = current_user AND datname = current_database() AND backend_type = 'client backend'
    UNION SELECT inet_client_addr()
)
SELECT count(DISTINCT CASE WHEN address IS NULL OR address << '127.0.0.0/8' OR address = '::1' THEN 'here'
    ELSE host(address) END) FROM seen
"""


class Marks:
    """The file as one process has it open; it may be used from every thread."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder that belongs to the hub; make both where they aren't there. Raises: MarksAway."""
        self.folder = folder
        try:
            self._open()
        except (OSError, ValueError) as error:
            raise MarksAway() from error

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(self.folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        owner = self.folder.stat()
        if os.geteuid() == 0 and os.fstat(self._file).st_uid != owner.st_uid:  # a command of root's made it
            os.fchown(self._file, owner.st_uid, owner.st_gid)
        if os.fstat(self._file).st_size < _BYTES:
            os.ftruncate(self._file, _BYTES)
        # One aligned word is written and read at once; nothing here needs two of them to change together.
        self._words = memoryview(mmap.mmap(self._file, _BYTES)).cast("Q")

    @property
    def is_there(self) -> bool:
        """Is this still the file that others would open?"""
        return os.fstat(self._file).st_nlink > 0

    def find_settled(self, dataset_id: int) -> int | None:
        """Return the number that the dataset is settled under, or None: then nothing that was kept may be used."""
        if not 0 <= dataset_id < SLOTS or not self.is_there:
            return None
        done, begun = self._words[2 * dataset_id + 1], self._words[2 * dataset_id]
        return begun if begun == done else None

    def begin(self, dataset_id: int) -> int:
        """Say that the dataset's rows are about to change, under its row lock and before the commit; return the number.

        Raises: MarksAway: then the change mustn't be committed.
        """
        number = secrets.randbits(63) | 1
        if not self.is_there:
            raise MarksAway()
        if 0 <= dataset_id < SLOTS:
            self._words[2 * dataset_id] = number
        return number

    def finish(self, dataset_id: int, number: int) -> None:
        """Say that the transaction of that number has ended."""
        if 0 <= dataset_id < SLOTS:
            self._words[2 * dataset_id + 1] = number

    def get_begun(self, dataset_id: int) -> int:
        """Return the newest number, of a merge that is on its way or ended; zero before the first."""
        return self._words[2 * dataset_id] if 0 <= dataset_id < SLOTS else 0


class Change(NamedTuple):
    """A change that was begun; to be finished once it is committed, and left alone where it isn't."""

    marks: Marks
    dataset_id: int
    number: int

    def finish(self) -> None:
        """Say that the change's transaction has ended."""
        self.marks.finish(self.dataset_id, self.number)


_opened: dict[Path, Marks] = {}
"""A process's marks by hub; a delivery knows the hub's folder and nothing of the process."""


def begin_change(home: Path | None, dataset_id: int) -> Change | None:
    """Say that a dataset's rows are about to change, under its row lock and before the commit; None without a hub's folder.

    Raises: MarksAway: then the change mustn't be committed.
    """
    if home is None:
        return None
    marks = _opened.get(home)
    if marks is None or not marks.is_there:
        marks = _opened[home] = Marks(home / FOLDER)
    return Change(marks, dataset_id, marks.begin(dataset_id))


async def settle_left(connection: AsyncConnection[Any], marks: Marks, dataset_id: int) -> None:
    """Settle a dataset that a merge left open, by its rollback or its end; nothing happens while a merge is on its way.

    The connection is in autocommit. Raises: the driver's errors.
    """
    # Read first, locked then: when the lock is had, the merge of this number has ended, whoever loses the lock meanwhile.
    number = marks.get_begun(dataset_id)
    async with connection.transaction():
        await connection.execute("SET LOCAL transaction_read_only = off")
        # Who stands still here must not hold up the next delivery.
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = '2s'")
        row = await (await connection.execute(_LOCK_ROW, [dataset_id])).fetchone()
        if row is not None:
            marks.finish(dataset_id, number)


async def is_alone(connection: AsyncConnection[Any]) -> bool:
    """Does no other machine use the database in this connection's role? Others' marks would lie in a file of their own.

    A role sees the addresses of its own connections alone, and none behind a pooler.
    """
    row = await (await connection.execute(_COUNT_MACHINES)).fetchone()
    return row is not None and row[0] == 1
