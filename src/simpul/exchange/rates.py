"""What an application may ask of a dataset (its plan), and the arithmetic of a rate with a burst.

The rate is a token bucket told by one number, the time at which it would be full again (GCRA): a call moves that time on
by one interval, and is refused where it would lie further ahead than the burst allows.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from simpul.access.model import Stage

DAY_SECONDS = 86_400
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Allowance:
    """A plan as the portal keeps it; None: no limit beside the hub's own."""

    name: str
    rate_per_second: int | None = None
    burst: int | None = None
    calls_per_day: int | None = None
    rows_per_request: int | None = None
    rows_per_day: int | None = None
    concurrent_calls: int | None = None
    body_bytes: int | None = None

    @cached_property
    def interval(self) -> float:
        """Seconds from one call to the next in the long run; 0 where the rate has no limit."""
        return 1 / self.rate_per_second if self.rate_per_second else 0.0

    @cached_property
    def most(self) -> int:
        """How many calls may come at once after a pause."""
        return max(self.burst or self.rate_per_second or 0, 1)

    @cached_property
    def policy(self) -> str:
        """The header `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): quota `q` in `w` seconds; empty: none.

        >>> Allowance("x", rate_per_second=50, burst=150, calls_per_day=1000).policy
        '"burst";q=150;w=3, "day";q=1000;w=86400'
        """
        parts = []
        if self.rate_per_second:
            parts.append(f'"burst";q={self.most};w={math.ceil(self.most * self.interval)}')
        if self.calls_per_day is not None:
            parts.append(f'"day";q={self.calls_per_day};w={DAY_SECONDS}')
        if self.rows_per_day is not None:
            parts.append(f'"rows";q={self.rows_per_day};w={DAY_SECONDS};qu="rows"')
        if self.concurrent_calls is not None:
            parts.append(f'"concurrent";q={self.concurrent_calls};qu="concurrent-requests"')
        return ", ".join(parts)

    def advance(self, full_at: float, now: float) -> tuple[float, float]:
        """Take one call: return the new time at which the bucket is full, and how many seconds it comes too early.

        A time that lies further ahead than any burst is of another plan or of before a restart of the machine, and
        counts for nothing.

        >>> two = Allowance("x", rate_per_second=10, burst=2)
        >>> [tuple(round(n, 3) for n in two.advance(full_at, 100.0)) for full_at in (0.0, 100.1, 100.2)]
        [(100.1, 0.0), (100.2, 0.0), (100.3, 0.1)]
        """
        if not self.interval:
            return full_at, 0.0
        room = self.most * self.interval
        held = full_at if now < full_at <= now + room + self.interval + 1 else now
        return held + self.interval, max(0.0, held + self.interval - now - room - 1e-9)

    def count_left(self, full_at: float, now: float) -> int:
        """Return how many calls may still come at once."""
        return max(0, int((self.most * self.interval - max(0.0, full_at - now)) / self.interval + 1e-6))


NO_LIMITS = Allowance("-")


@dataclass(frozen=True)
class AllowanceBook:
    """Which plan holds for whom: assignments by application and dataset, else the stage's default."""

    defaults: Mapping[str, Allowance] = field(default_factory=dict)
    assigned: Mapping[tuple[int, int], Allowance] = field(default_factory=dict)

    def find(self, application_id: int, dataset_id: int, stage: Stage) -> Allowance:
        """Return the plan of an application on a dataset (0: on what belongs to none)."""
        return self.assigned.get((application_id, dataset_id)) or self.defaults.get(stage, NO_LIMITS)


def read_allowances(plans: Iterable[tuple[Any, ...]], assignments: Iterable[tuple[int, int, int]]) -> AllowanceBook:
    """Build the book of rows as `publications.sql` gives them."""
    read: dict[int, Allowance] = {}
    defaults: dict[str, Allowance] = {}
    for plan_id, default_for, *values in plans:
        name, rate, burst, calls, rows_per_request, rows_per_day, concurrent, megabytes = values
        body_bytes = megabytes * MEBIBYTE if megabytes is not None else None
        read[plan_id] = Allowance(name, rate, burst, calls, rows_per_request, rows_per_day, concurrent, body_bytes)
        if default_for:
            defaults[default_for] = read[plan_id]
    return AllowanceBook(
        defaults, {(application, dataset): read[plan] for application, dataset, plan in assignments if plan in read}
    )
