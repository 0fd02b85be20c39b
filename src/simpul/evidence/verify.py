"""Finds evidence that was changed, removed, added or reordered.

What can't be seen from the chain alone: the newest seals cut off as a whole. Whoever keeps the root of a seal elsewhere
(in a paper, at the other party) sees that too: give it as `expected`.
"""

import itertools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simpul.evidence.errors import RecordInvalid
from simpul.evidence.keys import KeyRing
from simpul.evidence.merkle import compute_root
from simpul.evidence.record import digest_record, read_record
from simpul.evidence.seal import GENESIS, Seal, digest_seal, is_signed
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

MIRRORED = ("uid", "at", "organization_id", "application_id", "publication_id", "dataset_id", "status")
"""Facts that a row repeats beside its record, so that it can be found; they must agree."""
MAX_COUNT = 100_000
"""No sealer took more rows; a forged count must not fill the memory."""


@dataclass(frozen=True)
class EvidenceRow:
    """A stored row: its number, the record's text and digest, and the facts repeated beside it."""

    row_id: int
    record: str
    digest: bytes
    mirrored: Mapping[str, object]


@dataclass(frozen=True)
class SealedRow:
    """A stored row at a position (from 0) of a seal."""

    position: int
    row: EvidenceRow


@dataclass(frozen=True)
class Expected:
    """A seal's root known from elsewhere: hex, whole or its first digits, and the seal's number where that is known."""

    root: str
    number: int | None = None

    def is_met(self, seal: Seal) -> bool:
        """Is it this seal's?"""
        return self.number in (None, seal.number) and bytes(seal.root).hex().startswith(self.root)


@dataclass(frozen=True)
class Archived:
    """Which seals' rows were taken out of the database: `away` by signed manifests.

    `proven` holds the digest of each seal whose rows were read from archive files, and found whole, by its number;
    None where no files are at hand.
    """

    away: Container[int] = ()
    proven: Mapping[int, bytes] | None = None


@dataclass
class Report:
    """How much was looked at and what was found; `head` is the newest seal, to be kept elsewhere.

    `rows_away` stand in archives that weren't looked at.
    """

    seals: int = 0
    rows_sealed: int = 0
    rows_archived: int = 0
    rows_away: int = 0
    rows_waiting: int = 0
    head: Seal | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Was nothing found?"""
        return not self.findings


def verify(
    sealed: Iterable[tuple[Seal, Sequence[SealedRow]]],
    waiting: Iterable[EvidenceRow],
    ring: KeyRing,
    expected: Sequence[Expected] = (),
    archived: Archived | None = None,
) -> Report:
    """Check the keys, every seal in order of number with its rows in order of position, then the rows not sealed yet.

    Cost: one pass; one seal's rows in memory at a time.
    """
    report = Report(findings=list(ring.findings))
    missing = set(expected)
    for seal, rows in sealed:
        report.seals += 1
        report.findings += check_seal(seal, report.head, ring)
        if rows or seal.number not in (archived or Archived()).away:
            report.rows_sealed += len(rows)
            report.findings += check_rows(seal, rows)
        elif archived:
            _look_at_archived(report, seal, archived)
        report.head = seal
        missing = {one for one in missing if not one.is_met(seal)}
    for row in waiting:
        report.rows_waiting += 1
        report.findings += check_row(row)
    report.findings += _check_end(report.head, ring, missing)
    return report


def _look_at_archived(report: Report, seal: Seal, archived: Archived) -> None:
    if archived.proven is None:
        report.rows_away += seal.count
        return
    report.rows_archived += seal.count
    if archived.proven.get(seal.number) != bytes(seal.digest):
        words = Words("Barisnya tidak ada dalam arsip yang diberikan.", "Its rows aren't in the archives given.")
        report.findings.append(Finding(f"seal {seal.number}", "archive-missing", words))


def _check_end(head: Seal | None, ring: KeyRing, missing: Iterable[Expected]) -> Iterator[Finding]:
    # The newest seal stands for all before it: each carries the digest of the one before.
    if head is not None and ring.links and not ring.is_trusted(head.key_id):
        words = Words("Kunci segel terakhir tidak dipercaya.", "The newest seal's key isn't trusted.")
        yield Finding(f"seal {head.number}", "key-untrusted", words)
    for one in sorted(missing, key=str):
        words = Words(
            "Akar yang dikenal dari luar tidak ada dalam rantai: segel terakhir dihapus atau diganti.",
            "The root known from elsewhere isn't in the chain: the last seals were removed or replaced.",
        )
        yield Finding(f"root {one.root[:16]}", "root-missing", words)


def check_seal(seal: Seal, previous: Seal | None, ring: KeyRing) -> Iterator[Finding]:
    """Yield what is wrong with a seal itself: its number, its link, its digest, its signature."""
    where = f"seal {seal.number}"
    if seal.number != (previous.number + 1 if previous else 1):
        yield Finding(where, "seal-missing", Words("Segel sebelumnya hilang.", "A seal before it is missing."))
    if bytes(seal.previous) != (bytes(previous.digest) if previous else GENESIS):
        yield Finding(where, "seal-chain", Words("Rantai segel terputus.", "The chain of seals is broken."))
    yield from check_signature(seal, ring)


def check_signature(seal: Seal, ring: KeyRing) -> Iterator[Finding]:
    """Yield what is wrong with a seal whatever stands before it: its digest, its key, its signature."""
    where = f"seal {seal.number}"
    if digest_seal(seal) != bytes(seal.digest):
        yield Finding(where, "seal-changed", Words("Isi segel diubah.", "The seal's facts were changed."))
    link = ring.find(seal.number)
    if link is None or not ring.has(seal.key_id):
        yield Finding(where, "key-unknown", Words("Kunci penandanya tidak dikenal.", "Its key isn't known."))
    elif link.key_id != seal.key_id:
        words = Words("Kunci penandanya tidak berlaku untuk segel ini.", "Its key wasn't the one in force.")
        yield Finding(where, "key-out-of-turn", words)
    elif not is_signed(seal, bytes(link.public)):
        yield Finding(where, "seal-signature", Words("Tanda tangan segel tidak sah.", "The signature is not valid."))


def check_rows(seal: Seal, rows: Sequence[SealedRow]) -> Iterator[Finding]:
    """Yield which of a seal's rows were removed, added, changed or reordered."""
    if not rows:
        words = Words("Semua barisnya dihapus.", "All of its rows were removed.")
        yield Finding(f"seal {seal.number}", "row-removed", words)
        return
    wrong = False
    for finding in (*_check_places(seal, rows), *(found for item in rows for found in check_row(item.row))):
        wrong = True
        yield finding
    # Only where each row is right by itself does the root tell something more.
    if not wrong and compute_root(bytes(item.row.digest) for item in rows) != bytes(seal.root):
        words = Words(
            "Isi segel tidak cocok dengan akarnya: ada baris yang diganti bersama digestnya.",
            "The rows don't give the seal's root: a row was replaced together with its digest.",
        )
        yield Finding(f"seal {seal.number}", "rows-replaced", words)


def _check_places(seal: Seal, rows: Sequence[SealedRow]) -> Iterator[Finding]:
    where = f"seal {seal.number}"
    there = {item.position for item in rows}
    for position in sorted(set(range(min(seal.count, MAX_COUNT))) - there):
        words = Words("Baris pada posisi ini dihapus.", "The row at this position was removed.")
        yield Finding(f"{where}, position {position}", "row-removed", words)
    for item in rows:
        if item.position >= seal.count:
            words = Words("Baris ini ditambahkan kemudian.", "The row was added later.")
            yield Finding(f"{where}, row {item.row.row_id}", "row-added", words)
    for before, after in itertools.pairwise(rows):
        if before.row.row_id >= after.row.row_id:  # a sealer takes rows in the order of their numbers
            words = Words("Urutan baris ditukar.", "Rows were reordered.")
            yield Finding(f"{where}, row {after.row.row_id}", "row-reordered", words)


def check_row(row: EvidenceRow) -> Iterator[Finding]:
    """Yield what is wrong with one row by itself: its digest, or a fact repeated beside the record."""
    where = f"row {row.row_id}"
    if digest_record(row.record) != bytes(row.digest):
        yield Finding(where, "row-changed", Words("Catatan diubah.", "The record was changed."))
        return
    try:
        record = read_record(row.record)
    except RecordInvalid as error:
        yield Finding(where, "record-invalid", error.message)
        return
    for name in MIRRORED:
        if name in row.mirrored and row.mirrored[name] != getattr(record, name):
            words = Words(f"Kolom {name} tidak sama dengan catatan.", f"The column {name} differs from the record.")
            yield Finding(where, "row-changed", words)
