"""The one place that asks what time it is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Makassar")
"""Tapin is in WITA; a naive time is read in this zone unless the contract names another."""


def now() -> datetime:
    """Return this instant, in UTC with its zone."""
    return datetime.now(UTC)


def local(instant: datetime) -> datetime:
    """Return the same instant as an officer's wall clock shows it."""
    return instant.astimezone(ZONE)
