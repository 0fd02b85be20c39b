"""How far a table was read: the last row's cursor and keys, and which rows of the overlap were sent already.

The overlap is read again at each run, since a row can be committed after a later one was read, and clocks go wrong. A
row that is unchanged since isn't sent again.
"""

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Optional

SEEN_ROWS = 20_000
"""Rows of the overlap that are remembered; any further ones are sent again, which merging takes."""


def encode_value(value: Any) -> list[str]:
    """Return [type, text] of a cursor's or key's value.

    >>> encode_value(datetime(2026, 1, 2)), decode_value(["int", "7"])
    (['datetime', '2026-01-02T00:00:00'], 7)
    """
    if isinstance(value, datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, (Decimal, float)):
        return ["decimal", str(value)]
    return ["text", str(value)]


def decode_value(encoded: list[str]) -> Any:
    """Return what `encode_value` took."""
    kind, text = encoded
    if kind == "datetime":
        return datetime.fromisoformat(text)
    if kind == "date":
        return date.fromisoformat(text)
    return int(text) if kind == "int" else Decimal(text) if kind == "decimal" else text


def step_back(value: Any, overlap_seconds: float) -> Any:
    """Return where the overlap before a cursor begins: seconds of a time, whole days of a date, units of a number.

    >>> step_back(datetime(2026, 1, 2), 60.0), step_back(100, 7.0), step_back("2026-01-02 00:00:00.5", 1.0)
    (datetime.datetime(2026, 1, 1, 23, 59), 93, '2026-01-01 23:59:59.500000')
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value - timedelta(days=-(-overlap_seconds // 86_400))
    if isinstance(value, datetime):
        return value - timedelta(seconds=overlap_seconds)
    if isinstance(value, int):
        return value - int(overlap_seconds)
    if isinstance(value, Decimal):
        return value - int(overlap_seconds)
    try:
        # MySQL may write any number of digits below the second.
        whole, _, part = value.partition(".")
        moment = datetime.strptime(f"{whole}.{part or '0'}", "%Y-%m-%d %H:%M:%S.%f")  # noqa: DTZ007 MySQL's have no zone
    except ValueError:
        return value
    return (moment - timedelta(seconds=overlap_seconds)).strftime("%Y-%m-%d %H:%M:%S.%f")


class Track:
    """Follows the rows of a run and tells the position after the last one."""

    def __init__(self, position: dict[str, Any], overlap_seconds: float) -> None:
        self._overlap = overlap_seconds
        self._last: Optional[tuple[Any, list[Any]]] = None
        self._seen: dict[str, list[str]] = dict(position.get("seen", {}))
        if "cursor" in position:
            self._last = decode_value(position["cursor"]), [decode_value(one) for one in position["keys"]]

    @property
    def start(self) -> Optional[tuple[Any, Optional[list[Any]]]]:
        """Where to read from: (cursor, keys), rows after which count; without keys from that cursor on; None for all."""
        if self._last is None or not self._overlap:
            return self._last
        return step_back(self._last[0], self._overlap), None

    def is_seen(self, line: bytes) -> bool:
        """Was the very same row sent before, within the overlap?"""
        return _digest(line) in self._seen

    def add(self, cursor: Any, keys: list[Any], line: bytes) -> None:
        """Note a row that was read."""
        # A row of the overlap doesn't move the position back.
        if self._last is None or not self._overlap or cursor >= self._last[0]:
            self._last = cursor, keys
        if self._overlap:
            self._seen[_digest(line)] = encode_value(cursor)

    def mark(self) -> dict[str, Any]:
        """Return the position as it can be kept."""
        if self._last is None:
            return {}
        cursor, keys = self._last
        marked: dict[str, Any] = {"cursor": encode_value(cursor), "keys": [encode_value(one) for one in keys]}
        if self._overlap:
            since = step_back(cursor, self._overlap)
            kept = {one: at for one, at in self._seen.items() if decode_value(at) >= since}
            self._seen = dict(list(kept.items())[-SEEN_ROWS:])
            marked["seen"] = dict(self._seen)
        return marked


def _digest(line: bytes) -> str:
    return hashlib.blake2b(line, digest_size=12).hexdigest()
