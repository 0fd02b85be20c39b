"""Admits a call within its plan, counts it, and lets its place go when the answer has left.

The counters are shared by the exchange's processes of one machine and outlive them. The rows of an answer are counted
after it: the call that passes the day's limit is still answered whole, and the next one is refused.
"""

import math
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from simpul.exchange.quota_errors import DayUsedUp, QuotaExceeded, RowsUsedUp, TooFast, TooManyAtOnce
from simpul.exchange.rates import Allowance
from simpul.kernel import clock
from simpul.store.shared_counters import SharedCounters
from simpul.store.sql import AsyncConnection, load_queries

QUERIES = load_queries("simpul.exchange", "admit.sql")
FILE = "calls.shared"
Clock = Callable[[], float]


class Used(NamedTuple):
    """What an application has used today of a dataset (0: of none)."""

    application_id: int
    dataset_id: int
    calls: int
    rows: int


async def list_used(connection: AsyncConnection[Any], since: datetime) -> list[Used]:
    """Return what the evidence knows since an instant. Cost: reads that evidence once."""
    rows = await (await connection.execute(QUERIES.list_used, [since])).fetchall()
    return [Used(row[0], row[1], row[2], int(row[3])) for row in rows]


class Admission:
    """A call that was let in. Each must be released once; what is forgotten is released with the object."""

    def __init__(self, gate: "Gate", slot: int, key: int, headers: dict[str, str]) -> None:
        self.headers = headers
        self._gate, self._slot, self._key = gate, slot, key
        self._is_inside = True

    def release(self, rows: int | None = None) -> None:
        """Let the place go and count the rows that were given or taken; a second time does nothing."""
        if self._is_inside:
            self._is_inside = False
            self._gate.leave(self._slot, self._key, rows or 0)

    def __del__(self) -> None:
        """A stream that was cut before it began has nobody else to release it."""
        self.release()


class Gate:
    """One process's way to the shared counters. To be used in one thread, the loop's."""

    def __init__(self, folder: Path, *, read_seconds: Clock = time.monotonic, read_time: Clock = time.time) -> None:
        """Open the counters. Raises: CountersAway.

        Args: `read_seconds` is a clock that only rises and is the same for all processes; `read_time` is the time of day.
        """
        self._read_seconds, self._read_time = read_seconds, read_time
        self.counters: SharedCounters | None = SharedCounters(folder / FILE)
        self.is_new = self.counters.is_new
        self._turn_day()

    def close(self) -> None:
        """Close the counters; admissions that are still out let go of nothing more."""
        if self.counters is not None:
            self.counters.close()
            self.counters = None

    def admit(self, allowance: Allowance, application_id: int, dataset_id: int) -> Admission:
        """Count a call in, or refuse it. Cost: some 10 µs.

        Args: `dataset_id` is 0 for what belongs to no dataset.
        Raises: a QuotaExceeded, which carries the headers too; CountersAway.
        """
        counters = self._get_counters()
        today = self._find_today()
        key = application_id << 32 | dataset_id
        slot = counters.find(key, today)
        now = self._read_seconds()
        # Who is refused needs no lock: a caller that hammers on keeps nobody else from the counters.
        seen = counters.read(slot, today)
        refused = self._judge(allowance, slot, now, *seen)
        if refused is None:
            is_locked = counters.lock(slot)
            held = counters.read(slot, today)
            if held != seen:  # another call came in between
                now, seen = self._read_seconds(), held
                refused = self._judge(allowance, slot, now, *seen)
            if refused is None:
                full_at = allowance.advance(seen[0], now)[0]
                counters.write(slot, today, full_at, seen[1] + 1, seen[2])
                counters.enter(slot)
            if is_locked:
                counters.unlock(slot)
        if refused is None:
            return Admission(self, slot, key, self._write_headers(allowance, now, full_at, seen[1] + 1, seen[2]))
        refused.headers = self._write_headers(allowance, now, *seen)
        raise refused

    def leave(self, slot: int, key: int, rows: int) -> None:
        """Count a call out, and its rows to the day in which it ends."""
        counters = self.counters
        if counters is None:
            return
        counters.leave(slot, key)
        today = self._find_today()
        if rows and counters.find(key, today) == slot:
            is_locked = counters.lock(slot)
            full_at, calls, before = counters.read(slot, today)
            counters.write(slot, today, full_at, calls, before + rows)
            if is_locked:
                counters.unlock(slot)

    def restore(self, used: Iterable[Used]) -> None:
        """Add what was used today before the file was made."""
        counters, today = self._get_counters(), self._find_today()
        for application_id, dataset_id, calls, rows in used:
            slot = counters.find(application_id << 32 | dataset_id, today)
            is_locked = counters.lock(slot)
            full_at, calls_now, rows_now = counters.read(slot, today)
            counters.write(slot, today, full_at, calls_now + calls, rows_now + rows)
            if is_locked:
                counters.unlock(slot)
        self.is_new = False

    def look_around(self) -> None:
        """Find out whether other processes count as well; to be called every second or so."""
        if self.counters is not None:
            self.counters.look_around()

    def find_midnight(self) -> datetime:
        """Return when today began."""
        self._find_today()
        return self._midnight - timedelta(days=1)

    def _judge(
        self, allowance: Allowance, slot: int, now: float, full_at: float, calls: int, rows: int
    ) -> QuotaExceeded | None:
        """Return why a call isn't let in now, or None."""
        plan = allowance.name
        if allowance.calls_per_day is not None and calls >= allowance.calls_per_day:
            return DayUsedUp(plan=plan, limit=allowance.calls_per_day, **self._tell_midnight())
        if allowance.rows_per_day is not None and rows >= allowance.rows_per_day:
            return RowsUsedUp(plan=plan, limit=allowance.rows_per_day, **self._tell_midnight())
        if early_seconds := allowance.advance(full_at, now)[1]:
            return TooFast(plan=plan, limit=allowance.rate_per_second or 0, seconds=math.ceil(early_seconds))
        if allowance.concurrent_calls is not None and self._is_full(slot, allowance.concurrent_calls):
            return TooManyAtOnce(plan=plan, limit=allowance.concurrent_calls, seconds=1)
        return None

    def _is_full(self, slot: int, most: int) -> bool:
        counters = self._get_counters()
        if counters.count_inside(slot) < most:
            return False
        counters.clear_dead(slot)
        return counters.count_inside(slot) >= most

    def _write_headers(self, allowance: Allowance, now: float, full_at: float, calls: int, rows: int) -> dict[str, str]:
        if not allowance.policy:
            return {}
        told = []
        if allowance.interval:
            told.append(f'"burst";r={allowance.count_left(full_at, now)};t={math.ceil(max(0.0, full_at - now))}')
        if allowance.calls_per_day is not None or allowance.rows_per_day is not None:
            left_seconds = int(self._midnight_time - self._read_time()) + 1
            if allowance.calls_per_day is not None:
                told.append(f'"day";r={max(0, allowance.calls_per_day - calls)};t={left_seconds}')
            if allowance.rows_per_day is not None:
                told.append(f'"rows";r={max(0, allowance.rows_per_day - rows)};t={left_seconds}')
        headers = {"ratelimit-policy": allowance.policy}
        if told:
            headers["ratelimit"] = ", ".join(told)
        return headers

    def _find_today(self) -> int:
        if self._read_time() >= self._midnight_time:
            self._turn_day()
        return self._today

    def _turn_day(self) -> None:
        here = datetime.fromtimestamp(self._read_time(), clock.ZONE)
        self._today = here.toordinal()
        self._midnight: datetime = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        self._midnight_time = self._midnight.timestamp()

    def _tell_midnight(self) -> dict[str, Any]:
        seconds = int(self._midnight_time - self._read_time()) + 1
        return {"seconds": seconds, "until": self._midnight.strftime("%Y-%m-%d %H:%M %Z")}

    def _get_counters(self) -> SharedCounters:
        if self.counters is None:
            raise RuntimeError("the gate is closed")
        return self.counters
