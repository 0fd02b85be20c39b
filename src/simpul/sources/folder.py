"""A watched folder below a listed root: each new file once, when it is complete. Nothing is changed or deleted there.

A file is complete when it hasn't changed for a while, and didn't change while it was copied.
"""

import fnmatch
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, Self

from simpul.delivery.sheet import Sheet
from simpul.kernel.clock import now
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.sources.errors import (
    SourceAway,
    SourceChanged,
    SourceDenied,
    SourceFailed,
    SourceRubbish,
    SourceTooMuch,
    describe_failure,
)
from simpul.sources.gathering import Meter, gather
from simpul.sources.memory import Memory, read_memory
from simpul.sources.settings import FolderSettings
from simpul.sources.shape import Chunk, Mode, Place, ReadLimits, SourceColumn, SourceRow
from simpul.sources.sheet_rows import describe_sheet, open_sheet, read_sheet

_LOOK_BYTES = 512 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024
_UNFINISHED = (".part", ".tmp", ".temp", ".filepart", ".crdownload", ".partial", ".lock", "~")


class FoundFile(NamedTuple):
    """A file in the folder."""

    name: str
    size_bytes: int
    changed_ns: int


class FolderReader:
    """One folder."""

    mode: Mode = "text"
    """As the newest file has it; known once the reader looked at one."""

    def __init__(self, settings: FolderSettings, roots: Sequence[Path]) -> None:
        """Take the roots that the Pengelola Sistem listed. Nothing is looked at yet."""
        self._settings, self._roots = settings, [root.resolve() for root in roots]

    def check(self) -> list[Finding]:
        """Look at the folder and its newest file; name what is wrong, also that no complete file is there yet."""
        try:
            self.describe()
        except SourceFailed as failure:
            return [describe_failure(failure)]
        return []

    def list_places(self) -> list[Place]:
        """List the files of the pattern, the newest first, with their size."""
        return [Place(one.name, "file", f"{one.size_bytes} B") for one in reversed(self._list_files())]

    def describe(self) -> list[SourceColumn]:
        """Return the columns of the newest complete file. Raises: SourceChanged where there is none."""
        with TemporaryDirectory(prefix="simpul-source-") as folder:
            return describe_sheet(self._open_newest(Path(folder)))

    def preview(self, limit_rows: int = 20) -> list[SourceRow]:
        """Return the first rows of the newest complete file."""
        with TemporaryDirectory(prefix="simpul-source-") as folder:
            rows = read_sheet(self._open_newest(Path(folder)), 0)
            return [read.row for read, _ in zip(rows, range(limit_rows), strict=False)]

    def read(self, since: str | None, limits: ReadLimits) -> Iterator[Chunk]:
        """Give the files that weren't taken yet, the oldest first; no chunk at all where there is nothing new.

        The cursor moves with a file's last chunk. A file of a content that was taken under another name is passed over.
        """
        memory, meter = read_memory(since), Meter(limits)
        header: list[str] | None = None
        for found in self._choose_new(memory):
            with TemporaryDirectory(prefix="simpul-source-") as folder:
                copy, digest = self._copy(found, Path(folder), limits.size_bytes)
                if memory.has_digest(digest):
                    continue
                sheet = self._open(copy, found, limits.size_bytes)
                if header is not None and sorted(header) != sorted(sheet.header):
                    raise SourceChanged(_say_columns(found.name))
                header = sheet.header
                yield from self._give(sheet, found, digest, memory, limits, meter)

    def _give(
        self, sheet: Sheet, found: FoundFile, digest: str, memory: Memory, limits: ReadLimits, meter: Meter
    ) -> Iterator[Chunk]:
        """Give one file's chunks; each but the last carries the cursor before it."""
        before, held = memory.write(), None
        for chunk in gather(read_sheet(sheet, found.size_bytes), limits, meter, before, lambda _: before):
            if held is not None:
                yield held
            held = chunk
        memory.add(found.name, found.size_bytes, found.changed_ns, digest)
        if held is not None:
            yield held._replace(cursor=memory.write())

    def close(self) -> None:
        """Nothing is held open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_newest(self, folder: Path) -> Sheet:
        complete = [one for one in self._list_files() if self._is_settled(one)]
        if not complete:
            raise SourceChanged(
                Words("Belum ada berkas utuh yang sesuai di folder itu.", "No complete file of the pattern is in the folder yet."),
                hint=Words("Letakkan berkas, atau perbaiki polanya.", "Put a file there, or mend the pattern."),
            )  # fmt: skip
        copy, _ = self._copy(complete[-1], folder, _LOOK_BYTES)
        return self._open(copy, complete[-1], _LOOK_BYTES)

    def _open(self, copy: Path, found: FoundFile, limit_bytes: int) -> Sheet:
        try:
            sheet = open_sheet(copy, found.name, limit_bytes)
        except SourceRubbish as error:
            named = Words(f"{found.name}: {error.message.id}", f"{found.name}: {error.message.en}")
            raise SourceRubbish(named, hint=error.hint) from error
        self.mode = sheet.mode
        return sheet

    def _choose_new(self, memory: Memory) -> list[FoundFile]:
        files = [one for one in self._list_files() if self._is_settled(one)]
        if self._settings.takes == "newest":
            files = files[-1:]
        return [one for one in files if not memory.knows(one.name, one.size_bytes, one.changed_ns)]

    def _is_settled(self, found: FoundFile) -> bool:
        return now().timestamp() - found.changed_ns / 10**9 >= self._settings.settle_seconds

    def _list_files(self) -> list[FoundFile]:
        """Return the plain files of the pattern, the oldest first; links and unfinished names are left out."""
        found = []
        try:
            with os.scandir(self._find_folder()) as entries:
                for entry in entries:
                    is_unfinished = entry.name.startswith((".", "~")) or entry.name.lower().endswith(_UNFINISHED)
                    if is_unfinished or not fnmatch.fnmatch(entry.name.lower(), self._settings.pattern.lower()):
                        continue
                    told = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(told.st_mode):
                        found.append(FoundFile(entry.name, told.st_size, told.st_mtime_ns))
        except OSError as error:
            raise _explain_folder(error) from error
        return sorted(found, key=lambda one: (one.changed_ns, one.name))

    def _find_folder(self) -> Path:
        """Return the folder after all links. Raises: SourceDenied where it isn't below a listed root."""
        folder = Path(self._settings.folder).resolve()
        if not any(folder == root or root in folder.parents for root in self._roots):
            raise SourceDenied(
                Words("Folder itu tidak terdaftar.", "That folder isn't listed."),
                hint=Words("Minta Pengelola Sistem mendaftarkannya.", "Ask the Pengelola Sistem to list it."),
            ).at_stage("settings")
        return folder

    def _copy(self, found: FoundFile, folder: Path, limit_bytes: int) -> tuple[Path, str]:
        """Copy a file and return the copy and its SHA-256. Raises: SourceAway where it changed meanwhile."""
        copy, digest = folder / "copy", hashlib.sha256()
        try:
            source = os.open(self._find_folder() / found.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(source, "rb") as read, copy.open("wb") as written:
                _check_same(os.fstat(read.fileno()), found)
                while piece := read.read(_PIECE_BYTES):
                    digest.update(piece)
                    written.write(piece)
                    if written.tell() > limit_bytes:
                        raise SourceTooMuch
                _check_same(os.fstat(read.fileno()), found)
        except OSError as error:
            raise _explain_folder(error) from error
        return copy, digest.hexdigest()


def _check_same(told: os.stat_result, found: FoundFile) -> None:
    if not stat.S_ISREG(told.st_mode) or (told.st_size, told.st_mtime_ns) != (found.size_bytes, found.changed_ns):
        raise SourceAway(
            Words("Berkas masih ditulis saat dibaca.", "The file was still being written."),
            hint=Words("Hub mencoba lagi pada jadwal berikutnya.", "The hub tries again at the next time."),
        ).at_stage("content")


def _explain_folder(error: OSError) -> SourceFailed:
    if isinstance(error, PermissionError):
        return SourceDenied(
            Words("Hub tidak berhak membaca folder atau berkas itu.", "The hub may not read that folder or file."),
            hint=Words("Beri hak baca kepada pengguna sistem hub.", "Give the hub's system user the right to read."),
        ).at_stage("rights")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return SourceChanged(Words("Folder atau berkas itu tidak ada.", "That folder or file doesn't exist."))
    return SourceAway()


def _say_columns(name: str) -> Words:
    return Words(
        f"Kolom berkas {name} berbeda dari berkas sebelumnya.",
        f"The file {name} has other columns than the one before.",
    )
