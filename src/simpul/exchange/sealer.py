"""Closes waiting evidence rows under a seal, and checks all that was sealed. The worker seals; anybody may verify."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from simpul.evidence.archive import Manifest, SealRanges, check_manifest, list_months, read_manifest, verify_archive
from simpul.evidence.keys import KeyRing
from simpul.evidence.seal import Seal, SigningKey, close_seal
from simpul.evidence.verify import Archived, EvidenceRow, Expected, Report, SealedRow, verify
from simpul.exchange.seal_keys import check_last, list_links
from simpul.kernel import clock
from simpul.kernel.errors import Finding
from simpul.store.sql import Connection, load_queries

QUERIES = load_queries("simpul.exchange", "sealer.sql")
MAX_ROWS = 1_000
LATE_ROWS = 2_000
"""A row may be committed after ones with higher numbers; each search looks this far back."""
PAGE_ROWS = 1_000


def seal_waiting(connection: Connection[Any], key: SigningKey, *, everything: bool = False) -> Seal | None:
    """Seal up to 1,000 waiting rows of one month; return the seal, or None where nothing waits. Call again until None.

    Args: `everything` looks through all rows rather than near the newest; once an hour is enough.
    Raises: SigningKeyNotLast. Cost: one transaction of its own; writers of evidence aren't held up.
    """
    with connection.transaction():
        check_last(connection, key)
        since = 0 if everything else _get_newest_sealed(connection) - LATE_ROWS
        waiting = connection.execute(QUERIES.list_waiting, {"since": since, "limit": MAX_ROWS}).fetchall()
        if not waiting:
            return None
        # A seal holds rows of one month alone, so that a month can be archived with its seals.
        rows = [row for row in waiting if name_month(row[2]) == name_month(waiting[0][2])]
        last = connection.execute(QUERIES.find_last_seal).fetchone()
        seal = close_seal((bytes(row[1]) for row in rows), read_row(last) if last else None, key, clock.now())
        connection.execute(QUERIES.add_seal, vars(seal))
        values = {"seal": seal.number, "rows": [row[0] for row in rows], "times": [row[2] for row in rows]}
        connection.execute(QUERIES.add_sealed_rows, values)
        return seal


def name_month(instant: datetime) -> str:
    """Return the month that an instant belongs to on the wall, as "2026-03"."""
    return clock.local(instant).strftime("%Y-%m")


def _get_newest_sealed(connection: Connection[Any]) -> int:
    row = connection.execute(QUERIES.find_newest_sealed).fetchone()
    return int(row[0]) if row else 0


def verify_evidence(
    connection: Connection[Any],
    pinned: Collection[bytes] = (),
    expected: Sequence[Expected] = (),
    archives: Path | None = None,
) -> Report:
    """Check all evidence in one consistent view, in a transaction of its own; see `simpul.evidence.verify`.

    Args: `pinned` are public keys known from elsewhere, of which one must be in the chain; `archives` is a folder of
    archived months. Raises: ArchiveInvalid. Cost: reads all of it once; memory of one seal.
    """
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return check_evidence(connection, pinned, expected, archives)


def check_evidence(
    connection: Connection[Any],
    pinned: Collection[bytes] = (),
    expected: Sequence[Expected] = (),
    archives: Path | None = None,
) -> Report:
    """Do the same inside the caller's transaction."""
    ring = KeyRing(list_links(connection), pinned)
    manifests, findings = _list_manifests(connection, ring)
    ranges = tuple(one for manifest in manifests for one in manifest.seals)
    proven: dict[int, bytes] | None = None
    if archives is not None:
        proven = {}
        for month in list_months(archives):
            report, found = verify_archive(archives, month, pinned)
            findings += report.findings
            proven |= found
    archived = Archived(SealRanges(ranges), proven)
    report = verify(_list_sealed(connection), _list_unsealed(connection), ring, expected, archived)
    report.findings += findings
    return report


def _list_manifests(connection: Connection[Any], ring: KeyRing) -> tuple[list[Manifest], list[Finding]]:
    manifests, findings = [], []
    for (text,) in connection.execute(QUERIES.list_archives).fetchall():
        manifest = read_manifest(text)
        wrong = list(check_manifest(manifest, ring))
        findings += wrong
        if not wrong:
            manifests.append(manifest)
    return manifests, findings


def _list_sealed(connection: Connection[Any]) -> Iterator[tuple[Seal, list[SealedRow]]]:
    for facts in connection.execute(QUERIES.list_seals).fetchall():
        seal = read_row(facts)
        yield seal, list_sealed_rows(connection, seal.number)


def list_sealed_rows(connection: Connection[Any], number: int) -> list[SealedRow]:
    """Return a seal's rows in the order of their positions; none where they are archived."""
    rows = connection.execute(QUERIES.list_sealed_rows, {"seal": number}).fetchall()
    return [SealedRow(row[0], _read_evidence(row[1:])) for row in rows]


def _list_unsealed(connection: Connection[Any]) -> Iterator[EvidenceRow]:
    after = 0
    while page := connection.execute(QUERIES.list_unsealed_rows, {"after": after, "limit": PAGE_ROWS}).fetchall():
        yield from map(_read_evidence, page)
        after = page[-1][0]


def read_row(row: tuple[Any, ...]) -> Seal:
    """Return the seal of a row of the table `seal`."""
    number, count, root, previous, digest, key_id, signature, signed_at = row
    return Seal(number, count, bytes(root), bytes(previous), bytes(digest), key_id, bytes(signature), signed_at)


def _read_evidence(row: tuple[Any, ...]) -> EvidenceRow:
    row_id, record, digest, uid, at, organization, application, publication, dataset, status = row
    mirrored = {
        "uid": uid,
        "at": at,
        "organization_id": organization,
        "application_id": application,
        "publication_id": publication,
        "dataset_id": dataset,
        "status": status,
    }
    return EvidenceRow(row_id, record, bytes(digest), mirrored)
