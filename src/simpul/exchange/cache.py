"""Answers kept in memory for as long as they are exactly right.

Rows change only by deliveries, and each marks its dataset before it commits (`simpul.store.marks`). An answer is kept
under the number that its dataset was settled under before its statement began, and is used only while the dataset is
settled under that same number. Where the marks can't be read, nothing is kept.

The key of an answer holds all that shapes it beside the rows: path, query, Accept, Prefer, Range, and the fingerprint of
the grant, in which the publication's revision is. HEAD uses what GET is answered with.
"""

import hashlib
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from simpul.exchange.call import Call
from simpul.exchange.http import Response
from simpul.store.errors import MarksAway
from simpul.store.marks import Marks

LOG = logging.getLogger("simpul.exchange")

OVERHEAD_BYTES = 2_000
"""What an answer takes in memory beside its body and its address, roughly."""
SHARE = 8
"""One answer may take this part of the memory at most."""
VARY = "Accept, Authorization, Prefer, Range, X-API-Key, apikey"
CACHE_CONTROL = "private, no-cache"
"""A program may keep an answer with personal data for itself, as it keeps the data anyway, and asks each time whether it is
still right; nobody in between may keep it."""

Key = tuple[str | bytes | None, ...]


class Ticket(NamedTuple):
    """What a call looks for: the key, and the number that the dataset is settled under (None: keep nothing)."""

    key: Key
    settled: int | None


@dataclass(frozen=True)
class Kept:
    """An answer with what its evidence needs. `headers` are the answer's own, `etag` among them."""

    settled: int
    status: int
    body: bytes
    headers: dict[str, str]
    columns: tuple[str, ...]
    operators: tuple[str, ...]
    rows: int
    version: int

    def answer(self, call: Call) -> Response:
        """Answer a call with it."""
        call.columns, call.operators = self.columns, self.operators
        call.rows, call.dataset_version = self.rows, self.version
        return Response(self.status, self.body, dict(self.headers))


@dataclass
class Cache:
    """The answers of one process, those used last kept longest. To be used in one thread, the loop's.

    `marks` is None where they can't be used; `is_alone` False where another machine may deliver, whose marks aren't
    these. In both cases nothing is kept.
    """

    marks: Marks | None
    most_bytes: int
    used_bytes: int = 0
    hits: int = 0
    misses: int = 0
    is_alone: bool = True
    _answers: "OrderedDict[Key, Kept]" = field(default_factory=OrderedDict)

    @property
    def is_on(self) -> bool:
        """Is anything kept at all?"""
        return self.marks is not None and self.most_bytes > 0 and self.is_alone

    def get_marks(self) -> Marks:
        """Return the marks. Raises: RuntimeError where there are none."""
        if self.marks is None:
            raise RuntimeError("nothing is kept without marks")
        return self.marks

    def look(self, call: Call) -> Ticket:
        """Return what to look for, before anything of the call's data is read."""
        dataset, permission, request = call.dataset, call.permission, call.request
        if dataset is None or permission is None:
            raise RuntimeError("a stage was left out")
        get = request.headers.get
        key = (permission.fingerprint, request.path, request.query, get("accept"), get("prefer"), get("range"))
        settled = self.marks.find_settled(dataset.dataset_id) if self.marks is not None and self.is_on else None
        return Ticket(key, settled)

    def find(self, ticket: Ticket) -> Kept | None:
        """Return the answer that is right now, or None."""
        kept = self._answers.get(ticket.key) if ticket.settled is not None else None
        if kept is None or kept.settled != ticket.settled:
            self.misses += 1
            return None
        self.hits += 1
        self._answers.move_to_end(ticket.key)
        return kept

    def keep(self, ticket: Ticket, call: Call, response: Response) -> None:
        """Keep an answer that was read after the ticket was given."""
        if ticket.settled is None or len(response.body) > self.most_bytes // SHARE:
            return
        kept = Kept(
            ticket.settled,
            response.status,
            response.body,
            dict(response.headers),
            call.columns,
            call.operators,
            call.rows or 0,
            call.dataset_version or 0,
        )
        self._drop(ticket.key)
        self._answers[ticket.key] = kept
        self.used_bytes += _measure(ticket.key, kept)
        while self.used_bytes > self.most_bytes:
            self._drop(next(iter(self._answers)))

    def tell_alone(self, is_alone: bool) -> None:
        """Hear whether this is the only machine whose exchange uses the database."""
        if self.is_alone and not is_alone:
            LOG.warning("exchanges on several machines: no answers are kept")
            self.clear()
        self.is_alone = is_alone

    def clear(self) -> None:
        """Forget everything, as after the database was away: another may stand in its place."""
        self._answers.clear()
        self.used_bytes = 0

    def _drop(self, key: Key) -> None:
        kept = self._answers.pop(key, None)
        if kept is not None:
            self.used_bytes -= _measure(key, kept)


def open_cache(folder: Path, most_bytes: int) -> Cache:
    """Return the cache of a process; one that keeps nothing where `most_bytes` is 0 or the marks can't be opened."""
    if not most_bytes:
        return Cache(None, 0)
    try:
        return Cache(Marks(folder), most_bytes)
    except MarksAway as error:
        LOG.warning("no answers are kept: %s", type(error.__cause__).__name__)
        return Cache(None, 0)


def _measure(key: Key, kept: Kept) -> int:
    return len(kept.body) + sum(len(part) for part in key if part) + OVERHEAD_BYTES


def write_etag(ticket: Ticket, version: int) -> str:
    """Return the strong tag of an answer: another one for any other version of the data, grant, contract or request.

    It is made of what the caller knows or gave, so it tells nothing of rows outside the grant.
    """
    return f'"{hashlib.sha256(repr((version, ticket.key)).encode()).hexdigest()[:32]}"'


def is_known(call: Call, etag: str) -> bool:
    """Does the caller have this very answer already (If-None-Match)?"""
    asked = call.request.headers.get("if-none-match")
    if asked is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    return "*" in tags or etag in tags


def shorten_known(call: Call, response: Response) -> Response:
    """Return 304 in the place of an answer that the caller has already, else the answer itself."""
    etag = response.headers.get("etag")
    if etag is None or not is_known(call, etag):
        return response
    call.rows = 0
    told = ("etag", "cache-control", "vary", "content-location", "dataset-version", "preference-applied")
    return Response(304, headers={name: response.headers[name] for name in told if name in response.headers})
