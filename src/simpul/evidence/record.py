"""One call as evidence: a metadata row in one canonical form, without any value of the data.

Columns and operators are kept by name; bodies only as digests under a salt that goes to the caller and isn't kept here,
so that nobody can guess a body from its digest, and the caller can prove it. Source: decision 7.
"""

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Literal, NamedTuple, get_args
from uuid import UUID, uuid5

from simpul.evidence.errors import RecordInvalid

SALT_BYTES = 16
VERSION = 2
"""Version 1 had no `phase` and no `of`; its texts are still read and written back to the byte."""
KEPT_TEXTS = 4096
"""Texts whose JSON form is remembered: names of what is published, of purposes, operations and codes."""
Phase = Literal["", "start", "end"]
BROKEN = "broken"
"""The code of an end record whose answer broke off before its end."""


class CallRecord(NamedTuple):
    """Who asked what of which data, when, and what came of it.

    `uid` names the call; `at` is UTC; `status` and `code` are the answer's; `rows` those given or received;
    `request_digest` and `response_digest` are hex, empty without a body; ids are None where the call didn't get so far.

    A call whose answer leaves in pieces has two records: `phase` "start" before the first piece, without rows and
    digest, and "end" after the last, with both; `of` of the end is the start's uid. An end that is missing, or whose
    code isn't empty, says that the answer wasn't whole.
    """

    uid: UUID
    at: datetime
    method: str
    operation: str
    status: int
    code: str = ""
    stage: str = ""
    context: str = ""
    major: int | None = None
    dataset: str = ""
    dataset_version: int | None = None
    organization_id: int | None = None
    application_id: int | None = None
    publication_id: int | None = None
    dataset_id: int | None = None
    grant_id: int | None = None
    key_id: str = ""
    purpose: str = ""
    columns: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    rows: int | None = None
    batch_id: int | None = None
    request_digest: str = ""
    response_digest: str = ""
    milliseconds: int = 0
    phase: Phase = ""
    of: UUID | None = None
    v: int = VERSION


def name_end(start: UUID) -> UUID:
    """Return the uid of the end record that belongs to a start record."""
    return uuid5(start, "end")


def write_record(record: CallRecord) -> str:
    """Return the canonical text: JSON, keys sorted, no spaces, times in UTC to the microsecond. Cost: some 5 µs.

    Each call is written, so the text is put together here; a test holds it against `json` itself.
    """
    phased = record.v != 1
    phase = f'"phase":{_quote(record.phase)},' if phased else ""
    of = f'"of":{_show_uid(record.of)},' if phased else ""
    return (
        f'{{"application_id":{_show(record.application_id)},'
        f'"at":"{record.at.astimezone(UTC).isoformat(timespec="microseconds")}",'
        f'"batch_id":{_show(record.batch_id)},"code":{_quote(record.code)},"columns":{_list(record.columns)},'
        f'"context":{_quote(record.context)},"dataset":{_quote(record.dataset)},'
        f'"dataset_id":{_show(record.dataset_id)},"dataset_version":{_show(record.dataset_version)},'
        f'"grant_id":{_show(record.grant_id)},"key_id":{_quote(record.key_id)},"major":{_show(record.major)},'
        f'"method":{_quote(record.method)},"milliseconds":{record.milliseconds},{of}'
        f'"operation":{_quote(record.operation)},"operators":{_list(record.operators)},'
        f'"organization_id":{_show(record.organization_id)},{phase}"publication_id":{_show(record.publication_id)},'
        f'"purpose":{_quote(record.purpose)},"request_digest":"{record.request_digest}",'
        f'"response_digest":"{record.response_digest}","rows":{_show(record.rows)},"stage":{_quote(record.stage)},'
        f'"status":{record.status},"uid":"{record.uid}","v":{record.v}}}'
    )


def _show(number: int | None) -> int | str:
    return "null" if number is None else number


def _show_uid(uid: UUID | None) -> str:
    return f'"{uid}"' if uid else "null"


@lru_cache(KEPT_TEXTS)
def _quote(text: str) -> str:
    return encode_basestring(text)


@lru_cache(KEPT_TEXTS)
def _list(names: tuple[str, ...]) -> str:
    return f"[{','.join(map(encode_basestring, names))}]"


def read_record(text: str) -> CallRecord:
    """Return the record of a canonical text. Raises: RecordInvalid if it isn't one, to the byte."""
    try:
        values = json.loads(text)
        if values["v"] not in (1, VERSION):
            raise RecordInvalid()
        if values["v"] == 1:
            values |= {"phase": "", "of": None}
        if values["phase"] not in _PHASES:
            raise RecordInvalid()
        values["uid"] = UUID(values["uid"])
        values["at"] = datetime.fromisoformat(values["at"])
        values["columns"], values["operators"] = tuple(values["columns"]), tuple(values["operators"])
        values["of"] = UUID(values["of"]) if values["of"] else None
        record = CallRecord(**values)
        is_canonical = write_record(record) == text
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordInvalid() from error
    if not is_canonical:
        raise RecordInvalid()
    return record


_PHASES = get_args(Phase)


def digest_record(text: str) -> bytes:
    """Return the SHA-256 of a record's canonical text, 32 bytes; this is the leaf of the seal's tree."""
    return hashlib.sha256(text.encode()).digest()


def make_salt() -> bytes:
    """Return 16 random bytes for one call."""
    return secrets.token_bytes(SALT_BYTES)


class BodyDigest:
    """HMAC-SHA256 of a body under the call's salt, taken piece by piece."""

    def __init__(self, salt: bytes) -> None:
        self._digest = hmac.new(salt, digestmod=hashlib.sha256)
        self._is_empty = True

    def update(self, piece: bytes) -> None:
        """Take the next piece."""
        self._digest.update(piece)
        self._is_empty = self._is_empty and not piece

    def read(self) -> str:
        """Return the digest so far as hex; empty for an empty body."""
        return "" if self._is_empty else self._digest.hexdigest()


def digest_body(salt: bytes, body: bytes) -> str:
    """Return the digest of a whole body, as `BodyDigest` gives it."""
    return hmac.digest(salt, body, "sha256").hex() if body else ""


def is_body(salt: bytes, body: bytes, digest: str) -> bool:
    """Is this the body that was digested under this salt?"""
    return hmac.compare_digest(digest_body(salt, body), digest)
