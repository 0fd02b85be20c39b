"""Code lists from their tables, held in memory by each process until they change.

A list is asked for inside the delivery's own transaction, so that what is confirmed holds from the next delivery on, in
every process. Only versions are looked at each time; the codes are read again when these changed.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import date
from itertools import groupby
from threading import Lock
from typing import Any

from simpul.contract.reference_codes import DatedCodes, Period, Periods, Reign, merge_reigns
from simpul.store.sql import Connection, load_queries

KEPT_LISTS = 50
"""How many lists a process holds; the one that wasn't used for longest goes first."""
_QUERIES = load_queries("simpul.store", "code_lists.sql")
_Stamp = tuple[tuple[date, bytes], ...]


class _Shelf:
    """The lists in memory. Threads share it."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[_Stamp, Mapping[str, Periods]]] = OrderedDict()
        self._lock = Lock()

    def find(self, name: str, stamp: _Stamp) -> Mapping[str, Periods] | None:
        with self._lock:
            found = self._held.get(name)
            if found is None or found[0] != stamp:
                return None
            self._held.move_to_end(name)
            return found[1]

    def keep(self, name: str, stamp: _Stamp, periods: Mapping[str, Periods]) -> None:
        with self._lock:
            self._held[name] = (stamp, periods)
            self._held.move_to_end(name)
            while len(self._held) > KEPT_LISTS:
                self._held.popitem(last=False)


_shelf = _Shelf()


def load_code_lists(connection: Connection[Any], names: Collection[str], day: date) -> dict[str, DatedCodes]:
    """Return the named lists that the hub has, as of a day.

    Cost: one query; of a list that changed, its codes are read again (100,000 codes: some tenths of a second).
    """
    if not names:
        return {}
    rows = connection.execute(_QUERIES.list_versions, [sorted(names)]).fetchall()
    found = {}
    for name, group in groupby(rows, key=lambda row: str(row[0])):
        versions = [(row[1], row[2], bytes(row[3])) for row in group]
        found[name] = DatedCodes(_load(connection, name, versions), day)
    return found


def _load(connection: Connection[Any], name: str, versions: list[tuple[int, date, bytes]]) -> Mapping[str, Periods]:
    stamp = tuple((valid_from, digest) for _, valid_from, digest in versions)
    held = _shelf.find(name, stamp)
    if held is None:
        held = merge_reigns([Reign(valid_from, _read(connection, number)) for number, valid_from, _ in versions])
        _shelf.keep(name, stamp, held)
    return held


def _read(connection: Connection[Any], version_id: int) -> dict[str, Period]:
    rows = connection.execute(_QUERIES.list_entries, [version_id]).fetchall()
    shared: dict[Period, Period] = {}
    codes = {}
    for code, first, last in rows:
        period = (first or date.min, last or date.max)
        codes[str(code)] = shared.setdefault(period, period)
    return codes
