"""A record has one canonical form."""

import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    assert read_record(text) == RECORD._replace(at=RECORD.at.astimezone(UTC))
    assert '"at":"2026-11-24T00:00:00.000000+00:00"' in text


TEXTS = st.text(max_size=20)
NUMBERS = st.none() | st.integers(0, 2**63 - 1)
UIDS = st.uuids()


@given(
    st.builds(
        CallRecord,
        uid=UIDS,
        at=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])),
        **dict.fromkeys(("method", "operation", "code", "stage", "context", "dataset", "key_id", "purpose"), TEXTS),
        status=st.integers(100, 599),
        **dict.fromkeys(("major", "dataset_version", "organization_id", "application_id", "publication_id"), NUMBERS),
        **dict.fromkeys(("dataset_id", "grant_id", "rows", "batch_id"), NUMBERS),
        **dict.fromkeys(("columns", "operators"), st.lists(TEXTS, max_size=4).map(tuple)),
        **dict.fromkeys(("request_digest", "response_digest"), st.binary(max_size=32).map(bytes.hex)),
        milliseconds=st.integers(0, 10**9),
        phase=st.sampled_from(["", "start", "end"]),
        of=st.none() | UIDS,
        v=st.sampled_from([1, 2]),
    )
)
def test_text_is_what_json_itself_writes(record: CallRecord) -> None:
    values = record._asdict()
    values |= {"uid": str(record.uid), "of": str(record.of) if record.of else None}
    values["at"] = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    if record.v == 1:
        del values["phase"], values["of"]
    expected = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert write_record(record) == expected


@pytest.mark.parametrize(
    ("name", "value"), [("rows", "true"), ("code", "5"), ("columns", "null"), ("milliseconds", '"3"')]
)
def test_value_of_another_type_is_refused(name: str, value: str) -> None:
    known = json.loads(OLD)
    text = OLD.replace(f'"{name}":{json.dumps(known[name], separators=(",", ":"))}', f'"{name}":{value}')
    assert text != OLD
    with pytest.raises(RecordInvalid):
        read_record(text)


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
    end = RECORD._replace(uid=name_end(RECORD.uid), phase="end", of=RECORD.uid, at=RECORD.at.astimezone(UTC))
    assert read_record(write_record(end)) == end
    assert name_end(RECORD.uid) == end.uid != RECORD.uid
    with pytest.raises(RecordInvalid):
        read_record(write_record(end).replace('"phase":"end"', '"phase":"middle"'))


def test_any_change_changes_the_digest() -> None:
    assert digest_record(write_record(RECORD)) != digest_record(write_record(RECORD._replace(rows=1)))


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
