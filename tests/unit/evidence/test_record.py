"""A record has one canonical form."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from simpul.evidence.errors import RecordInvalid
from simpul.evidence.record import (
    CallRecord,
    digest_body,
    digest_record,
    is_body,
    make_salt,
    name_end,
    read_record,
    write_record,
)

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


OLD = (
    '{"application_id":null,"at":"2026-11-24T00:00:00.000000+00:00","batch_id":null,"code":"","columns":["kode"],'
    '"context":"","dataset":"","dataset_id":null,"dataset_version":null,"grant_id":null,"key_id":"","major":null,'
    '"method":"GET","milliseconds":3,"operation":"read","operators":["eq"],"organization_id":2,"publication_id":null,'
    '"purpose":"","request_digest":"","response_digest":"","rows":1,"stage":"live","status":200,'
    '"uid":"12345678-1234-5678-1234-567812345678","v":1}'
)


def test_record_of_version_1_is_still_read_to_the_byte() -> None:
    record = read_record(OLD)
    assert (record.v, record.phase, record.of, record.rows) == (1, "", None, 1)
    assert write_record(record) == OLD


@pytest.mark.parametrize("changes", ['"v":2', '"v":1,"phase":""'])
def test_version_1_has_exactly_its_own_fields(changes: str) -> None:
    with pytest.raises(RecordInvalid):
        read_record(OLD.replace('"v":1', changes))


def test_end_of_a_stream_names_its_start() -> None:
    end = replace(RECORD, uid=name_end(RECORD.uid), phase="end", of=RECORD.uid, at=RECORD.at.astimezone(UTC))
    assert read_record(write_record(end)) == end
    assert name_end(RECORD.uid) == end.uid != RECORD.uid
    with pytest.raises(RecordInvalid):
        read_record(write_record(end).replace('"phase":"end"', '"phase":"middle"'))


def test_any_change_changes_the_digest() -> None:
    assert digest_record(write_record(RECORD)) != digest_record(write_record(replace(RECORD, rows=1)))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", write_record(RECORD) + " ", write_record(RECORD).replace('"v":2', '"v":3')]
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
