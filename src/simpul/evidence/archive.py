"""A month of evidence as files that prove themselves: gzipped JSON lines, and a signed manifest beside them.

A line is a seal (`{"seal": …}`), followed by its rows in their order (`{"id", "position", "record"}`). The manifest names
the month, the seals, how many rows, the SHA-256 of the lines' file, and the chain of public keys; the hub signs it. So a
month can be taken out of the database and still be checked, years later, with a known public key alone.
"""

import gzip
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from simpul.evidence.errors import ArchiveInvalid
from simpul.evidence.keys import KeyLink, KeyRing, describe_link, read_link
from simpul.evidence.record import digest_record
from simpul.evidence.seal import Seal, SigningKey, describe_seal, is_signature, read_seal, sign
from simpul.evidence.verify import EvidenceRow, Report, SealedRow, check_rows, check_signature
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

LINE_BYTES = 1024 * 1024
Batch = tuple[Seal, Sequence[SealedRow]]


@dataclass(frozen=True)
class Manifest:
    """`month` as "2026-03"; `seals` are ranges of numbers, both ends included; `sha256` (hex) is of the gzipped lines."""

    month: str
    seals: tuple[tuple[int, int], ...]
    rows: int
    sha256: str
    keys: tuple[KeyLink, ...]
    key_id: str
    signed_at: datetime
    signature: bytes = b""


@dataclass(frozen=True)
class SealRanges:
    """Which seals' rows are away: a container of seals' numbers, by ranges with both ends included."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, number: object) -> bool:
        """Is the seal of this number one of them?"""
        return isinstance(number, int) and any(first <= number <= last for first, last in self.ranges)


def name_files(folder: Path, month: str) -> tuple[Path, Path]:
    """Return the paths of a month's manifest and lines."""
    return folder / f"evidence-{month}.json", folder / f"evidence-{month}.jsonl.gz"


def write_lines(batches: Iterable[Batch], path: Path) -> tuple[list[int], int, str]:
    """Write seals with their rows to a new file; return the seals' numbers, how many rows, and the file's SHA-256."""
    numbers, rows = [], 0
    with path.open("xb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as lines:
        for seal, sealed in batches:
            numbers.append(seal.number)
            rows += len(sealed)
            _write_line(lines, {"seal": describe_seal(seal)})
            for item in sealed:
                _write_line(lines, {"id": item.row.row_id, "position": item.position, "record": item.row.record})
    return numbers, rows, hash_file(path)


def _write_line(lines: IO[bytes] | gzip.GzipFile, told: dict[str, Any]) -> None:
    lines.write(json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")


def hash_file(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fold_numbers(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return numbers as ranges, both ends included.

    >>> fold_numbers([3, 1, 2, 7])
    ((1, 3), (7, 7))
    """
    ranges: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return tuple(ranges)


def sign_manifest(manifest: Manifest, key: SigningKey) -> Manifest:
    """Return the manifest with the key's id and signature."""
    named = replace(manifest, key_id=key.key_id)
    return replace(named, signature=sign(_write_signed(named), key))


def _write_signed(manifest: Manifest) -> bytes:
    told = {**describe_manifest(manifest), "what": "simpul evidence archive"}
    del told["signature"]
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def describe_manifest(manifest: Manifest) -> dict[str, Any]:
    """Return a manifest as JSON data."""
    return {
        "v": 1,
        "month": manifest.month,
        "seals": [list(one) for one in manifest.seals],
        "rows": manifest.rows,
        "sha256": manifest.sha256,
        "keys": [describe_link(one) for one in manifest.keys],
        "key_id": manifest.key_id,
        "signed_at": manifest.signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "signature": bytes(manifest.signature).hex(),
    }


def read_manifest(text: str, name: str = "manifest") -> Manifest:
    """Return the manifest of a JSON text. Raises: ArchiveInvalid."""
    try:
        told = json.loads(text)
        return Manifest(
            month=str(told["month"]),
            seals=tuple((int(first), int(last)) for first, last in told["seals"]),
            rows=int(told["rows"]),
            sha256=str(told["sha256"]),
            keys=tuple(read_link(one) for one in told["keys"]),
            key_id=str(told["key_id"]),
            signed_at=datetime.fromisoformat(told["signed_at"]),
            signature=bytes.fromhex(told["signature"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveInvalid(name=name) from error


def check_manifest(manifest: Manifest, ring: KeyRing) -> Iterator[Finding]:
    """Yield what is wrong with a manifest itself: its signature, or a key that isn't trusted."""
    where = f"archive {manifest.month}"
    link = next((one for one in ring.links if one.key_id == manifest.key_id), None)
    if link is None or not is_signature(_write_signed(manifest), bytes(manifest.signature), bytes(link.public)):
        yield Finding(where, "archive-signature", Words("Tanda tangan arsip tidak sah.", "Its signature is not valid."))
    elif not ring.is_trusted(link.key_id):
        yield Finding(where, "key-untrusted", Words("Kunci arsip tidak dipercaya.", "The archive's key isn't trusted."))


def read_lines(path: Path) -> Iterator[Batch]:
    """Yield the seals of a lines' file with their rows. Flat memory. Raises: ArchiveInvalid."""
    seal: Seal | None = None
    rows: list[SealedRow] = []
    try:
        with gzip.open(path, "rb") as lines:
            while line := lines.readline(LINE_BYTES):
                told = json.loads(line)
                if "seal" in told:
                    if seal is not None:
                        yield seal, rows
                    seal, rows = read_seal(told["seal"]), []
                else:
                    record = str(told["record"])
                    rows.append(
                        SealedRow(
                            int(told["position"]), EvidenceRow(int(told["id"]), record, digest_record(record), {})
                        )
                    )
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise ArchiveInvalid(name=path.name) from error
    if seal is not None:
        yield seal, rows


def verify_archive(folder: Path, month: str, pinned: Collection[bytes]) -> tuple[Report, dict[int, bytes]]:
    """Check a month's two files for somebody who knows these public keys (none: the archive's first is believed).

    Returns: the report, and the digest of each seal that was found whole, by its number.
    Raises: ArchiveInvalid. Cost: one pass; one seal's rows in memory.
    """
    named, path = name_files(folder, month)
    try:
        manifest = read_manifest(named.read_text("utf-8"), named.name)
        is_same = hash_file(path) == manifest.sha256
    except (OSError, UnicodeDecodeError) as error:
        raise ArchiveInvalid(name=named.name) from error
    ring = KeyRing(manifest.keys, pinned)
    report = Report(findings=[*ring.findings, *check_manifest(manifest, ring)])
    if not is_same or manifest.month != month:
        words = Words("Berkas arsip bukan yang ditandatangani.", "The file isn't the one that was signed.")
        report.findings.append(Finding(f"archive {month}", "archive-changed", words))
    proven = {}
    for seal, rows in read_lines(path):
        wrong = [*_check_link(seal, report.head), *check_signature(seal, ring), *check_rows(seal, rows)]
        report.seals, report.rows_archived, report.head = report.seals + 1, report.rows_archived + len(rows), seal
        report.findings += wrong
        if not wrong:
            proven[seal.number] = bytes(seal.digest)
    if fold_numbers(proven) != manifest.seals or report.rows_archived != manifest.rows:
        words = Words("Isi arsip tidak sama dengan daftarnya.", "The content differs from the manifest.")
        report.findings.append(Finding(f"archive {month}", "archive-content", words))
    return report, proven


def _check_link(seal: Seal, before: Seal | None) -> Iterator[Finding]:
    if before and seal.number == before.number + 1 and bytes(seal.previous) != bytes(before.digest):
        yield Finding(f"seal {seal.number}", "seal-chain", Words("Rantai segel terputus.", "The chain is broken."))


def list_months(folder: Path) -> list[str]:
    """Return the months of which a folder holds a manifest, in order."""
    return sorted(
        path.name.removeprefix("evidence-").removesuffix(".json") for path in folder.glob("evidence-????-??.json")
    )
