"""The worker's part of evidence: close waiting rows under a signed Merkle root, chained to the seal before."""

from pathlib import Path

from django.conf import settings

from simpul.evidence.seal import Seal, SigningKey, close_seal, load_signing_key, make_signing_secret
from simpul.kernel.clock import now
from simpul.store.keys import read_or_make_key
from simpul.store.pools import connect, database_errors
from simpul.store.sql import Connection, load_queries

SEAL_ROWS = 1000
KEY_FILE = "evidence.key"
_QUERIES = load_queries("simpul.portal.proofs", "sealing.sql")


def load_key() -> SigningKey:
    """Return the hub's signing key, made on first need; its public half lies beside it for who verifies."""
    folder: Path = settings.HUB.SIMPUL_HOME / "keys"
    key = load_signing_key(read_or_make_key(folder / KEY_FILE, make_signing_secret))
    public = folder / f"evidence-{key.key_id}.pub"
    if not public.exists():
        public.write_text(key.public.hex() + "\n")
    return key


def seal_waiting(dsn: str) -> int:
    """Seal at most 1,000 rows that no seal holds yet; one sealer works at a time. Returns: how many were sealed."""
    with database_errors(), connect(dsn) as connection, connection.transaction():
        if not connection.execute(_QUERIES.try_lock).fetchone()[0]:  # type: ignore[index]
            return 0
        rows = connection.execute(_QUERIES.list_waiting, {"limit": SEAL_ROWS}).fetchall()
        if not rows:
            return 0
        seal = close_seal([bytes(row[1]) for row in rows], _find_last(connection), load_key(), now())
        connection.execute(_QUERIES.insert_seal, seal.__dict__)
        connection.execute(_QUERIES.insert_rows, {"seal": seal.number, "ids": [row[0] for row in rows]})
        return len(rows)


def _find_last(connection: Connection[tuple[object, ...]]) -> Seal | None:
    row = connection.execute(_QUERIES.find_last).fetchone()
    return Seal(*row) if row else None  # type: ignore[arg-type]
