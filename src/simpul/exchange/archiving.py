"""Evidence by months: the partitions made ahead, and old months taken out into signed files.

Only the owner of the tables may take a month out; no process of the hub can.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simpul.evidence.archive import (
    Batch,
    Manifest,
    describe_manifest,
    fold_numbers,
    name_files,
    read_manifest,
    sign_manifest,
    verify_archive,
    write_lines,
)
from simpul.evidence.errors import ArchiveInvalid, MonthNotOver, MonthNotSealed
from simpul.evidence.seal import SigningKey
from simpul.exchange.seal_keys import list_links
from simpul.exchange.sealer import list_sealed_rows, name_month, read_row
from simpul.kernel import clock
from simpul.store.sql import SQL, Connection, Identifier, load_queries

QUERIES = load_queries("simpul.exchange", "archiving.sql")


def make_months(connection: Connection[Any]) -> None:
    """Make the partitions of this month and the next two where they aren't there; any role may.

    Raises: the driver's LockNotAvailable where somebody reads all evidence just now; try again later.
    """
    connection.execute(QUERIES.make_months)


def list_old_months(connection: Connection[Any], before: str) -> list[str]:
    """Return the months before this one ("2026-03") that are still in the database, in order.

    Raises: MonthNotOver where `before` is later than the current month.
    """
    if before > name_month(clock.now()):
        raise MonthNotOver(month=name_month(clock.now()))
    names = [str(row[0]) for row in connection.execute(QUERIES.list_months)]
    months = [name.removeprefix("evidence_").replace("_", "-") for name in names]
    return [month for month in months if month < before]


def export_month(connection: Connection[Any], key: SigningKey, folder: Path, month: str) -> Manifest:
    """Write a month's two files, read them back, and return the manifest; files of an earlier export are replaced.

    Raises: MonthNotSealed; ArchiveInvalid where what was written doesn't prove itself; OSError.
    Cost: one pass in a transaction of its own; memory of one seal.
    """
    named, path = name_files(folder, month)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if connection.execute(_name_in(QUERIES.has_unsealed, month)).fetchone():
            raise MonthNotSealed(month=month)
        numbers, rows, sha256 = write_lines(_list_batches(connection, month), partial)
        links = tuple(list_links(connection))
    draft = Manifest(month, fold_numbers(numbers), rows, sha256, links, "", clock.now())
    manifest = sign_manifest(draft, key)
    partial.replace(path)
    named.write_text(json.dumps(describe_manifest(manifest), indent=1) + "\n", "utf-8")
    for one in (path, named, folder):
        _sync(one)
    report, _ = verify_archive(folder, month, [link.public for link in links])
    if not report.is_whole:
        raise ArchiveInvalid(name=path.name, findings=report.findings)
    return read_manifest(named.read_text("utf-8"), named.name)


def _list_batches(connection: Connection[Any], month: str) -> Iterator[Batch]:
    for facts in connection.execute(_name_in(QUERIES.list_seals_of_month, month)).fetchall():
        seal = read_row(facts)
        rows = list_sealed_rows(connection, seal.number)
        if len(rows) != seal.count or any(name_month(row.row.mirrored["at"]) != month for row in rows):  # type: ignore[arg-type]
            raise MonthNotSealed(month=month)
        yield seal, rows


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def detach_month(connection: Connection[Any], manifest: Manifest) -> None:
    """Take an exported month out of the database, in one transaction that also keeps its manifest.

    Raises: MonthNotSealed where a row came since the export; the driver's InsufficientPrivilege for all but the owner.
    """
    month = manifest.month
    with connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '5s'")
        text = json.dumps(describe_manifest(manifest))
        connection.execute(QUERIES.add_archive, {"month": month, "manifest": text, "at": clock.now()})
        for parent in ("evidence", "sealed_row"):
            connection.execute(_name_in(QUERIES.detach_month, month, parent))
            row = connection.execute(_name_in(QUERIES.count_month, month, parent)).fetchone()
            if row is None or row[0] != manifest.rows:
                raise MonthNotSealed(month=month)
            connection.execute(_name_in(QUERIES.drop_month, month, parent))


def _name_in(query: bytes, month: str, parent: str = "") -> Any:
    """Return a query of this module with the names of the month's partitions put in, quoted."""
    suffix = month.replace("-", "_")
    return SQL(query.decode()).format(  # type: ignore[arg-type]
        evidence=Identifier("public", f"evidence_{suffix}"),
        sealed=Identifier("public", f"sealed_row_{suffix}"),
        parent=Identifier("public", parent or "evidence"),
        month=Identifier("public", f"{parent}_{suffix}"),
    )
