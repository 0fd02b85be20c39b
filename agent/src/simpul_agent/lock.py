"""Lets one run at a time work on a spool. The system frees the lock when a run dies."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from simpul_agent.errors import AlreadyRunning, ConfigWrong

if os.name == "posix":
    import fcntl
else:
    import msvcrt


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """Hold the spool's lock for a `with` block. Raises: AlreadyRunning, ConfigWrong."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "lock").open("a+b")
    except OSError as error:
        raise ConfigWrong(f"Folder {folder} tidak dapat ditulis.", f"The folder {folder} can't be written.") from error
    with file:
        try:
            _lock(file)
        except OSError as error:
            raise AlreadyRunning(
                "Pengiriman lain sedang berjalan; yang ini berhenti.", "Another delivery is running; this one stops."
            ) from error
        yield


def _lock(file: IO[bytes]) -> None:
    if os.name == "posix":
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
