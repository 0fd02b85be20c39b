"""The one place that asks what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Makassar")
"""Tapin is in WITA; a naive time is read in this zone unless the contract names another."""


_set: ContextVar[datetime | None] = ContextVar("simpul_clock", default=None)


def now() -> datetime:
    """Return this instant, in UTC with its zone."""
    return _set.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let `now` say another instant inside a `with` block, in this thread (or task) alone.

    For the seeding of sample cases with a past, and for tests; nothing else sets the clock. Args: `instant` carries
    its zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant carries its zone")
    token = _set.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)


def local(instant: datetime) -> datetime:
    """Return the same instant as an officer's wall clock shows it."""
    return instant.astimezone(ZONE)
