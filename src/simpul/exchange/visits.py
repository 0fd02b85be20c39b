"""Remembers who was let in where, so that the same caller at the same address isn't judged anew for each call.

What was decided holds for one snapshot, so for as long as nothing changed, and until the first instant at which the
decision could be another one: midnight in WITA, or the end of the key or of a grant. Refusals are never remembered. Keys
are known by a digest alone.
"""

import hashlib
from datetime import datetime
from typing import NamedTuple

from simpul.access.model import Key, Permission
from simpul.exchange.http import Request
from simpul.exchange.publications import Published, PublishedDataset, Snapshot
from simpul.exchange.rates import Allowance

KEPT_VISITS = 4_096
"""Decisions of one process; beyond that all are forgotten."""
Name = tuple[str, str, str, bytes]


class Visit(NamedTuple):
    """Who may do what with which dataset, within which plan: sure from `since` until just before `until`."""

    key: Key
    published: Published
    dataset: PublishedDataset
    permission: Permission
    allowance: Allowance
    since: datetime
    until: datetime


class Visits:
    """What one process remembers. To be used in one thread, the loop's."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._known: dict[Name, Visit] = {}

    def find(self, name: Name, snapshot: Snapshot, at: datetime) -> Visit | None:
        """Return what was decided, where it still holds."""
        if self._snapshot is not snapshot:
            self._snapshot, self._known = snapshot, {}
        found = self._known.get(name)
        return found if found is not None and found.since <= at < found.until else None

    def keep(self, name: Name, snapshot: Snapshot, visit: Visit) -> None:
        """Remember a decision that was made under a snapshot."""
        if self._snapshot is snapshot:
            if len(self._known) >= KEPT_VISITS:
                self._known.clear()
            self._known[name] = visit


def name_visit(request: Request, client: str) -> Name:
    """Return what a decision depends on beside the snapshot and the time; no header's value can hold a line's end."""
    get = request.headers.get
    carried = f"{get('authorization')}\n{get('x-api-key')}\n{get('apikey')}"
    return request.method, request.path, client, hashlib.sha256(carried.encode()).digest()
