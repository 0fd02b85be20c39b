"""Key files of the hub: made on first need, mode 0600, never overwritten."""

import os
from collections.abc import Callable
from pathlib import Path


def read_or_make_key(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return a key file's bytes; where it isn't there it is made, and of two who make it at once one wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
