"""One call while it is answered: what is known of it so far, for its evidence."""

import os
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from simpul.access.model import Key, Permission
from simpul.evidence.record import SALT_BYTES, CallRecord, digest_body
from simpul.exchange.admit import Admission
from simpul.exchange.http import Request, Response
from simpul.exchange.publications import Published, PublishedDataset
from simpul.exchange.rates import NO_LIMITS, Allowance
from simpul.exchange.route import Route
from simpul.kernel import clock

FETCHED_BYTES = 4096


class Access(NamedTuple):
    """Who may do what with which dataset: the outcome of the stages before reading or delivering."""

    key: Key
    published: Published
    dataset: PublishedDataset
    permission: Permission


class Chance:
    """Random bytes of the system, fetched for a hundred calls at once. To be used in one thread, the loop's.

    In each system call another thread may take the interpreter, which costs far more than the call itself.
    """

    def __init__(self) -> None:
        self._fetched, self._place = b"", 0

    def take(self, size: int) -> bytes:
        """Return random bytes that nobody got before."""
        if self._place + size > len(self._fetched):
            self._fetched, self._place = os.urandom(FETCHED_BYTES), 0
        start, self._place = self._place, self._place + size
        return self._fetched[start : self._place]

    def forget(self) -> None:
        """Give up what was fetched, as a forked process must: its parent has the same bytes."""
        self._fetched, self._place = b"", 0


CHANCE = Chance()
os.register_at_fork(after_in_child=CHANCE.forget)


@dataclass
class Call:
    """Facts gathered stage by stage. `client` is the address that the call came from. `is_recorded` says that a batch's transaction holds the evidence already."""

    request: Request
    uid: UUID = field(default_factory=lambda: UUID(bytes=CHANCE.take(16), version=4))
    salt: bytes = field(default_factory=lambda: CHANCE.take(SALT_BYTES))
    at: datetime = field(default_factory=clock.now)
    started: float = field(default_factory=time.monotonic)
    client: str = ""
    route: Route | None = None
    key: Key | None = None
    published: Published | None = None
    dataset: PublishedDataset | None = None
    permission: Permission | None = None
    allowance: Allowance = NO_LIMITS
    admission: Admission | None = None
    operation: str = "none"
    columns: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    rows: int | None = None
    dataset_version: int | None = None
    batch_id: int | None = None
    request_digest: str = ""
    is_recorded: bool = False
    steps: dict[str, float] = field(default_factory=dict)
    _marked: float = field(default_factory=time.perf_counter)

    def mark(self, step: str) -> None:
        """Say that a step has just ended: the time since the last mark was its own."""
        now = time.perf_counter()
        self.steps[step] = self.steps.get(step, 0.0) + now - self._marked
        self._marked = now

    def get_visit(self) -> tuple[Key, Published]:
        """Return who calls which publication. Raises: RuntimeError where a stage before was left out."""
        if self.key is None or self.published is None:
            raise RuntimeError("a stage was left out")
        return self.key, self.published

    def get_access(self) -> Access:
        """Return the outcome of the stages before. Raises: RuntimeError where one of them was left out."""
        key, published = self.get_visit()
        if self.dataset is None or self.permission is None:
            raise RuntimeError("a stage was left out")
        return Access(key, published, self.dataset, self.permission)

    def release(self) -> None:
        """Say that the answer has left, and give up what the call holds of its plan."""
        if self.admission is not None:
            self.admission.release(self.rows)

    def make_record(self, response: Response) -> CallRecord:
        """Return the evidence of this call as answered by `response`."""
        route, published, key = self.route, self.published, self.key
        return CallRecord(
            uid=self.uid,
            at=self.at,
            method=self.request.method if self.request.method.isalpha() else "?",
            operation=self.operation,
            status=response.status,
            code=response.code,
            # Names only of what exists: an address may hold anything.
            stage=published.stage if published else "",
            context=published.context if published else "",
            major=published.major if published else None,
            dataset=self.dataset.name if self.dataset else "",
            dataset_version=self.dataset_version,
            organization_id=key.organization_id if key else None,
            application_id=key.application_id if key else None,
            publication_id=published.publication_id if published else None,
            dataset_id=self.dataset.dataset_id if self.dataset else None,
            grant_id=self.permission.grant_id if self.permission else None,
            key_id=key.key_id if key else "",
            purpose=self.permission.purpose if self.permission else "",
            columns=self.columns,
            operators=self.operators,
            rows=self.rows,
            batch_id=self.batch_id if self.batch_id is not None else (route.batch_id or None if route else None),
            request_digest=self.request_digest or self._digest_address(),
            response_digest=digest_body(self.salt, response.body),
            milliseconds=int((time.monotonic() - self.started) * 1000),
        )

    def _digest_address(self) -> str:
        return digest_body(self.salt, self.request.path.encode("latin-1") + b"?" + self.request.query)
