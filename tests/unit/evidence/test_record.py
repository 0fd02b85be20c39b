"""A record has one canonical form."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from simpul.evidence.errors import RecordInvalid
from simpul.evidence.record import CallRecord, digest_body, digest_record, is_body, make_salt, read_record, write_record

RECORD = CallRecord(
    uid=UUID("12345678-1234-5678-1234-567812345678"),
    at=datetime(2026, 11, 24, 8, 0, tzinfo=timezone(timedelta(hours=8))),
    method="GET",
    operation="read",
    status=200,
    columns=("kode", "nama"),
    purpose="Perencanaan é",
)


def test_record_round_trips_to_the_byte() -> None:
    text = write_record(RECORD)
    assert read_record(text) == replace(RECORD, at=RECORD.at.astimezone(UTC))
    assert '"at":"2026-11-24T00:00:00.000000+00:00"' in text


def test_any_change_changes_the_digest() -> None:
    assert digest_record(write_record(RECORD)) != digest_record(write_record(replace(RECORD, rows=1)))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", write_record(RECORD) + " ", write_record(RECORD).replace('"v":1', '"v":2')]
)
def test_text_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(RecordInvalid):
        read_record(text)


def test_body_is_proven_only_with_its_salt() -> None:
    salt, body = make_salt(), b'[{"nik":"6305"}]'
    digest = digest_body(salt, body)
    assert is_body(salt, body, digest)
    assert not is_body(make_salt(), body, digest)
    assert not is_body(salt, body + b" ", digest)
    assert digest_body(salt, b"") == ""
