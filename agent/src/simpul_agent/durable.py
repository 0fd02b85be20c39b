"""Writes small files so that a power cut leaves the old one or the new one whole, never half of one."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Optional


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, force it to the disk, and move it there."""
    made = path.with_name(path.name + ".new")
    descriptor = os.open(str(made), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(str(made), str(path))
    force_folder(path.parent)


def force_folder(folder: Path) -> None:
    """Force a folder's entries to the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(str(folder), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def seal(data: Any) -> bytes:
    """Return JSON under a line with its SHA-256.

    >>> unseal(seal({"a": 1}))
    {'a': 1}
    """
    text = json.dumps(data, separators=(",", ":")).encode()
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def unseal(content: bytes) -> Optional[Any]:
    """Return what was sealed, or None where it is damaged.

    >>> unseal(b"cut")
    """
    digest, _, text = content.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    return json.loads(text)
