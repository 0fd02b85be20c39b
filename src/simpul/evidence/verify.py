"""Finds evidence that was changed, removed, added or reordered.

What can't be seen from the chain alone: the newest seals cut off as a whole. Whoever keeps the digest of a seal elsewhere
(in a paper, at the other party) sees that too: give it as `anchor`.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simpul.evidence.errors import RecordInvalid
from simpul.evidence.merkle import compute_root
from simpul.evidence.record import CallRecord, digest_record, read_record
from simpul.evidence.seal import GENESIS, Seal, digest_seal, is_signed
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

MIRRORED = ("organization_id", "application_id", "publication_id", "dataset_id", "status")
"""Facts that a row repeats beside its record, so that it can be found; they must agree."""


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


@dataclass
class Report:
    """How much was looked at and what was found; `head` is the newest seal's digest, to be kept elsewhere."""

    seals: int = 0
    rows_sealed: int = 0
    rows_waiting: int = 0
    head: bytes = GENESIS
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Was nothing found?"""
        return not self.findings


def verify(
    sealed: Iterable[tuple[Seal, Sequence[SealedRow]]],
    waiting: Iterable[EvidenceRow],
    public_keys: Mapping[str, bytes],
    anchor: bytes | None = None,
) -> Report:
    """Check every seal in order of number with its rows in order of position, then the rows not sealed yet.

    Args: `public_keys` by key id; `anchor` is the digest of a seal known from elsewhere, which must be in the chain.
    Cost: one pass; one seal's rows in memory at a time.
    """
    report = Report()
    previous: Seal | None = None
    anchored = anchor is None
    for seal, rows in sealed:
        report.seals += 1
        report.rows_sealed += len(rows)
        report.findings += check_seal(seal, previous, public_keys)
        report.findings += check_rows(seal, rows)
        previous, report.head = seal, bytes(seal.digest)
        anchored = anchored or bytes(seal.digest) == anchor
    for row in waiting:
        report.rows_waiting += 1
        report.findings += check_row(row)
    if not anchored:
        words = Words(
            "Segel yang dikenal dari luar tidak ada dalam rantai: segel terakhir dihapus atau diganti.",
            "The seal known from elsewhere isn't in the chain: the last seals were removed or replaced.",
        )
        report.findings.append(Finding("seal", "anchor-missing", words))
    return report


def check_seal(seal: Seal, previous: Seal | None, public_keys: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what is wrong with a seal itself: its number, its link, its digest, its signature."""
    where = f"seal {seal.number}"
    if seal.number != (previous.number + 1 if previous else 1):
        yield Finding(where, "seal-missing", Words("Segel sebelumnya hilang.", "A seal before it is missing."))
    if bytes(seal.previous) != (bytes(previous.digest) if previous else GENESIS):
        yield Finding(where, "seal-chain", Words("Rantai segel terputus.", "The chain of seals is broken."))
    if digest_seal(seal) != bytes(seal.digest):
        yield Finding(where, "seal-changed", Words("Isi segel diubah.", "The seal's facts were changed."))
    if seal.key_id not in public_keys:
        yield Finding(where, "key-unknown", Words("Kunci penandanya tidak dikenal.", "Its key isn't known."))
    elif not is_signed(seal, public_keys[seal.key_id]):
        yield Finding(where, "seal-signature", Words("Tanda tangan segel tidak sah.", "The signature is not valid."))


def check_rows(seal: Seal, rows: Sequence[SealedRow]) -> Iterator[Finding]:
    """Yield which of a seal's rows were removed, added, changed or reordered."""
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
    for position in sorted(set(range(seal.count)) - there):
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
        if name in row.mirrored and row.mirrored[name] != _get_fact(record, name):
            words = Words(f"Kolom {name} tidak sama dengan catatan.", f"The column {name} differs from the record.")
            yield Finding(where, "row-changed", words)


def _get_fact(record: CallRecord, name: str) -> object:
    return getattr(record, name)
