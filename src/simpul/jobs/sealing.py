"""Seals evidence: every few seconds the rows since the last seal go under a signed Merkle root."""

import asyncio
import logging

from simpul.kernel.errors import SimpulError
from simpul.portal.proofs.sealing import seal_waiting

INTERVAL_SECONDS = 5.0
log = logging.getLogger(__name__)


async def seal_forever(dsn: str) -> None:
    """Seal until cancelled; a database that is away is tried again at the next turn."""
    while True:
        try:
            while await asyncio.to_thread(seal_waiting, dsn):
                pass
        except SimpulError as error:
            log.warning("sealing: %s", error.code)
        await asyncio.sleep(INTERVAL_SECONDS)
