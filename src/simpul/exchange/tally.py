"""Adds up what the exchange's processes of one machine count, whichever of them is asked.

Each process writes its counts to a file of its own, which it holds by a lock while it lives; the counts of one that
ended are moved to a common file, so that no counter ever falls.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from simpul.exchange.metrics import Counts, read_counts

ENDED = "ended.metrics"


class Tally:
    """One process's place among the counting processes."""

    def __init__(self, folder: Path) -> None:
        """Open this process's file; where that can't be done, only its own counts are told."""
        self.folder, self._descriptor = folder, -1
        self.counts = Counts()
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path = folder / f"{os.getpid()}-{secrets.token_hex(4)}.metrics"
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._descriptor = descriptor

    def keep(self, gauges: dict[str, float]) -> None:
        """Write this process's counts and its state of now."""
        if self._descriptor >= 0:
            with suppress(OSError):
                _write(self._descriptor, {"counts": self.counts.to_dict(), "gauges": gauges})

    def sum(self, gauges: dict[str, float]) -> tuple[Counts, dict[str, float]]:
        """Return the counts of all processes that live or lived, and the sums of those that live."""
        self.keep(gauges)
        counts, sums = Counts(), {"simpul_exchange_processes": 0.0}
        told = list(self._read_all()) or [{"counts": self.counts.to_dict(), "gauges": gauges}]
        for one in told:
            counts.add(read_counts(one["counts"]))
            if "gauges" in one:
                sums["simpul_exchange_processes"] += 1
            for name, number in one.get("gauges", {}).items():
                sums[name] = sums.get(name, 0) + number
        return counts, sums

    def close(self) -> None:
        """Let the file go: whoever adds up next moves it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _read_all(self) -> Iterator[dict[str, Any]]:
        with suppress(OSError), _open_locked(self.folder / ENDED) as ended:
            past = read_counts((_read(ended) or {"counts": Counts().to_dict()})["counts"])
            for path in sorted(self.folder.glob("*.metrics")):
                if path.name == ENDED:
                    continue
                with suppress(OSError), path.open("rb") as file:
                    told = _read(file.fileno())
                    with suppress(BlockingIOError):
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        path.unlink()
                        if told is not None:
                            past.add(read_counts(told["counts"]))
                        continue
                    if told is not None:
                        yield told
            _write(ended, {"counts": past.to_dict()})
            yield {"counts": past.to_dict()}


@contextmanager
def _open_locked(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _write(descriptor: int, told: dict[str, Any]) -> None:
    content = json.dumps(told).encode() + b"\n"
    os.pwrite(descriptor, content, 0)
    os.ftruncate(descriptor, len(content))


def _read(descriptor: int) -> dict[str, Any] | None:
    """Return what a file tells; None for one that is empty or is just being written."""
    for _ in range(3):
        with suppress(ValueError):
            told: dict[str, Any] = json.loads(os.pread(descriptor, os.fstat(descriptor).st_size, 0))
            return told
    return None
