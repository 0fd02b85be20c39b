"""What a cursor column's texts mean: where to begin again, and how far it may move. Pure; the texts stay exact."""

import math
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from simpul.kernel.words import Words
from simpul.sources.errors import SourceChanged
from simpul.sources.shape import SourceRow

CURSOR_TYPES = ("integer", "number", "date", "timestamp", "string")
REMEMBERED_KEYS = 100_000

NULL_CURSOR = Words(
    "Kolom penanda kosong, sehingga hub tidak tahu kapan baris ini berubah. Isi kolomnya di sumber.",
    "The cursor column is empty, so that the hub can't tell when this row changed. Fill it at the source.",
)


def step_back(since: str, logical_type: str, overlap: int) -> str:
    """Return where to begin: the last cursor less the overlap (seconds, or units of a number).

    Raises: SourceChanged where the last cursor isn't of the column's type any more.

    >>> step_back("2026-03-01 00:00:10.500000", "timestamp", 20), step_back("18446744073709551615", "integer", 5)
    ('2026-02-28 23:59:50.500000', '18446744073709551610')
    """
    try:
        if logical_type in ("integer", "number"):
            return str(Decimal(since) - overlap)
        if logical_type == "date":
            return str(date.fromisoformat(since) - timedelta(days=math.ceil(overlap / 86_400)))
        if logical_type == "timestamp":
            return _write_instant(datetime.fromisoformat(since) - timedelta(seconds=overlap), since)
    except (ValueError, InvalidOperation) as error:
        message = Words(
            "Penanda terakhir bukan lagi nilai kolom penanda; jenis kolom itu berubah.",
            "The last cursor is no value of the cursor column any more; the column's type changed.",
        )
        raise SourceChanged(message) from error
    except OverflowError:
        pass
    return since


def _write_instant(instant: datetime, like: str) -> str:
    separator = "T" if "T" in like else " "
    text = instant.replace(tzinfo=None).isoformat(separator, "microseconds" if "." in like else "seconds")
    if instant.tzinfo is None:
        return text
    return text + ("Z" if like.endswith("Z") else instant.isoformat()[-6:])


def hold_back(cursor: str | None, logical_type: str, source_now: str | None) -> str | None:
    """Return a cursor that doesn't run ahead of the source's clock: a row dated in the future would hide what follows.

    >>> hold_back("2999-01-01 00:00:00", "timestamp", "2026-03-01 08:00:00")
    '2026-03-01 08:00:00'
    """
    if cursor is None or source_now is None or logical_type not in ("date", "timestamp"):
        return cursor
    try:
        if logical_type == "date":
            return min(cursor, source_now[:10], key=date.fromisoformat)
        return min(cursor, source_now, key=datetime.fromisoformat)
    except (ValueError, TypeError):
        return cursor


class SeenKeys:
    """Which rows this reading gave already, by key: the newest hundred thousand."""

    def __init__(self, key_columns: Sequence[str]) -> None:
        self._columns, self._seen = tuple(key_columns), OrderedDict[tuple[str, ...], None]()

    def is_new(self, row: SourceRow) -> bool:
        """Note a row; return whether it is met for the first time. A row without its whole key always is."""
        values = [row.get(name) for name in self._columns]
        if not values or any(value is None for value in values):
            return True
        mark = tuple(f"{type(value).__name__}:{value}" for value in values)
        if mark in self._seen:
            return False
        self._seen[mark] = None
        if len(self._seen) > REMEMBERED_KEYS:
            self._seen.popitem(last=False)
        return True
