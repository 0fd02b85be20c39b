"""One call as evidence: a metadata row in one canonical form, without any value of the data.

Columns and operators are kept by name; bodies only as digests under a salt that goes to the caller and isn't kept here,
so that nobody can guess a body from its digest, and the caller can prove it. Source: decision 7.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, get_args
from uuid import UUID, uuid5

from simpul.evidence.errors import RecordInvalid

SALT_BYTES = 16
VERSION = 2
"""Version 1 had no `phase` and no `of`; its texts are still read and written back to the byte."""
_SINCE_2 = ("phase", "of")
Phase = Literal["", "start", "end"]
BROKEN = "broken"
"""The code of an end record whose answer broke off before its end."""


@dataclass(frozen=True)
class CallRecord:
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
    """Return the canonical text: JSON, keys sorted, no spaces, times in UTC to the microsecond. Cost: some 10 µs."""
    values: dict[str, Any] = {**vars(record)}
    values["uid"] = str(record.uid)
    values["at"] = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    values["of"] = str(record.of) if record.of else None
    return _ENCODER.encode({name: values[name] for name in (_NAMES_OF_1 if record.v == 1 else _NAMES)})


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
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordInvalid() from error
    if write_record(record) != text:
        raise RecordInvalid()
    return record


_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_NAMES = tuple(sorted(field.name for field in fields(CallRecord)))
_NAMES_OF_1 = tuple(name for name in _NAMES if name not in _SINCE_2)
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
    digest = BodyDigest(salt)
    digest.update(body)
    return digest.read()


def is_body(salt: bytes, body: bytes, digest: str) -> bool:
    """Is this the body that was digested under this salt?"""
    return hmac.compare_digest(digest_body(salt, body), digest)
