"""Holds parts that wait for the hub: each a body and a sealed slip of paper, in order, whole on the disk or not there."""

import hashlib
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Optional

from simpul_agent.durable import force_folder, seal, unseal, write_whole


@dataclass(frozen=True)
class Part:
    """`after`: the source's position once the hub has it; `key`: its Idempotency-Key; `first`: its first row's number in the run."""

    sequence: int
    media_type: str
    mode: str
    rows: int
    digest: str
    key: str
    after: dict[str, Any]
    first: int = 1


class Spool:
    """The folder of waiting parts. Use under the lock only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path in folder.glob("*.body*"):
            # A body without its slip was never finished; its rows are read again.
            if not self._slip(int(path.name.split(".")[0])).exists():
                path.unlink()

    def list_parts(self) -> list[Part]:
        """Return the waiting parts in order. Those from the first damaged one on are dropped: their rows are read again."""
        parts: list[Part] = []
        for path in sorted(self.folder.glob("*.slip")):
            part = self._read(path)
            if part is None:
                self.drop_from(int(path.stem))
                break
            parts.append(part)
        return parts

    def _read(self, path: Path) -> Optional[Part]:
        data, body = unseal(path.read_bytes()), path.with_suffix(".body")
        if not isinstance(data, dict) or not body.exists() or digest_file(body) != data["digest"]:
            return None
        return Part(**data)

    def count_bytes(self) -> int:
        """Return how much room the bodies take."""
        return sum(path.stat().st_size for path in self.folder.glob("*.body"))

    def open_body(self, sequence: int) -> BinaryIO:
        """Open a new part's body for writing; `finish` makes it count."""
        return open(os.open(str(self.path(sequence)), os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")

    def finish(
        self, body: BinaryIO, sequence: int, media_type: str, mode: str, rows: int, after: dict[str, Any], first: int
    ) -> Part:
        """Force a part to the disk."""
        body.flush()
        os.fsync(body.fileno())
        body.close()
        digest = digest_file(self.path(sequence))
        # The same rows may rightly be delivered again later: two parts never share a key.
        made = hashlib.sha256(f"{sequence} {mode} {digest} {secrets.token_hex(8)}".encode()).hexdigest()
        part = Part(sequence, media_type, mode, rows, digest, f"agent-{made[:40]}", after, first)
        write_whole(self._slip(sequence), seal(asdict(part)))
        return part

    def path(self, sequence: int) -> Path:
        """Return the path of a part's body."""
        return self.folder / f"{sequence:012}.body"

    def _slip(self, sequence: int) -> Path:
        return self.folder / f"{sequence:012}.slip"

    def remove(self, part: Part) -> None:
        """Remove a part that the hub has."""
        self._slip(part.sequence).unlink()
        self.path(part.sequence).unlink()
        force_folder(self.folder)

    def drop_from(self, sequence: int = 0) -> None:
        """Drop all parts from a number on, the last first, so that none stands behind a gap."""
        for path in sorted(self.folder.glob("*.slip"), reverse=True):
            if int(path.stem) >= sequence:
                path.unlink()
                body = path.with_suffix(".body")
                if body.exists():
                    body.unlink()
        force_folder(self.folder)


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()
