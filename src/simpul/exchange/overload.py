"""Refuses calls while the process has more than it can do, so that those inside are still answered in time."""

import asyncio

from simpul.exchange.errors import Overloaded
from simpul.exchange.limits import CALLS_AT_WORK, LAG_SECONDS

LOOK_SECONDS = 0.25


class Load:
    """How much is at work in this process. To be used in one thread, the loop's."""

    def __init__(self) -> None:
        self.at_work = 0
        self.lag_seconds = 0.0
        self.refused = 0

    def enter(self) -> None:
        """Count a call in; `leave` must follow. Raises: Overloaded; then nothing must follow."""
        if self.at_work >= CALLS_AT_WORK or self.lag_seconds > LAG_SECONDS:
            self.refused += 1
            raise Overloaded()
        self.at_work += 1

    def leave(self) -> None:
        """Count a call out."""
        self.at_work -= 1

    async def watch(self) -> None:
        """Measure for ever by how much the loop comes too late."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            self.lag_seconds = max(0.0, loop.time() - due)
