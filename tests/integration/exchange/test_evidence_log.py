"""Each call leaves one row, whatever becomes of the process; seals find tampering in the database."""

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from exchange_world import Server, World, list_records

from simpul.cli import evidence as command
from simpul.cli.main import make_parser
from simpul.evidence.record import CallRecord, is_body
from simpul.evidence.verify import Expected
from simpul.exchange.errors import EvidenceAway
from simpul.exchange.evidence_log import Spool, recover
from simpul.exchange.seal_keys import open_signing_key, read_public_keys
from simpul.exchange.sealer import check_evidence, seal_waiting, verify_evidence
from simpul.kernel.clock import ZONE, now
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import errors

DESA = "/api/wilayah/v1/desa"


def make_record(number: int) -> CallRecord:
    return CallRecord(UUID(int=number), datetime(2026, 11, 24, tzinfo=UTC), "GET", "read", 200)


def find_record(world: World, uid: str) -> dict[str, object]:
    [(record,)] = world.execute("SELECT record FROM evidence WHERE uid = %s", [uid])
    found: dict[str, object] = json.loads(record)
    return found


def test_read_leaves_names_and_digests_never_values(server: Server, world: World) -> None:
    answer = server.get(f"{DESA}?select=kode&nama=eq.RAHASIA&jumlah=not.is.null", world.keys["bob_live"])
    server.flush()
    found = find_record(world, answer.headers["evidence-id"])
    assert (found["columns"], found["operators"]) == (["jumlah", "kode", "nama"], ["eq", "is"])
    assert (found["organization_id"], found["application_id"], found["dataset"]) == (2, 20, "desa")
    assert (found["purpose"], found["key_id"]) == ("Perencanaan", world.keys["bob_live"].key_id)
    assert "RAHASIA" not in json.dumps(found)
    assert is_body(bytes.fromhex(answer.headers["evidence-salt"]), answer.content, str(found["response_digest"]))


@pytest.mark.parametrize(
    ("path", "key", "code"),
    [
        (f"{DESA}?nama=salah.6305019999990001", "bob_live", "PGRST100"),
        (f"{DESA}?nik_kades=eq.6305019999990001", "bob_live", "PGRST204"),
        ("/api/6305019999990001/v1/desa", "bob_live", "PGRST205"),
        ("/api/%36/6305019999990001", "bob_live", "PGRST125"),
        (DESA, None, "SPLA01"),
        (DESA, "charlie_live", "SPLA12"),
    ],
)
def test_refusal_leaves_a_row_too(server: Server, world: World, path: str, key: str | None, code: str) -> None:
    answer = server.get(path, world.keys[key] if key else None)
    server.flush()
    found = find_record(world, answer.headers["evidence-id"])
    assert (found["code"], found["status"]) == (code, answer.status_code)
    assert "6305019999990001" not in json.dumps(found)


def test_health_leaves_none(server: Server, world: World) -> None:
    server.flush()
    before = len(list_records(world))
    server.get("/health")
    server.flush()
    assert len(list_records(world)) == before


def test_row_is_in_the_database_within_a_second(server: Server, world: World) -> None:
    uid = server.get(f"{DESA}?limit=1", world.keys["bob_live"]).headers["evidence-id"]
    time.sleep(1.0)
    assert find_record(world, uid)


def test_nothing_is_answered_without_evidence(server: Server, world: World) -> None:
    hub = server.exchange.hub
    assert hub is not None
    server.flush()
    real, hub.spool._descriptor = hub.spool._descriptor, os.open("/dev/full", os.O_WRONLY)
    try:
        answer = server.get(DESA, world.keys["bob_live"])
    finally:
        os.close(hub.spool._descriptor)
        hub.spool._descriptor = real
    assert (answer.status_code, answer.json()["code"]) == (503, "SPLX08")
    assert answer.headers["retry-after"]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from simpul.evidence.record import CallRecord
from simpul.exchange.evidence_log import Spool
spool = Spool(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 25):
    spool.append(CallRecord(UUID(int=number), datetime(2026, 11, 24, tzinfo=UTC), "GET", "read", 200))
    print(number, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_acknowledged_is_recovered_once(world: World, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path, "5000"], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    [path] = tmp_path.glob("*.spool")
    path.write_bytes(path.read_bytes() + b'{"torn":')
    copy = path.read_bytes()
    with connect(world.database.dsn("exchange"), autocommit=True) as connection:
        assert recover(tmp_path, connection) == 25
        path.write_bytes(copy)  # killed again, between the database's commit and the file's removal
        assert recover(tmp_path, connection) == 25
    assert not list(tmp_path.glob("*.spool"))
    uids = [UUID(int=5000 + number) for number in range(25)]
    assert world.execute("SELECT count(*) FROM evidence WHERE uid = ANY(%s)", [uids]) == [(25,)]


def test_file_of_a_living_process_is_left_alone(world: World, tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(make_record(6000))
    with connect(world.database.dsn("exchange"), autocommit=True) as connection:
        assert recover(tmp_path, connection) == 0
        assert spool.path.exists()
        assert spool.flush(connection) == 1
    spool.close()
    assert not spool.path.exists()


def test_spool_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("not a folder")
    with pytest.raises(EvidenceAway):
        Spool(tmp_path / "spool")


@pytest.fixture
def sealed(world: World, server: Server) -> World:
    """Give the world with all evidence sealed in at least two seals, by the worker's own role."""
    for _ in range(2):
        server.get(f"{DESA}?limit=1", world.keys["bob_live"])
        server.get(DESA)
        server.flush()
        with connect(world.database.dsn("worker"), autocommit=True) as connection:
            assert seal_waiting(connection, open_signing_key(world.home / "keys")) is not None
            assert seal_waiting(connection, open_signing_key(world.home / "keys"), everything=True) is None
    return world


TABLES = ("evidence", "seal", "sealed_row", "seal_key")


def list_rules(world: World, tamper: str = "", *expected: Expected) -> set[str]:
    """Return the rules found broken after `tamper` by somebody who may do all, which is undone again."""
    with connect(world.database.owner_dsn) as connection:
        if tamper:
            for table in TABLES:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            connection.execute(tamper.encode())
        report = check_evidence(connection, read_public_keys(world.home / "keys"), expected)
        connection.rollback()
    return {finding.rule for finding in report.findings}


def test_sealed_evidence_is_whole(sealed: World) -> None:
    assert list_rules(sealed) == set()


LAST = "(SELECT max(evidence_id) FROM sealed_row)"


@pytest.mark.parametrize(
    ("tamper", "rule"),
    [
        (f"UPDATE evidence SET record = replace(record, '200', '500') || ' ' WHERE id = {LAST}", "row-changed"),
        (f"UPDATE evidence SET organization_id = 9 WHERE id = {LAST}", "row-changed"),
        (f"UPDATE evidence SET uid = gen_random_uuid() WHERE id = {LAST}", "row-changed"),
        (f"UPDATE evidence SET at = at - interval '1 hour' WHERE id = {LAST}", "row-removed"),
        (
            f"UPDATE evidence SET record = replace(record, 'GET', 'PUT') WHERE id = {LAST};"
            f" UPDATE evidence SET digest = sha256(record::bytea) WHERE id = {LAST}",
            "rows-replaced",
        ),
        (f"DELETE FROM sealed_row WHERE evidence_id = {LAST}", "row-removed"),
        (f"DELETE FROM sealed_row WHERE evidence_id = {LAST}; DELETE FROM evidence WHERE id = {LAST}", "row-removed"),
        ("DELETE FROM evidence", "row-removed"),
        (
            "INSERT INTO sealed_row SELECT id, at, 1, 999 FROM evidence WHERE id = (SELECT max(id) FROM evidence)"
            " ON CONFLICT (evidence_id, at) DO UPDATE SET seal_id = 1, position = 999",
            "row-added",
        ),
        ("DELETE FROM sealed_row WHERE seal_id = 1; DELETE FROM seal WHERE number = 1", "seal-missing"),
        ("UPDATE seal SET count = count - 1 WHERE number = 1", "seal-changed"),
        ("UPDATE seal SET digest = sha256('x') WHERE number = 1", "seal-chain"),
        ("UPDATE seal SET signature = sha256('x') || sha256('y') WHERE number = 1", "seal-signature"),
        ("DELETE FROM seal_key", "key-unknown"),
        ("UPDATE seal_key SET public = sha256('x')", "key-unpinned"),
        ("UPDATE seal_key SET signature = sha256('x') || sha256('y')", "key-signature"),
        ("UPDATE seal_key SET after_seal = 1", "key-unknown"),
        (
            "UPDATE sealed_row SET position = position + 1000 WHERE seal_id = 1;"
            " UPDATE sealed_row AS s SET position = c.count - 1 - (s.position - 1000) FROM seal AS c"
            " WHERE s.seal_id = 1 AND c.number = 1",
            "row-reordered",
        ),
    ],
)
def test_tampering_in_the_database_is_found(sealed: World, tamper: str, rule: str) -> None:
    assert rule in list_rules(sealed, tamper)


def test_end_of_the_chain_that_was_cut_is_found_by_a_root_kept_elsewhere(sealed: World) -> None:
    [(number, root)] = sealed.execute("SELECT number, encode(root, 'hex') FROM seal ORDER BY number DESC LIMIT 1")
    cut = f"DELETE FROM sealed_row WHERE seal_id = {number}; DELETE FROM seal WHERE number = {number}"
    assert list_rules(sealed, "", Expected(root[:16], number)) == set()
    assert list_rules(sealed, cut) == set()
    assert list_rules(sealed, cut, Expected(root[:16], number)) == {"root-missing"}


COLUMNS = {"evidence": "record", "seal": "root", "sealed_row": "position", "seal_key": "public"}
MONTH = f"{now().astimezone(ZONE):%Y_%m}"
PARTS = {f"evidence_{MONTH}": "record", f"sealed_row_{MONTH}": "position", "evidence_rest": "record"}


@pytest.mark.parametrize(("table", "column"), [*(COLUMNS | PARTS).items()])
@pytest.mark.parametrize("role", ["exchange", "worker", "portal"])
def test_no_role_changes_removes_or_detaches_evidence(sealed: World, role: str, table: str, column: str) -> None:
    parent = table.removesuffix(f"_{MONTH}").removesuffix("_rest")
    with connect(sealed.database.dsn(role), autocommit=True) as connection:
        for statement in (
            f"DELETE FROM {table}",
            f"UPDATE {table} SET {column} = NULL",
            f"TRUNCATE {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER USER",
            f"ALTER TABLE {parent} DETACH PARTITION {table}",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.encode())


REFUSALS = (errors.RestrictViolation, errors.FeatureNotSupported)


@pytest.mark.parametrize("table", [*(COLUMNS | PARTS)])
def test_not_even_the_owner_changes_evidence_in_passing(sealed: World, table: str) -> None:
    filled = {name for name in COLUMNS | PARTS if name != "evidence_rest"}
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}")[table not in filled :]:
        with connect(sealed.database.owner_dsn) as connection, pytest.raises(REFUSALS):
            connection.execute(statement.encode())


def run_command(world: World, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("DATABASE_URL", world.database.owner_dsn)
    monkeypatch.setenv("SIMPUL_HOME", str(world.home))
    parsed = make_parser(["evidence"]).parse_args(["evidence", "verify", *arguments])
    return command.run(parsed)


def test_command_says_that_evidence_is_whole(
    sealed: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(sealed, monkeypatch) == 0
    assert "Bukti utuh." in capsys.readouterr().out


def test_command_fails_where_a_noted_seal_is_gone(
    sealed: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(sealed, monkeypatch, "--expect-root", uuid4().hex * 2) == 1
    assert "root-missing" in capsys.readouterr().out


def test_sealing_works_on_each_major(each_major: Database, tmp_path: Path) -> None:
    with closing(Spool(tmp_path)) as spool, connect(each_major.dsn("exchange"), autocommit=True) as connection:
        for number in range(7100, 7110):
            spool.append(make_record(number))
        assert spool.flush(connection) == 10
    with connect(each_major.dsn("worker"), autocommit=True) as connection:
        seal = seal_waiting(connection, open_signing_key(tmp_path))
        assert seal is not None
        assert seal.count == 10
        whole = verify_evidence(connection, read_public_keys(tmp_path), [Expected(seal.root.hex())])
        assert (whole.is_whole, whole.rows_sealed) == (True, 10)
