"""Runs the worker: the jobs of the queue, the sealing of evidence, and the fetching from sources."""

import asyncio
import os
from dataclasses import replace

from simpul.portal.commands import setup

setup()

from simpul.jobs.sealing import seal_forever  # noqa: E402 — the portal must be set up first
from simpul.jobs.sourcing import fetch_forever  # noqa: E402
from simpul.jobs.tasks import TASKS  # noqa: E402
from simpul.portal.connections import keep_connections  # noqa: E402
from simpul.store.queue import run_worker  # noqa: E402


async def main() -> None:
    """Work until SIGTERM."""
    dsn = os.environ["SIMPUL_DSN"]
    sealer = asyncio.create_task(seal_forever(dsn))
    fetcher = asyncio.create_task(fetch_forever())
    try:
        await run_worker(dsn, [replace(task, run=keep_connections(task.run)) for task in TASKS])
    finally:
        sealer.cancel()
        fetcher.cancel()


if __name__ == "__main__":
    asyncio.run(main())
