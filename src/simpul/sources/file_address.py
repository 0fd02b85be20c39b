"""A file at a web address: taken when its content is new. Memory: flat for CSV, the file for the others."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from simpul.kernel.errors import Finding
from simpul.outbound.client import AnswerLimits
from simpul.outbound.guard import Guard
from simpul.sources.errors import SourceFailed, describe_failure
from simpul.sources.gathering import Meter, gather
from simpul.sources.memory import read_memory
from simpul.sources.settings import FileAddressSettings
from simpul.sources.shape import Chunk, Mode, Place, ReadLimits, SourceColumn, SourceRow
from simpul.sources.sheet_rows import describe_sheet, open_sheet, read_sheet
from simpul.sources.web import Sleep, WebCaller

DOWNLOAD_SECONDS = 1_800.0
DOWNLOAD_BYTES = 512 * 1024 * 1024


class FileAddressReader:
    """One file."""

    mode: Mode

    def __init__(
        self,
        settings: FileAddressSettings,
        secret: str,
        guard: Guard,
        answers: AnswerLimits | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        """Take the password, key or token as `secret`. Nothing is connected yet. Raises: SourceDenied."""
        self._settings = settings
        self._limits = answers or AnswerLimits(seconds=DOWNLOAD_SECONDS, size_bytes=DOWNLOAD_BYTES)
        self._caller = WebCaller(settings.web, secret, guard, self._limits, sleep)
        self._name = f"data.{settings.format}"
        self.mode = "json" if settings.format in ("json", "ndjson") else "text"

    def check(self) -> list[Finding]:
        """Fetch the file and open it; name what is wrong at which stage."""
        try:
            self.describe()
        except SourceFailed as failure:
            return [describe_failure(failure)]
        return []

    def list_places(self) -> list[Place]:
        """Return the one file."""
        return [Place(self._settings.web.address, "file")]

    def describe(self) -> list[SourceColumn]:
        """Return the file's columns."""
        with TemporaryDirectory(prefix="simpul-source-") as folder:
            path, _ = self._download(Path(folder), Meter(ReadLimits()))
            return describe_sheet(open_sheet(path, self._name, self._limits.size_bytes))

    def preview(self, limit_rows: int = 20) -> list[SourceRow]:
        """Return the file's first rows."""
        with TemporaryDirectory(prefix="simpul-source-") as folder:
            path, _ = self._download(Path(folder), Meter(ReadLimits()))
            rows = read_sheet(open_sheet(path, self._name, self._limits.size_bytes), 0)
            return [read.row for read, _ in zip(rows, range(limit_rows), strict=False)]

    def read(self, since: str | None, limits: ReadLimits) -> Iterator[Chunk]:
        """Give the file's rows; no chunk at all where its content is that of the last time."""
        memory, meter = read_memory(since), Meter(limits)
        with TemporaryDirectory(prefix="simpul-source-") as folder:
            path, digest = self._download(Path(folder), meter)
            if memory.has_digest(digest):
                return
            size, before, held = path.stat().st_size, since, None
            sheet = open_sheet(path, self._name, min(limits.size_bytes, self._limits.size_bytes))
            for chunk in gather(read_sheet(sheet, size), limits, meter, before, lambda _: before):
                if held is not None:
                    yield held
                held = chunk
            memory.taken.clear()
            memory.add(self._name, size, 0, digest)
            if held is not None:
                yield held._replace(cursor=memory.write())

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _download(self, folder: Path, meter: Meter) -> tuple[Path, str]:
        path, digest = folder / "file", hashlib.sha256()
        self._caller.download(self._settings.web.address, path, lambda: meter.left_seconds)
        with path.open("rb") as written:
            while piece := written.read(1024 * 1024):
                digest.update(piece)
        return path, digest.hexdigest()
