"""Remembers who was let in where, so that the same caller at the same address isn't judged anew for each call.

What was decided holds for one snapshot, so for as long as nothing changed, and until the first instant at which the
decision could be another one: midnight in WITA, or the end of the key or of a grant. Refusals are never remembered. Keys
are known by a digest alone.
"""

import hashlib
from datetime import datetime, time, timedelta
from typing import NamedTuple

from simpul.access.model import Key, Permission
from simpul.exchange.http import Request
from simpul.exchange.publications import Published, PublishedDataset, Snapshot
from simpul.exchange.rates import Allowance
from simpul.kernel.clock import ZONE, local

MOST = 4_096
Name = tuple[str, str, str, bytes]


class Visit(NamedTuple):
    """Who may do what with which dataset, within which plan, and until when that is sure."""

    key: Key
    published: Published
    dataset: PublishedDataset
    permission: Permission
    allowance: Allowance
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
        return found if found is not None and at < found.until else None

    def keep(self, name: Name, snapshot: Snapshot, visit: Visit) -> None:
        """Remember a decision that was made under a snapshot."""
        if self._snapshot is snapshot:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[name] = visit


def name_visit(request: Request, client: str) -> Name:
    """Return what a decision depends on beside the snapshot and the time."""
    get = request.headers.get
    carried = f"{get('authorization')}\n{get('x-api-key')}\n{get('apikey')}"
    return request.method, request.path, client, hashlib.sha256(carried.encode()).digest()


def find_end(key: Key, dataset: PublishedDataset, at: datetime) -> datetime:
    """Return the first instant after `at` at which the same call could be judged otherwise."""
    midnight = datetime.combine(local(at).date() + timedelta(days=1), time(), ZONE)
    grants = [grant.revoked_at for grant in dataset.grants if grant.organization_id == key.organization_id]
    ends = [end for end in (key.expires_at, key.revoked_at, *grants) if end is not None and end > at]
    return min([midnight, *ends])
