"""An archived month proves itself, and shows each change."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from simpul.evidence.archive import (
    Manifest,
    describe_manifest,
    fold_numbers,
    list_months,
    name_files,
    sign_manifest,
    verify_archive,
    write_lines,
)
from simpul.evidence.errors import ArchiveInvalid
from simpul.evidence.keys import begin_chain
from simpul.evidence.record import CallRecord, digest_record, write_record
from simpul.evidence.seal import close_seal, load_signing_key, make_signing_secret
from simpul.evidence.verify import EvidenceRow, SealedRow

AT = datetime(2026, 3, 24, tzinfo=UTC)
KEY, STRANGER = load_signing_key(make_signing_secret()), load_signing_key(make_signing_secret())
MONTH = "2026-03"


def make_row(number: int) -> EvidenceRow:
    text = write_record(CallRecord(UUID(int=number), AT, "GET", "read", 200))
    return EvidenceRow(number, text, digest_record(text), {})


def make_archive(folder: Path) -> None:
    """Write seals 1 and 2 of the month, and 4, sealed late."""
    batches, before = [], None
    for number in range(1, 5):
        rows = [make_row(number * 10 + place) for place in range(3)]
        before = close_seal([row.digest for row in rows], before, KEY, AT)
        batches.append((before, [SealedRow(place, row) for place, row in enumerate(rows)]))
    del batches[2]
    named, lines = name_files(folder, MONTH)
    numbers, count, sha256 = write_lines(batches, lines)
    link = begin_chain(KEY, AT)
    manifest = sign_manifest(Manifest(MONTH, fold_numbers(numbers), count, sha256, (link,), "", AT), KEY)
    named.write_text(json.dumps(describe_manifest(manifest)))


def list_rules(folder: Path, *pinned: bytes) -> set[str]:
    return {finding.rule for finding in verify_archive(folder, MONTH, pinned)[0].findings}


def test_whole_archive_proves_itself(tmp_path: Path) -> None:
    make_archive(tmp_path)
    report, proven = verify_archive(tmp_path, MONTH, [KEY.public])
    assert report.is_whole
    assert (report.seals, report.rows_archived, sorted(proven)) == (3, 9, [1, 2, 4])
    assert list_months(tmp_path) == [MONTH]


def test_archive_is_nothing_under_another_key(tmp_path: Path) -> None:
    make_archive(tmp_path)
    assert list_rules(tmp_path, STRANGER.public) == {"key-unpinned", "key-untrusted"}


def edit_lines(folder: Path, edit: Callable[[list[bytes]], object]) -> None:
    path = name_files(folder, MONTH)[1]
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    edit(lines)
    path.write_bytes(gzip.compress(b"".join(lines)))


def swap(lines: list[bytes]) -> None:
    lines[2], lines[3] = lines[3], lines[2]


EDITS: dict[str, tuple[Callable[[list[bytes]], object], str]] = {
    "row changed": (lambda lines: lines.__setitem__(1, lines[1].replace(b"200", b"403")), "rows-replaced"),
    "row removed": (lambda lines: lines.pop(2), "row-removed"),
    "row added": (lambda lines: lines.insert(4, lines[3].replace(b'"position":2', b'"position":3')), "row-added"),
    "rows swapped": (swap, "row-reordered"),
    "seal removed": (lambda lines: lines.__delitem__(slice(0, 4)), "archive-content"),
    "seal changed": (lambda lines: lines.__setitem__(0, lines[0].replace(b'"count":3', b'"count":4')), "seal-changed"),
}


@pytest.mark.parametrize("name", EDITS)
def test_changed_archive_is_found(tmp_path: Path, name: str) -> None:
    make_archive(tmp_path)
    edit, rule = EDITS[name]
    edit_lines(tmp_path, edit)
    assert {rule, "archive-changed"} <= list_rules(tmp_path, KEY.public)


def test_changed_manifest_is_found(tmp_path: Path) -> None:
    make_archive(tmp_path)
    named, _ = name_files(tmp_path, MONTH)
    named.write_text(named.read_text().replace('"rows": 9', '"rows": 6'))
    assert {"archive-signature", "archive-content"} <= list_rules(tmp_path, KEY.public)


def test_manifest_signed_by_another_is_found(tmp_path: Path) -> None:
    make_archive(tmp_path)
    named, _ = name_files(tmp_path, MONTH)
    told = json.loads(named.read_text()) | {"key_id": STRANGER.key_id}
    named.write_text(json.dumps(told))
    assert "archive-signature" in list_rules(tmp_path, KEY.public)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"month": 3}'])
def test_manifest_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    make_archive(tmp_path)
    name_files(tmp_path, MONTH)[0].write_bytes(content)
    with pytest.raises(ArchiveInvalid):
        verify_archive(tmp_path, MONTH, [])


def test_torn_lines_are_refused(tmp_path: Path) -> None:
    make_archive(tmp_path)
    path = name_files(tmp_path, MONTH)[1]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArchiveInvalid):
        verify_archive(tmp_path, MONTH, [])


def test_absent_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveInvalid):
        verify_archive(tmp_path, MONTH, [])


def test_signature_covers_each_fact() -> None:
    signed = sign_manifest(Manifest(MONTH, ((1, 2),), 6, "ab", (), "", AT), KEY)
    assert sign_manifest(replace(signed, seals=((1, 3),)), KEY).signature != signed.signature
