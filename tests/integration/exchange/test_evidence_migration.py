"""Evidence that was there before months and keys were kept apart is carried over to the byte."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from simpul.evidence.record import CallRecord, digest_record, write_record
from simpul.evidence.seal import GENESIS, Seal, close_seal, load_signing_key, make_signing_secret
from simpul.exchange.evidence_log import add_evidence
from simpul.exchange.seal_keys import open_last_key
from simpul.exchange.sealer import seal_waiting, verify_evidence
from simpul.store.binaries import list_binaries
from simpul.store.launcher import Database
from simpul.store.pools import connect, read_dsn, write_dsn

NAME = "evidence_before"
OLD_INSERT = "INSERT INTO evidence (uid, at, organization_id, status, record, digest) VALUES (%s, %s, 2, 200, %s, %s) RETURNING id"


@pytest.fixture
def old(clusters: Callable[[int], Database]) -> Iterator[str]:
    """Give the address of an empty database."""
    cluster = clusters(max(one.major for one in list_binaries()))
    with connect(cluster.owner_dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE template0".encode())
        yield write_dsn(read_dsn(cluster.owner_dsn) | {"dbname": NAME})
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)".encode())


def migrate(dsn: str, *target: str) -> None:
    environment = os.environ | {"SIMPUL_DSN": dsn, "DJANGO_SETTINGS_MODULE": "simpul.portal.settings"}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", *target]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_old_rows_and_seals_stay_whole_through_the_migration(old: str, tmp_path: Path) -> None:
    migrate(old, "proofs", "0001")
    migrate(old, "audit", "0002")
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "evidence.key").write_bytes(make_signing_secret())
    key = load_signing_key((keys / "evidence.key").read_bytes())
    moments = [datetime(2026, month, 1, hour, tzinfo=UTC) for month in (9, 10) for hour in (0, 20)]
    with connect(old) as connection:
        for at in moments:
            record = CallRecord(uuid4(), at, "GET", "read", 200, organization_id=2, v=1)
            text = write_record(record)
            [row] = connection.execute(OLD_INSERT, [record.uid, at, text, digest_record(text)]).fetchall()
            seal = connection.execute("SELECT * FROM seal ORDER BY number DESC LIMIT 1").fetchone()
            made = close_seal([digest_record(text)], Seal(*seal) if seal else None, key, at)
            assert made.previous == (seal[4] if seal else GENESIS)
            connection.execute(
                "INSERT INTO seal VALUES (%(number)s, %(count)s, %(root)s, %(previous)s, %(digest)s, %(key_id)s,"
                " %(signature)s, %(signed_at)s)",
                vars(made),
            )
            connection.execute(
                "INSERT INTO sealed_row (evidence_id, seal_id, position) VALUES (%s, %s, 0)", [row[0], made.number]
            )
    migrate(old, "proofs")
    with connect(old, autocommit=True) as connection:
        open_last_key(connection, keys)
        report = verify_evidence(connection, [key.public])
        assert (report.findings, report.seals, report.rows_sealed) == ([], 4, 4)
        homes = connection.execute("SELECT DISTINCT tableoid::regclass::text FROM evidence ORDER BY 1").fetchall()
        assert homes == [("evidence_2026_09",), ("evidence_2026_10",)]
        add_evidence(connection, [CallRecord(uuid4(), datetime.now(UTC), "GET", "read", 200)])
        assert connection.execute("SELECT max(id) FROM evidence").fetchone() == (5,)
        assert seal_waiting(connection, key) is not None
        assert verify_evidence(connection, [key.public]).is_whole
