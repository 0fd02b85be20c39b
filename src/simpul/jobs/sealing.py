"""Seals evidence: every few seconds the rows since the last seal go under a signed Merkle root."""

import asyncio
import logging
import time

from simpul.exchange.archiving import make_months
from simpul.exchange.seal_keys import open_last_key
from simpul.exchange.sealer import seal_waiting
from simpul.kernel.errors import SimpulError
from simpul.kernel.settings import read_settings
from simpul.store.pools import connect, database_errors

INTERVAL_SECONDS = 4.0
"""With the second that a row takes into the database at most, a batch is closed within five of its first row."""
THOROUGH_SECONDS = 3_600.0
log = logging.getLogger(__name__)


async def seal_forever(dsn: str) -> None:
    """Seal until cancelled; a database that is away is tried again at the next turn.

    At the start and once an hour all rows are searched, and the partitions of the coming months made.
    """
    thorough_at = 0.0
    while True:
        is_thorough = time.monotonic() >= thorough_at
        try:
            await asyncio.to_thread(seal_all, dsn, is_thorough)
            if is_thorough:
                thorough_at = time.monotonic() + THOROUGH_SECONDS
        except SimpulError as error:
            log.warning("sealing: %s", error.code)
        except Exception as error:
            # Whatever it is, sealing goes on; the type alone, since a message may quote data.
            log.error("sealing: %s", type(error).__name__)
        await asyncio.sleep(INTERVAL_SECONDS)


def seal_all(dsn: str, is_thorough: bool) -> None:
    """Seal what waits now. Raises: DatabaseAway, DatabaseBusy, SigningKeyInvalid, SigningKeyNotLast."""
    with database_errors(), connect(dsn, autocommit=True) as connection:
        key = open_last_key(connection, read_settings().SIMPUL_HOME / "keys")
        while seal_waiting(connection, key, everything=is_thorough):
            pass
        if is_thorough:
            make_months(connection)
