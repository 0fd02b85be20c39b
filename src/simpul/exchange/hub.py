"""The exchange's running parts: pools, the snapshot and its refreshing, the spool and its flushing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simpul.exchange import limits
from simpul.exchange.admit import Gate, list_used
from simpul.exchange.cache import open_cache
from simpul.exchange.cursor import KEY_FILE as CURSOR_KEY
from simpul.exchange.errors import NotLoaded, TooBusy, TooManyStreams
from simpul.exchange.evidence_log import Spool, recover
from simpul.exchange.overload import Load
from simpul.exchange.publications import Snapshot
from simpul.exchange.snapshot import load_snapshot
from simpul.exchange.tally import Tally
from simpul.exchange.tokens import TokenReader
from simpul.exchange.visits import Visits
from simpul.kernel import clock
from simpul.kernel.errors import SimpulError
from simpul.store.listen import listen
from simpul.store.marks import FOLDER as MARKS_FOLDER
from simpul.store.marks import is_alone, settle_left
from simpul.store.mask_secret import open_mask_secret
from simpul.store.pools import connect, database_errors, make_async_pool, open_pool
from simpul.store.quick_reads import QuickReads
from simpul.store.sealed_text import open_text_sealer
from simpul.store.sql import Connection, conninfo_to_dict, errors, make_conninfo

CHANNEL = "simpul_publications"
START_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 5.0
CANCEL_SECONDS = 0.2
FLUSH_SECONDS = 0.3
RECOVER_SECONDS = 30.0
SETTLE_SECONDS = 0.2
COUNT_SECONDS = 1.0
"""What a kill can lose of the metrics."""
LOG = logging.getLogger("simpul.exchange")


@dataclass(frozen=True)
class Setup:
    """What the exchange needs to start: its role's database address, the hub's folder, the address it prints, and whose
    tokens it takes (the portal's address)."""

    dsn: str
    home: Path
    address: str
    trusted_proxy: bool = False
    issuer: str = ""
    cache_bytes: int = 0
    metrics_token: str = ""


class Hub:
    """All that lives as long as the process. `snapshot` is None until the first load."""

    def __init__(self, setup: Setup) -> None:
        """Open the spool and the shared counters. Raises: EvidenceAway, CountersAway."""
        self.setup = setup
        self.snapshot: Snapshot | None = None
        self._loading = asyncio.Lock()
        self.gate = Gate(setup.home / "run")
        self.tokens = TokenReader(setup.issuer, setup.address)
        self._looked_again_at = -LOOK_AGAIN_SECONDS
        self.mask_secret = open_mask_secret(setup.home / "keys")
        self.sealer = open_text_sealer(setup.home / "keys" / CURSOR_KEY)
        self.cache = open_cache(setup.home / MARKS_FOLDER, setup.cache_bytes)
        self.folder = setup.home / "spool"
        self.spool = Spool(self.folder)
        self.readers = make_async_pool(
            _make_reading(setup.dsn), limits.READERS, name="simpul exchange", statement_seconds=limits.STATEMENT_SECONDS
        )
        self.pages = QuickReads(
            _make_reading(setup.dsn),
            limits.PAGE_READERS,
            name="simpul pages",
            statement_seconds=limits.STATEMENT_SECONDS,
            waiting=limits.WAITING_READS,
            wait_seconds=limits.READ_WAIT_SECONDS,
        )
        self.streamers = make_async_pool(
            _make_reading(setup.dsn), limits.STREAMS, name="simpul streams", statement_seconds=limits.STREAM_SECONDS
        )
        self.visits = Visits()
        self.visits = Visits()
        self.load = Load()
        self.tally = Tally(setup.home / "run" / "metrics")
        self._streaming = 0
        self._settling: dict[int, asyncio.Task[None]] = {}
        self.writers = open_pool(
            setup.dsn,
            limits.DELIVERERS + 2,
            name="simpul batches",
            statement_seconds=limits.STATEMENT_SECONDS,
            is_checked=True,
        )
        self.deliverers = ThreadPoolExecutor(limits.DELIVERERS, thread_name_prefix="batch")
        self._delivering = self._waiting = 0
        self._places = asyncio.Semaphore(limits.DELIVERERS)
        self._evidence = ThreadPoolExecutor(1, thread_name_prefix="evidence")
        self._evidence_connection: Connection[Any] | None = None
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the pool and start the background work; a database that is away doesn't stop the start."""
        await self.readers.open()
        await self.streamers.open()
        with suppress(SimpulError, *_DATABASE_ERRORS):
            await asyncio.wait_for(self.reload(), START_SECONDS)
        if self.gate.is_new:
            await self._count_today()
        self.tally.keep(self.measure())
        self._tasks = [
            asyncio.create_task(work())
            for work in (self._listen, self._refresh, self._keep_evidence, self.load.watch, self._count)
        ]

    async def stop(self) -> None:
        """Stop the background work, move the last evidence, close everything."""
        await _end([*self._tasks, *self._settling.values()])
        await asyncio.to_thread(self.deliverers.shutdown)
        with suppress(SimpulError, *_DATABASE_ERRORS):
            await self._in_evidence_thread(self._flush)
        await self._in_evidence_thread(self._close_evidence)
        self._evidence.shutdown()
        self.tally.keep(self.measure())
        self.tally.close()
        self.spool.close()
        self.gate.close()
        await asyncio.to_thread(self.writers.close)
        await self.pages.close()
        await self.streamers.close()
        await self.readers.close()

    async def _count_today(self) -> None:
        """The counters' file is new: what was used today is in the evidence."""
        try:
            with database_errors():
                async with self.readers.connection() as connection:
                    self.gate.restore(await list_used(connection, self.gate.find_midnight()))
        except (SimpulError, *_DATABASE_ERRORS) as error:
            LOG.warning("today's use not counted: %s", type(error).__name__)

    def get_snapshot(self) -> Snapshot:
        """Return what is published now. Raises: NotLoaded."""
        if self.snapshot is None:
            raise NotLoaded()
        return self.snapshot

    async def reload(self) -> None:
        """Load the publications anew and swap them in. Raises: DatabaseAway, or the driver's errors.

        One load at a time: an older view must not take the place of a newer one.
        """
        with database_errors():
            async with self._loading, self.readers.connection() as connection:
                self.snapshot = await load_snapshot(connection, self.mask_secret, self.snapshot)
                if self.cache.marks is not None:
                    self.cache.tell_alone(await is_alone(connection))

    async def look_again(self) -> bool:
        """Load anew because a call names what isn't known here, at most every few seconds; return whether it was done."""
        now = asyncio.get_running_loop().time()
        if now - self._looked_again_at < LOOK_AGAIN_SECONDS:
            return False
        self._looked_again_at = now
        with suppress(SimpulError, *_DATABASE_ERRORS):
            await self.reload()
            return True
        return False

    @asynccontextmanager
    async def claim_deliverer(self) -> AsyncIterator[None]:
        """Hold one of the few places for a batch, after waiting a little where all are taken. Raises: TooBusy."""
        if self._waiting >= limits.WAITING_DELIVERIES:
            raise TooBusy()
        self._waiting += 1
        try:
            async with asyncio.timeout(limits.WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise TooBusy() from None
        finally:
            self._waiting -= 1
        self._delivering += 1
        try:
            yield
        finally:
            self._delivering -= 1
            self._places.release()

    @contextmanager
    def claim_stream(self) -> Iterator[None]:
        """Hold one of the few places for a long answer. Raises: TooManyStreams."""
        if self._streaming >= limits.STREAMS:
            raise TooManyStreams(rows=limits.PAGE_ROWS)
        self._streaming += 1
        try:
            yield
        finally:
            self._streaming -= 1

    def settle_soon(self, dataset_id: int) -> None:
        """Have a dataset settled that a delivery left open, so that its answers can be kept again."""
        if self.cache.is_on and dataset_id not in self._settling:
            self._settling[dataset_id] = task = asyncio.create_task(self._settle(dataset_id))
            task.add_done_callback(lambda _: self._settling.pop(dataset_id))

    async def _settle(self, dataset_id: int) -> None:
        try:
            with database_errors():
                async with self.readers.connection() as connection:
                    await settle_left(connection, self.cache.get_marks(), dataset_id)
        except (SimpulError, *_DATABASE_ERRORS) as error:
            LOG.warning("dataset not settled: %s", type(error).__name__)
        await asyncio.sleep(SETTLE_SECONDS)

    async def _listen(self) -> None:
        async for notice in listen(self.setup.dsn, [CHANNEL]):
            if notice.kind == "connected":
                self.cache.clear()  # the database was away: another may stand in its place
                await self.readers.check()  # and what is connected may be broken
                await self.streamers.check()
            self._wake.set()

    async def _refresh(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 30.0)
            self._wake.clear()
            try:
                await self.reload()
            except (SimpulError, *_DATABASE_ERRORS) as error:
                LOG.warning("publications not reloaded: %s", type(error).__name__)
                await asyncio.sleep(1.0)
                self._wake.set()

    async def _keep_evidence(self) -> None:
        recovered_at: float | None = None
        loop = asyncio.get_running_loop()
        while True:
            try:
                if recovered_at is None or loop.time() - recovered_at > RECOVER_SECONDS:
                    await self._in_evidence_thread(self._recover)
                    recovered_at = loop.time()
                await self._in_evidence_thread(self._flush)
            except (SimpulError, OSError, *_DATABASE_ERRORS) as error:
                LOG.warning("evidence waits in the spool: %s", type(error).__name__)
                await asyncio.sleep(1.0)
            await asyncio.sleep(FLUSH_SECONDS)

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(COUNT_SECONDS)
            self.gate.look_around()
            self.tally.keep(self.measure())

    async def flush_evidence(self) -> None:
        """Move the spool into the database now. Raises: DatabaseAway, or the driver's errors."""
        await self._in_evidence_thread(self._flush)

    async def _in_evidence_thread(self, work: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(self._evidence, work)

    def _flush(self) -> None:
        if self.spool.waiting_bytes:
            with self._use_evidence_connection() as connection:
                self.spool.flush(connection)

    def _recover(self) -> None:
        with self._use_evidence_connection() as connection:
            moved = recover(self.folder, connection)
        if moved:
            LOG.warning("evidence of an ended process recovered: %d rows", moved)

    @contextmanager
    def _use_evidence_connection(self) -> Iterator[Connection[Any]]:
        if self._evidence_connection is None:
            self._evidence_connection = connect(
                self.setup.dsn, autocommit=True, name="simpul evidence", statement_seconds=limits.STATEMENT_SECONDS
            )
        try:
            yield self._evidence_connection
        except _DATABASE_ERRORS:
            self._close_evidence()
            raise

    def _close_evidence(self) -> None:
        if self._evidence_connection is not None:
            self._evidence_connection.close()
            self._evidence_connection = None

    def describe_health(self) -> dict[str, object]:
        """Return how the exchange is, as JSON data without anything of the data itself."""
        snapshot = self.snapshot
        return {
            "publications": len(snapshot.publications) if snapshot else 0,
            "loaded_seconds_ago": int((clock.now() - snapshot.loaded_at).total_seconds()) if snapshot else None,
            "evidence_waiting_bytes": self.spool.waiting_bytes,
            "batches_running": self._delivering,
            "streams_running": self._streaming,
            "answers_from_memory": self.cache.hits,
            "answers_kept_bytes": self.cache.used_bytes,
        }

    def measure(self) -> dict[str, float]:
        """Return this process's state of now, by the names of its metrics."""
        self.tally.counts.totals = {
            "simpul_exchange_cache_hits_total": self.cache.hits,
            "simpul_exchange_cache_misses_total": self.cache.misses,
            "simpul_exchange_overload_refused_total": self.load.refused,
        }
        return {
            "simpul_exchange_calls_at_work": self.load.at_work,
            "simpul_exchange_loop_lag_seconds": self.load.lag_seconds,
            "simpul_exchange_cache_bytes": self.cache.used_bytes,
            "simpul_exchange_connections": self.pages.size,
            "simpul_exchange_connections_busy": self.pages.busy,
            "simpul_exchange_connections_waiting": self.pages.waiting,
            "simpul_exchange_streams": self._streaming,
            "simpul_exchange_deliveries": self._delivering,
            "simpul_exchange_deliveries_waiting": self._waiting,
            "simpul_exchange_evidence_waiting_bytes": self.spool.waiting_bytes,
            "simpul_exchange_publications": len(self.snapshot.publications) if self.snapshot else 0,
        }

    async def is_ready(self) -> bool:
        """Can a call be answered now: are publications loaded, does the database answer?"""
        if self.snapshot is None:
            return False
        try:
            with database_errors():
                async with self.readers.connection(timeout=2.0) as connection:
                    await connection.execute("SELECT 1")
        except (SimpulError, *_DATABASE_ERRORS):
            return False
        return True


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until each has ended: Python 3.11's `wait_for` may swallow a cancellation that meets a result."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=CANCEL_SECONDS)


_DATABASE_ERRORS = (errors.Error, TimeoutError)


def _make_reading(dsn: str) -> str:
    """Return the address with read-only transactions and the hub's time zone."""
    options = str(conninfo_to_dict(dsn).get("options") or "")
    reading = f"{options} -c default_transaction_read_only=on -c timezone={clock.ZONE.key}"
    return make_conninfo(dsn, options=reading.strip())
