"""Refused rows at rest: sealed with AES-256-GCM under a key of the hub's own, bound to their batch and position.

The key is `keys/quarantine.key`: 32 random bytes, mode 0600, made when it is first needed. Whoever shows values must
have made sure that the reader is the provider's officer; nothing here asks.
"""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simpul.delivery.errors import QuarantineKeyUnusable

KEY_FILE = "quarantine.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = b"\x01"


class SealedCells(NamedTuple):
    """A refused row as it came: column names and cells as text (None where empty)."""

    columns: list[str]
    cells: list[str | None]


class Quarantine:
    """Seals and opens refused rows. `home` is the hub's folder that the key lies in, None for a key from elsewhere."""

    def __init__(self, key: bytes, home: Path | None = None) -> None:
        """Take 32 bytes. Raises: QuarantineKeyUnusable."""
        if len(key) != _KEY_BYTES:
            raise QuarantineKeyUnusable
        self.home = home
        self._cipher = AESGCM(key)

    def seal(self, batch_id: int, position: int, columns: Sequence[str], cells: Sequence[object]) -> bytes:
        """Return the row's cells, sealed for this batch and position alone."""
        plain = json.dumps(
            [list(columns), [_write_cell(cell) for cell in cells]], ensure_ascii=True, separators=(",", ":")
        )
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, plain.encode(), _bind(batch_id, position))

    def open(self, batch_id: int, position: int, content: bytes) -> SealedCells:
        """Return the cells. Raises: QuarantineKeyUnusable when the key isn't the one they were sealed with."""
        nonce, sealed = content[1 : 1 + _NONCE_BYTES], content[1 + _NONCE_BYTES :]
        try:
            columns, cells = json.loads(self._cipher.decrypt(nonce, sealed, _bind(batch_id, position)))
        except (InvalidTag, ValueError) as error:
            raise QuarantineKeyUnusable from error
        return SealedCells(columns, cells)


def open_quarantine(keys: Path) -> Quarantine:
    """Open the quarantine with the key in the folder `keys`; make folder and key if they aren't there.

    Raises: QuarantineKeyUnusable when the file isn't a key or can't be read.
    """
    try:
        return Quarantine(_read_or_make_key(keys / KEY_FILE), keys.parent)
    except OSError as error:
        raise QuarantineKeyUnusable from error


def _read_or_make_key(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            # A link, unlike a rename, doesn't replace the key that another process made meanwhile.
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
    return path.read_bytes()


def _bind(batch_id: int, position: int) -> bytes:
    return f"simpul refused row {batch_id} {position}".encode()


def _write_cell(cell: object) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (dict, list)):
        return json.dumps(cell, default=str, ensure_ascii=False)
    return str(cell)
