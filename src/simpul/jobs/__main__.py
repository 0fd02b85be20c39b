"""Runs the worker: the jobs of the queue, and the sealing of evidence."""

import asyncio
import os

import django
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simpul.portal.settings")
django.setup()

from simpul.jobs.sealing import seal_forever  # noqa: E402 — Django must be set up first
from simpul.jobs.tasks import TASKS  # noqa: E402
from simpul.store.queue import Task, run_worker  # noqa: E402


def _keep_connections(task: Task) -> Task:
    """Return the task with Django's connections looked after, as a request has them."""

    def run(**arguments: object) -> object:
        close_old_connections()
        try:
            return task.run(**arguments)
        finally:
            close_old_connections()

    run.__name__ = task.name
    return Task(task.name, run, task.attempts, task.cron, task.lock)


async def main() -> None:
    """Work until SIGTERM."""
    dsn = os.environ["SIMPUL_DSN"]
    sealer = asyncio.create_task(seal_forever(dsn))
    try:
        await run_worker(dsn, [_keep_connections(task) for task in TASKS])
    finally:
        sealer.cancel()


if __name__ == "__main__":
    asyncio.run(main())
