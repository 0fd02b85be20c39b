"""Fetches from sources: every moment it looks whose turn has come, and reads up to four of them at once.

Beside the queue and not in it: a slow source must not hold up the queue's jobs, and a run that was cut off is taken up as
soon as its worker's connection is gone. Threads, as readers wait for other people's servers.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable

from simpul.portal.connections import keep_connections
from simpul.portal.sources.running import list_due, run_source

INTERVAL_SECONDS = 2.0
AT_ONCE = 4
STOP_SECONDS = 3.0
"""How long runs get to notice that the worker stops; what they had not committed is read again."""
log = logging.getLogger(__name__)


class Fetching:
    """The runs of this worker."""

    def __init__(
        self,
        find_due: Callable[[], list[int]] = list_due,
        run: Callable[[int, threading.Event], object] = run_source,
        at_once: int = AT_ONCE,
    ) -> None:
        self._find_due, self._run, self._at_once = find_due, run, at_once
        self._threads: dict[int, threading.Thread] = {}
        self._stop = threading.Event()

    def start_due(self) -> int:
        """Start what is due and isn't running here, as far as there is room; return how many."""
        self._threads = {source: thread for source, thread in self._threads.items() if thread.is_alive()}
        due: list[int] = []
        keep_connections(lambda: due.extend(self._find_due()))()
        fresh = [source for source in due if source not in self._threads][: self._at_once - len(self._threads)]
        for source in fresh:
            # A daemon: a server that never answers can't keep the worker from ending.
            thread = threading.Thread(target=self._fetch, args=(source,), name=f"source-{source}", daemon=True)
            self._threads[source] = thread
            thread.start()
        return len(fresh)

    def _fetch(self, source_id: int) -> None:
        try:
            keep_connections(lambda: self._run(source_id, self._stop))()
        except Exception as error:
            # The run is still open and is taken up again; the type alone, since a message may quote data.
            log.error("source %s: %s", source_id, type(error).__name__)

    def stop(self) -> None:
        """Ask all runs to end, and wait a moment for them."""
        self._stop.set()
        until = time.monotonic() + STOP_SECONDS
        for thread in self._threads.values():
            thread.join(max(until - time.monotonic(), 0.0))


async def fetch_forever() -> None:
    """Fetch until cancelled; a database that is away is tried again at the next turn."""
    fetching = Fetching()
    try:
        while True:
            try:
                await asyncio.to_thread(fetching.start_due)
            except Exception as error:
                log.error("sourcing: %s", type(error).__name__)
            await asyncio.sleep(INTERVAL_SECONDS)
    finally:
        fetching.stop()
