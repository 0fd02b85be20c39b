"""Seals evidence: every few seconds the rows since the last seal go under a signed Merkle root."""

import asyncio
import logging
import time

from simpul.exchange.seal_keys import open_signing_key
from simpul.exchange.sealer import seal_waiting
from simpul.kernel.errors import SimpulError
from simpul.kernel.settings import read_settings
from simpul.store.pools import connect, database_errors

INTERVAL_SECONDS = 5.0
EVERYTHING_SECONDS = 86_400.0
log = logging.getLogger(__name__)


async def seal_forever(dsn: str) -> None:
    """Seal until cancelled; a database that is away is tried again at the next turn. Once a day all rows are searched."""
    thorough_at = time.monotonic()
    while True:
        everything = time.monotonic() >= thorough_at
        try:
            await asyncio.to_thread(_seal_all, dsn, everything)
            if everything:
                thorough_at = time.monotonic() + EVERYTHING_SECONDS
        except SimpulError as error:
            log.warning("sealing: %s", error.code)
        await asyncio.sleep(INTERVAL_SECONDS)


def _seal_all(dsn: str, everything: bool) -> None:
    key = open_signing_key(read_settings().SIMPUL_HOME / "keys")
    with database_errors(), connect(dsn, autocommit=True) as connection:
        while seal_waiting(connection, key, everything=everything):
            pass
