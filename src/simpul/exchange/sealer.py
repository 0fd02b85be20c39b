"""Closes waiting evidence rows under a seal, and checks all that was sealed. The worker seals; anybody may verify."""

from collections.abc import Iterator, Mapping
from typing import Any

from simpul.evidence.seal import Seal, SigningKey, close_seal
from simpul.evidence.verify import EvidenceRow, Report, SealedRow, verify
from simpul.kernel import clock
from simpul.store.sql import Connection, load_queries

QUERIES = load_queries("simpul.exchange", "sealer.sql")
MAX_ROWS = 10_000
LATE_ROWS = 100_000
"""A row may be committed after ones with higher numbers; the quick search looks this far back."""
PAGE_ROWS = 1_000


def seal_waiting(connection: Connection[Any], key: SigningKey, *, everything: bool = False) -> Seal | None:
    """Seal up to 10,000 waiting rows; return the seal, or None where nothing waits. Call again until None.

    Args: `everything` looks through all rows rather than near the newest; once a day is enough.
    Cost: one transaction of its own; writers of evidence aren't held up.
    """
    with connection.transaction():
        connection.execute(QUERIES.lock_sealing)
        since = 0 if everything else _get_newest_sealed(connection) - LATE_ROWS
        waiting = connection.execute(QUERIES.list_waiting, {"since": since, "limit": MAX_ROWS}).fetchall()
        if not waiting:
            return None
        last = connection.execute(QUERIES.find_last_seal).fetchone()
        seal = close_seal((bytes(row[1]) for row in waiting), Seal(*last) if last else None, key, clock.now())
        connection.execute(QUERIES.add_seal, vars(seal))
        connection.execute(QUERIES.add_sealed_rows, {"seal": seal.number, "rows": [row[0] for row in waiting]})
        return seal


def _get_newest_sealed(connection: Connection[Any]) -> int:
    row = connection.execute(QUERIES.find_newest_sealed).fetchone()
    return int(row[0]) if row else 0


def verify_evidence(
    connection: Connection[Any], public_keys: Mapping[str, bytes], anchor: bytes | None = None
) -> Report:
    """Check all evidence in one consistent view, in a transaction of its own; see `simpul.evidence.verify`.

    Cost: reads all of it once; memory of one seal.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return check_evidence(connection, public_keys, anchor)


def check_evidence(
    connection: Connection[Any], public_keys: Mapping[str, bytes], anchor: bytes | None = None
) -> Report:
    """Do the same inside the caller's transaction."""
    return verify(_list_sealed(connection), _list_unsealed(connection), public_keys, anchor)


def _list_sealed(connection: Connection[Any]) -> Iterator[tuple[Seal, list[SealedRow]]]:
    for facts in connection.execute(QUERIES.list_seals).fetchall():
        seal = Seal(*facts)
        rows = connection.execute(QUERIES.list_sealed_rows, {"seal": seal.number}).fetchall()
        yield seal, [SealedRow(row[0], _read_row(row[1:])) for row in rows]


def _list_unsealed(connection: Connection[Any]) -> Iterator[EvidenceRow]:
    after = 0
    while page := connection.execute(QUERIES.list_unsealed_rows, {"after": after, "limit": PAGE_ROWS}).fetchall():
        yield from map(_read_row, page)
        after = page[-1][0]


def _read_row(row: tuple[Any, ...]) -> EvidenceRow:
    row_id, record, digest, organization, application, publication, dataset, status = row
    mirrored = {
        "organization_id": organization,
        "application_id": application,
        "publication_id": publication,
        "dataset_id": dataset,
        "status": status,
    }
    return EvidenceRow(row_id, record, bytes(digest), mirrored)
