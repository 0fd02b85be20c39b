"""Reads a folder's CSV, NDJSON and JSON files, in the order of their names; a changed file is read anew.

The agency's files are never moved or touched. A file that was written to a moment ago is left for the next run.
"""

import csv
import hashlib
import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional, TextIO, Union

from simpul_agent.config import MEBIBYTE, Config
from simpul_agent.errors import SourceFailed
from simpul_agent.tokens import Exact, Inexact, Unreadable, write_row

SUFFIXES = (".csv", ".ndjson", ".jsonl", ".json")
JSON_BYTES = 50 * MEBIBYTE
NDJSON, CSV = "application/x-ndjson", "text/csv"
Line = Union[bytes, Unreadable]


class FolderSource:
    """The files of a folder that match a pattern. With mode replace the last one by name is the whole dataset."""

    without_cursor = 0
    is_break = False

    def __init__(self, config: Config, position: dict[str, Any]) -> None:
        self._config = config
        self._done: dict[str, str] = dict(position.get("done", {}))
        self._at: dict[str, Any] = dict(position.get("at", {}))
        self.media_type, self.head = NDJSON, b""

    @contextmanager
    def read(self) -> Iterator[Iterator[Line]]:
        """Give the lines after the position."""
        try:
            yield self._read()
        except OSError as error:
            raise SourceFailed("Folder sumber tidak dapat dibaca.", "The source's folder can't be read.") from error

    def mark(self) -> dict[str, Any]:
        """Return the position after the line that was given last."""
        return {"done": dict(self._done), "at": dict(self._at)}

    def _read(self) -> Iterator[Line]:
        for path in self._list_files():
            digest = _digest_file(path)
            if self._done.get(path.name) == digest:
                continue
            begun = self._at if (self._at.get("name"), self._at.get("digest")) == (path.name, digest) else {}
            yield from self._read_file(path, digest, int(begun.get("rows", 0)))

    def _list_files(self) -> list[Path]:
        folder, until = self._config.source.folder, time.time() - self._config.source.settle_seconds
        if folder is None or not folder.is_dir():
            raise SourceFailed("Folder sumber tidak ada.", "The source's folder doesn't exist.")
        found = sorted(path for path in folder.glob(self._config.source.pattern) if path.is_file())
        settled = [path for path in found if path.suffix.lower() in SUFFIXES and path.stat().st_mtime <= until]
        return settled[-1:] if self._config.mode == "replace" else settled

    def _read_file(self, path: Path, digest: str, skip: int) -> Iterator[Line]:
        """Give a file's lines; before the last one is given, the file counts as done."""
        held: Optional[Line] = None
        self.is_break = False
        count = 0
        with path.open(encoding=self._config.source.encoding, newline="") as file:
            try:
                for line in self._list_lines(path, file):
                    if count > skip:
                        self._at = {"name": path.name, "digest": digest, "rows": count}
                        yield held  # type: ignore[misc]
                    held, count = line, count + 1
            except UnicodeDecodeError:
                raise SourceFailed(
                    f"Berkas {path.name} bukan {self._config.source.encoding}; atur [source] encoding.",
                    f"The file {path.name} isn't {self._config.source.encoding}; set [source] encoding.",
                ) from None
            except (csv.Error, ValueError):
                raise SourceFailed(
                    f"Berkas {path.name} rusak setelah baris {count}.",
                    f"The file {path.name} is damaged after row {count}.",
                ) from None
        self._done[path.name], self._at = digest, {}
        self.is_break = True
        if count > skip:
            yield held  # type: ignore[misc]

    def _list_lines(self, path: Path, file: TextIO) -> Iterator[Line]:
        if path.suffix.lower() == ".csv":
            return self._list_csv(file)
        self.media_type, self.head = NDJSON, b""
        if path.suffix.lower() == ".json":
            return self._list_json(path, file)
        return (self._write_object(line) for line in file if line.strip())

    def _list_csv(self, file: TextIO) -> Iterator[Line]:
        first = file.readline()
        delimiter = max(",;\t|", key=first.count)
        names = next(csv.reader([first], delimiter=delimiter), [])
        sent = self._map(names)
        self.media_type, self.head = CSV, _write_csv([name for name, _ in sent])
        for row in csv.reader(file, delimiter=delimiter):
            if row:
                cells = row + [""] * (len(names) - len(row))
                yield (
                    _write_csv([cells[place] for _, place in sent])
                    if len(row) <= len(names)
                    else Unreadable("", "cells")
                )

    def _list_json(self, path: Path, file: TextIO) -> Iterator[Line]:
        if path.stat().st_size > JSON_BYTES:
            raise SourceFailed(
                f"Berkas {path.name} terlalu besar; pakai .ndjson.", f"The file {path.name} is too large; use .ndjson."
            )
        items = json.load(file, parse_float=Exact, parse_int=Exact)
        for item in items if isinstance(items, list) else [items]:
            yield self._write_item(item)

    def _write_object(self, line: str) -> Line:
        try:
            return self._write_item(json.loads(line, parse_float=Exact, parse_int=Exact))
        except ValueError:
            return Unreadable("", "json")

    def _write_item(self, item: Any) -> Line:
        if not isinstance(item, dict):
            return Unreadable("", "json")
        pairs: list[tuple[str, Any]] = list(item.items())
        if self._config.columns:
            pairs = [(to, item[name]) for to, name in self._config.columns.items() if name in item]
        try:
            return write_row(pairs)
        except Inexact as error:
            return Unreadable("", error.rule)

    def _map(self, names: list[str]) -> list[tuple[str, int]]:
        cleaned = [name.strip() for name in names]
        if not self._config.columns:
            return [(name, place) for place, name in enumerate(cleaned)]
        missing = [name for name in self._config.columns.values() if name not in cleaned]
        if missing:
            raise SourceFailed(f"Kolom {missing[0]} tidak ada di berkas.", f"The file has no column {missing[0]}.")
        return [(to, cleaned.index(name)) for to, name in self._config.columns.items()]


def _write_csv(cells: list[str]) -> bytes:
    held = io.StringIO()
    csv.writer(held, lineterminator="").writerow(cells)
    return held.getvalue().encode("utf-8")


def _digest_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()
