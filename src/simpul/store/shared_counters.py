"""Counters that all processes of one machine share: a mapped file of slots, each under a lock of its own.

A slot is the counters of one key. The lock is a byte-range lock of the open file (Linux): the kernel takes it from a
process that is killed. One that is stopped while it holds a lock keeps the others waiting for a tenth of a second; then
they go on without it for a second at a time, and at worst some counts are lost. How many are inside at the moment is
counted by lanes, one a process, that the process alone writes: what a dead one left is found by its lane's lock and
cleared.

A process that is alone with the file takes no locks: two system calls less for each, in which another thread of it may
take the interpreter. Whoever opens the file counts itself in first and then waits until those who don't know of it yet
have ended what they do, which takes some microseconds; from then on all of them lock.

The file outlives the processes, so that a restart forgets nothing; a power cut may forget what the kernel hadn't written.
"""

import fcntl
import mmap
import os
import struct
import time
from pathlib import Path

from simpul.store.errors import CountersAway

SLOTS, LANES = 4096, 64
_VERSION = 0x5350_4C01
_HEADER = 64
_SLOT = 24
_CELL = 8
_KEY, _TIME, _DAY, _FIRST, _SECOND, _INSIDE = range(6)
_IN_CELL = 4  # counts of lanes in one cell, two bytes each
_LANE_BYTE, _MAKE_BYTE = 1 << 20, 1 << 21
_LOCK_SECONDS, _POLL_SECONDS, _STUCK_SECONDS = 0.1, 0.0001, 1.0
_OPEN_SECONDS, _MAKE_SECONDS = 5.0, 0.1
_OPENINGS = 3  # the header's cell that counts them
_NEWS_SECONDS = 0.02
"""How long whoever opens the file waits for the others: a thousand times what they do without a lock."""
_LOCK_SHAPE = "hhqqi4x"


class SharedCounters:
    """The mapped file, opened for one process (or one part of it: each opening has a lane of its own)."""

    def __init__(self, path: Path, *, slots: int = SLOTS) -> None:
        """Open or make the file and take a lane. Raises: CountersAway."""
        self.slots = slots
        size = (_HEADER + slots * _SLOT) * _CELL
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._wait_for(_MAKE_BYTE, _OPEN_SECONDS)
            os.ftruncate(self._file, max(size, os.fstat(self._file).st_size))
            self._map = mmap.mmap(self._file, size)
        except OSError as error:
            raise CountersAway() from error
        view = memoryview(self._map)
        self._cells, self._times, self._halves = view.cast("q"), view.cast("d"), view.cast("H")
        self._found: dict[int, int] = {}
        self._stuck: dict[int, float] = {}
        self.is_new = (self._cells[0], self._cells[1]) != (_VERSION, slots)
        if self.is_new:
            self._map[:] = bytes(size)
            self._cells[1], self._cells[0] = slots, _VERSION
        self._lane = self._claim_lane()
        self._cells[_OPENINGS] += 1
        self._unlock(_MAKE_BYTE)
        self._known_openings = -1
        self.look_around()
        if not self.is_alone:
            time.sleep(_NEWS_SECONDS)

    def close(self) -> None:
        """Give the lane back; what is counted stays."""
        for view in (self._cells, self._times, self._halves):
            view.release()
        self._map.close()
        os.close(self._file)

    def find(self, key: int, today: int) -> int:
        """Return the slot of a key (over zero), made if need be; one that nobody used today may be given away for it.

        Args: `today` is any number that rises from day to day.
        Raises: CountersAway where every slot was used today, or another process stopped while making one.
        """
        slot = self._found.get(key)
        if slot is not None and self._cells[slot + _KEY] == key:
            return slot
        slot = self._search(key) or self._make(key, today)
        self._found[key] = slot
        return slot

    def _search(self, key: int) -> int:
        """Return the slot that holds a key, or 0."""
        for slot in self._walk(key):
            held = self._cells[slot + _KEY]
            if held == key:
                return slot
            if not held:
                break
        return 0

    def _walk(self, key: int) -> "list[int] | _Walk":
        return _Walk(hash((key, key >> 32)) % self.slots, self.slots)

    def _make(self, key: int, today: int) -> int:
        self._wait_for(_MAKE_BYTE, _MAKE_SECONDS)
        try:
            slot = self._search(key) or self._choose(key, today)
            if self._cells[slot + _KEY] != key:
                start = slot * _CELL
                self._map[start : start + _SLOT * _CELL] = bytes(_SLOT * _CELL)
                self._cells[slot + _DAY] = today
                self._cells[slot + _KEY] = key
            return slot
        finally:
            self._unlock(_MAKE_BYTE)

    def _choose(self, key: int, today: int) -> int:
        for slot in self._walk(key):
            if not self._cells[slot + _KEY]:
                return slot
        for slot in self._walk(key):
            if self._cells[slot + _DAY] < today and not self.count_inside(slot):
                return slot
        raise CountersAway()

    @property
    def is_alone(self) -> bool:
        """Has nobody else the file open? Then nothing needs a lock."""
        return self._cells[_OPENINGS] == self._known_openings

    def look_around(self) -> None:
        """Find out whether this process is alone with the file by now; to be called every second or so."""
        if not self.is_alone:
            openings = self._cells[_OPENINGS]
            others = (lane for lane in range(self._cells[2]) if lane != self._lane)
            if not any(self._is_held(_LANE_BYTE + lane) for lane in others):
                self._known_openings = openings

    def lock(self, slot: int) -> bool:
        """Hold a slot; False where nobody else is there, or its holder doesn't move: go on then, but don't `unlock`.

        Cost: some 2 µs, nothing where this process is alone.
        """
        if self.is_alone:
            return False
        wanted = struct.pack(_LOCK_SHAPE, fcntl.F_WRLCK, 0, slot, 1, 0)
        try:
            fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, wanted)
            return True
        except OSError:
            return self._wait_to_lock(slot, wanted)

    def _wait_to_lock(self, slot: int, wanted: bytes) -> bool:
        now = time.monotonic()
        if now < self._stuck.get(slot, 0.0):
            return False
        # A holder that has lost its processor comes back within some milliseconds.
        until = now + _LOCK_SECONDS
        while True:
            time.sleep(_POLL_SECONDS)
            try:
                fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, wanted)
                return True
            except OSError:
                if time.monotonic() > until:
                    self._stuck[slot] = until + _STUCK_SECONDS
                    return False

    def unlock(self, slot: int) -> None:
        """Let a slot go."""
        self._unlock(slot)

    def read(self, slot: int, today: int) -> tuple[float, int, int]:
        """Return the slot's time (as `write` left it) and today's two counts; they needn't be locked to be looked at."""
        cells = self._cells
        if cells[slot + _DAY] != today:
            return self._times[slot + _TIME], 0, 0
        return self._times[slot + _TIME], cells[slot + _FIRST], cells[slot + _SECOND]

    def write(self, slot: int, today: int, when: float, first: int, second: int) -> None:
        """Set the slot's time and today's two counts."""
        self._times[slot + _TIME] = when
        self._cells[slot + _FIRST] = first
        self._cells[slot + _SECOND] = second
        self._cells[slot + _DAY] = today

    def enter(self, slot: int) -> None:
        """Count one more inside."""
        self._halves[self._name_lane(slot, self._lane)] += 1

    def leave(self, slot: int, key: int) -> None:
        """Count one less inside; nothing where the slot is another key's by now."""
        place = self._name_lane(slot, self._lane)
        if self._cells[slot + _KEY] == key and self._halves[place]:
            self._halves[place] -= 1

    def count_inside(self, slot: int) -> int:
        """Return how many are inside, over all processes; those of dead ones are still among them."""
        start = self._name_lane(slot, 0)
        return sum(self._halves[start : start + self._cells[2]])

    def clear_dead(self, slot: int) -> None:
        """Forget those inside of processes that are gone. Cost: a system call for each process with some inside."""
        for lane in range(self._cells[2]):
            place = self._name_lane(slot, lane)
            if lane != self._lane and self._halves[place] and not self._is_held(_LANE_BYTE + lane):
                self._halves[place] = 0

    def _name_lane(self, slot: int, lane: int) -> int:
        return (slot + _INSIDE) * _IN_CELL + lane

    def _claim_lane(self) -> int:
        for lane in range(LANES):
            try:
                self._try(_LANE_BYTE + lane)
            except OSError:
                continue
            for slot in range(_HEADER, _HEADER + self.slots * _SLOT, _SLOT):
                self._halves[self._name_lane(slot, lane)] = 0
            self._cells[2] = max(self._cells[2], lane + 1)
            return lane
        raise CountersAway()

    def _is_held(self, byte: int) -> bool:
        asked = struct.pack(_LOCK_SHAPE, fcntl.F_WRLCK, 0, byte, 1, 0)
        told = fcntl.fcntl(self._file, fcntl.F_OFD_GETLK, asked)
        return bool(struct.unpack(_LOCK_SHAPE, told)[0] != fcntl.F_UNLCK)

    def _try(self, byte: int) -> None:
        fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, struct.pack(_LOCK_SHAPE, fcntl.F_WRLCK, 0, byte, 1, 0))

    def _unlock(self, byte: int) -> None:
        fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, struct.pack(_LOCK_SHAPE, fcntl.F_UNLCK, 0, byte, 1, 0))

    def _wait_for(self, byte: int, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            try:
                self._try(byte)
                return
            except OSError:
                if time.monotonic() > until:
                    raise CountersAway() from None
                time.sleep(0.001)


class _Walk:
    """The slots in the order in which a key looks for its own."""

    def __init__(self, start: int, slots: int) -> None:
        self._start, self._slots = start, slots

    def __iter__(self) -> "_Walk":
        self._step = 0
        return self

    def __next__(self) -> int:
        if self._step == self._slots:
            raise StopIteration
        self._step += 1
        return _HEADER + (self._start + self._step - 1) % self._slots * _SLOT
