"""Remembers who may do what with which dataset, so that a program that calls again isn't looked up again.

An outcome is remembered for one snapshot, and only until the next instant at which it could be another one: a key's end,
a revocation that was set for later, the next day. A refusal is never remembered. What names a caller here is a digest of
the headers that carry its key, so that no key is held for longer than its call.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from simpul.access.decide import find_change
from simpul.exchange.call import Access, Call
from simpul.exchange.publications import Snapshot
from simpul.exchange.rates import Allowance

KEPT_VISITS = 10_000
"""Outcomes of one process; beyond that all are forgotten."""


class Name(NamedTuple):
    """What an outcome depends on beside the snapshot and the time."""

    path: str
    method: str
    client: str
    credentials: bytes


@dataclass(frozen=True)
class Visit:
    """The outcome of all stages before the place's own work, as it is from `since` until just before `until`."""

    access: Access
    allowance: Allowance
    told_as: str
    since: datetime
    until: datetime


class Visits:
    """The outcomes that one process remembers. To be used in one thread, the loop's."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._kept: dict[Name, Visit] = {}

    def find(self, snapshot: Snapshot, name: Name, now: datetime) -> Visit | None:
        """Return the outcome of a call that came before, or None where it must be found out."""
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self._kept.clear()
        found = self._kept.get(name)
        return found if found is not None and found.since <= now < found.until else None

    def keep(self, snapshot: Snapshot, name: Name, call: Call) -> None:
        """Remember what came of a call under a snapshot; nothing where another one has come since."""
        if snapshot is not self._snapshot:
            return
        if len(self._kept) >= KEPT_VISITS:
            self._kept.clear()
        access = call.get_access()
        until = find_change(access.key, access.dataset.grants, call.at)
        self._kept[name] = Visit(access, call.allowance, call.operation, call.at, until)


def name_visit(call: Call, method: str) -> Name:
    """Return what the outcome of a call depends on. Cost: a digest of a short text."""
    return Name(call.request.path, method, call.client, digest_credentials(call.request.headers))


def digest_credentials(headers: Mapping[str, str]) -> bytes:
    """Return the SHA-256 of the headers that may carry a key; no header's value can hold the line's end between them."""
    get = headers.get
    text = f"{get('authorization', '')}\n{get('x-api-key', '')}\n{get('apikey', '')}"
    return hashlib.sha256(text.encode("latin-1")).digest()
