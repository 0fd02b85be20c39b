"""The sealing key is changed without a gap, and old months leave the database as files that prove themselves.

All tests of a PostgreSQL share one chain of seals and keys, as a hub does; each archives a month of its own.
"""

import contextlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from simpul.cli import evidence as command
from simpul.cli.main import make_parser
from simpul.evidence.archive import name_files
from simpul.evidence.errors import MonthNotOver, MonthNotSealed, SigningKeyNotLast
from simpul.evidence.record import CallRecord, write_record
from simpul.evidence.seal import load_signing_key, make_signing_secret
from simpul.evidence.verify import Report
from simpul.exchange import seal_keys
from simpul.exchange.archiving import detach_month, export_month, list_old_months, make_months
from simpul.exchange.evidence_log import add_evidence
from simpul.exchange.seal_keys import list_links, open_last_key, open_signing_key, read_public_keys, rotate_key
from simpul.exchange.sealer import check_evidence, name_month, seal_waiting, verify_evidence
from simpul.jobs.sealing import seal_all
from simpul.kernel import clock
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import Connection, errors

_months, _minutes = count(1), count(1)


@pytest.fixture(scope="module")
def keys(each_major: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of keys for each PostgreSQL."""
    return tmp_path_factory.mktemp("home") / "keys"


@pytest.fixture
def owner(each_major: Database) -> Iterator[Connection[Any]]:
    """Give the owner's connection."""
    with connect(each_major.owner_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def month() -> str:
    """Give a past month that no other test uses."""
    years, rest = divmod(next(_months), 12)
    return f"{2005 + years}-{rest + 1:02d}"


def add(connection: Connection[Any], month: str, rows: int = 3) -> list[CallRecord]:
    """Add rows in the middle of a month."""
    at = datetime.fromisoformat(f"{month}-10T00:00:00+00:00") + timedelta(minutes=next(_minutes))
    records = [CallRecord(uuid4(), at + timedelta(seconds=number), "GET", "read", 200) for number in range(rows)]
    add_evidence(connection, records)
    return records


def seal(connection: Connection[Any], keys: Path) -> int:
    """Seal all that waits; return how many seals that took."""
    key = open_last_key(connection, keys)
    made = 0
    while seal_waiting(connection, key, everything=True):
        made += 1
    return made


def look(connection: Connection[Any], keys: Path, archives: Path | None = None) -> Report:
    return verify_evidence(connection, read_public_keys(keys), archives=archives)


def list_rules(connection: Connection[Any], keys: Path, archives: Path | None = None) -> set[str]:
    return {finding.rule for finding in look(connection, keys, archives).findings}


def find_home(connection: Connection[Any], record: CallRecord) -> str:
    """Return the partition that holds a row."""
    row = connection.execute("SELECT tableoid::regclass::text FROM evidence WHERE uid = %s", [record.uid]).fetchone()
    assert row is not None
    return str(row[0])


def test_new_key_seals_from_the_next_seal_on(owner: Connection[Any], keys: Path, month: str) -> None:
    add(owner, month)
    seal(owner, keys)
    old = open_signing_key(keys)
    link = rotate_key(owner, keys)
    add(owner, month)
    assert seal(owner, keys) == 1
    last = owner.execute("SELECT number, key_id FROM seal ORDER BY number DESC LIMIT 1").fetchone()
    assert last == (link.after_seal + 1, link.key_id)
    assert link.previous == old.key_id != link.key_id
    assert not (keys / seal_keys.NEXT_FILE).exists()
    for known in ([old.public], [bytes(link.public)], read_public_keys(keys)):
        assert verify_evidence(owner, known).is_whole
    stranger = load_signing_key(make_signing_secret())
    assert {one.rule for one in verify_evidence(owner, [stranger.public]).findings} == {
        "key-unpinned",
        "key-untrusted",
    }


def test_key_that_was_taken_over_seals_no_more(owner: Connection[Any], keys: Path, month: str) -> None:
    add(owner, month)
    seal(owner, keys)
    old = open_signing_key(keys)
    rotate_key(owner, keys)
    add(owner, month)
    with pytest.raises(SigningKeyNotLast):
        seal_waiting(owner, old)
    seal(owner, keys)


def test_change_of_keys_that_was_cut_short_is_finished(owner: Connection[Any], keys: Path, month: str) -> None:
    add(owner, month)
    seal(owner, keys)
    file, following = keys / seal_keys.KEY_FILE, keys / seal_keys.NEXT_FILE
    old = file.read_bytes()
    link = rotate_key(owner, keys)
    # As after a kill between the database's commit and the file's renaming.
    file.rename(following)
    file.write_bytes(old)
    assert open_signing_key(keys).key_id == link.previous
    add(owner, month)
    assert seal(owner, keys) == 1
    assert open_signing_key(keys).key_id == link.key_id
    assert list_rules(owner, keys) == set()


def test_change_of_keys_that_never_came_to_the_database_leaves_the_old_one(
    owner: Connection[Any], keys: Path, month: str
) -> None:
    add(owner, month)
    seal(owner, keys)
    before = open_signing_key(keys)
    # As after a kill before the commit.
    (keys / seal_keys.NEXT_FILE).write_bytes(make_signing_secret())
    add(owner, month)
    assert seal(owner, keys) == 1
    assert open_signing_key(keys) == before
    assert rotate_key(owner, keys).previous == before.key_id
    assert not (keys / seal_keys.NEXT_FILE).exists()


def test_lost_key_is_followed_by_one_begun_anew_and_told(owner: Connection[Any], keys: Path, month: str) -> None:
    add(owner, month)
    seal(owner, keys)
    first = bytes(list_links(owner)[0].public)
    (keys / seal_keys.KEY_FILE).unlink()
    with pytest.raises(SigningKeyNotLast):
        seal(owner, keys)
    link = rotate_key(owner, keys, lost=True)
    add(owner, month)
    assert seal(owner, keys) == 1
    assert {one.rule for one in verify_evidence(owner, [first]).findings} == {"key-anew", "key-untrusted"}
    assert verify_evidence(owner, [bytes(link.public)]).is_whole


def test_rows_without_a_month_go_to_the_rest_and_are_moved(each_major: Database, keys: Path, month: str) -> None:
    with connect(each_major.dsn("exchange"), autocommit=True) as exchange:
        records = add(exchange, month)
        assert find_home(exchange, records[0]) == "evidence_rest"
    with connect(each_major.dsn("worker"), autocommit=True) as worker:
        seal(worker, keys)
        make_months(worker)
        assert find_home(worker, records[0]) == f"evidence_{month.replace('-', '_')}"
        add_evidence(worker, records)  # a spool that comes twice
        assert worker.execute("SELECT count(*) FROM evidence WHERE uid = %s", [records[0].uid]).fetchone() == (1,)
        assert list_rules(worker, keys) == set()


def test_months_are_made_ahead(owner: Connection[Any]) -> None:
    make_months(owner)
    following = clock.now() + timedelta(days=31)
    for when in (clock.now(), following):
        name = f"evidence_{name_month(when).replace('-', '_')}"
        assert owner.execute("SELECT to_regclass(%s)::text", [name]).fetchone() == (name,)


def test_a_seal_holds_rows_of_one_month(owner: Connection[Any], keys: Path) -> None:
    seal(owner, keys)
    add(owner, "2024-01")
    add(owner, "2024-02")
    assert seal(owner, keys) == 2
    assert list_rules(owner, keys) == set()


def test_seal_holds_a_thousand_rows_at_most(owner: Connection[Any], keys: Path, month: str) -> None:
    seal(owner, keys)
    add(owner, month, 1_001)
    assert seal(owner, keys) == 2
    assert owner.execute("SELECT max(count) FROM seal").fetchone() == (1_000,)


def archive(connection: Connection[Any], keys: Path, folder: Path, month: str, rows: int = 3) -> None:
    """Fill a month, seal it, export it and take it out."""
    add(connection, month, rows)
    seal(connection, keys)
    make_months(connection)
    detach_month(connection, export_month(connection, open_last_key(connection, keys), folder, month))


def test_archived_month_leaves_the_database_and_the_chain_stays_whole(
    owner: Connection[Any], keys: Path, month: str, tmp_path: Path
) -> None:
    before = look(owner, keys)
    archive(owner, keys, tmp_path, month)
    gone = f"evidence_{month.replace('-', '_')}"
    assert owner.execute("SELECT to_regclass(%s)", [gone]).fetchone() == (None,)
    without = look(owner, keys)
    assert (without.is_whole, without.rows_away - before.rows_away) == (True, 3)
    assert (without.rows_sealed, without.rows_waiting) == (before.rows_sealed, 0)
    assert list_rules(owner, keys, tmp_path / "elsewhere") == {"archive-missing"}


def test_archives_are_looked_into_where_they_are_given(
    owner: Connection[Any], keys: Path, month: str, tmp_path: Path
) -> None:
    first = look(owner, keys).rows_away
    archive(owner, keys, tmp_path, month)
    report = look(owner, keys, tmp_path)
    assert report.rows_archived == first + 3
    # Only what other tests took out is missing from this folder.
    assert {one.rule for one in report.findings} == ({"archive-missing"} if first else set())
    named, lines = name_files(tmp_path, month)
    lines.unlink()
    named.unlink()
    assert "archive-missing" in list_rules(owner, keys, tmp_path)


def test_who_hides_rows_as_archived_is_found(owner: Connection[Any], keys: Path, month: str, tmp_path: Path) -> None:
    archive(owner, keys, tmp_path, month)
    with owner.transaction(force_rollback=True):
        owner.execute("ALTER TABLE evidence_archive DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE evidence_archive SET manifest = replace(manifest, '\"seals\": [[', '\"seals\": [[1, 1], [')"
        )
        found = {one.rule for one in seal_check(owner, keys)}
    assert {"archive-signature", "row-removed"} <= found
    with owner.transaction(force_rollback=True):
        owner.execute("ALTER TABLE evidence_archive DISABLE TRIGGER USER")
        owner.execute("DELETE FROM evidence_archive WHERE month = %s", [month])
        assert "row-removed" in {one.rule for one in seal_check(owner, keys)}


def seal_check(connection: Connection[Any], keys: Path) -> list[Any]:
    """Check inside the caller's transaction."""
    return check_evidence(connection, read_public_keys(keys)).findings


def test_row_that_comes_late_for_an_archived_month_is_kept_and_sealed(
    owner: Connection[Any], keys: Path, month: str, tmp_path: Path
) -> None:
    archive(owner, keys, tmp_path, month)
    [record] = add(owner, month, 1)
    assert seal(owner, keys) == 1
    make_months(owner)
    assert find_home(owner, record) == "evidence_rest"
    assert look(owner, keys).is_whole


def test_month_with_unsealed_rows_is_not_exported(
    owner: Connection[Any], keys: Path, month: str, tmp_path: Path
) -> None:
    add(owner, month)
    make_months(owner)
    with pytest.raises(MonthNotSealed):
        export_month(owner, open_last_key(owner, keys), tmp_path, month)
    assert not any(path.suffix in (".json", ".gz") for path in tmp_path.iterdir())
    seal(owner, keys)


def test_row_that_comes_between_export_and_taking_out_is_not_lost(
    owner: Connection[Any], keys: Path, month: str, tmp_path: Path
) -> None:
    add(owner, month)
    seal(owner, keys)
    make_months(owner)
    manifest = export_month(owner, open_last_key(owner, keys), tmp_path, month)
    [late] = add(owner, month, 1)
    with pytest.raises(MonthNotSealed):
        detach_month(owner, manifest)
    assert find_home(owner, late) == f"evidence_{month.replace('-', '_')}"
    seal(owner, keys)
    again = export_month(owner, open_last_key(owner, keys), tmp_path, month)
    assert again.rows == manifest.rows + 1


def test_month_that_is_not_over_is_not_archived(owner: Connection[Any]) -> None:
    following = name_month(clock.now() + timedelta(days=31))
    with pytest.raises(MonthNotOver):
        list_old_months(owner, following)
    assert name_month(clock.now()) not in list_old_months(owner, name_month(clock.now()))


@pytest.mark.parametrize("role", ["exchange", "portal", "worker"])
def test_no_process_of_the_hub_takes_a_month_out(
    each_major: Database, owner: Connection[Any], keys: Path, month: str, tmp_path: Path, role: str
) -> None:
    add(owner, month)
    seal(owner, keys)
    make_months(owner)
    manifest = export_month(owner, open_last_key(owner, keys), tmp_path, month)
    with connect(each_major.dsn(role), autocommit=True) as connection, pytest.raises(errors.InsufficientPrivilege):
        detach_month(connection, manifest)
    name = f"evidence_{month.replace('-', '_')}"
    with connect(each_major.dsn(role), autocommit=True) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(f"ALTER TABLE evidence DETACH PARTITION {name}".encode())


def run_command(database: Database, keys: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("DATABASE_URL", database.owner_dsn)
    monkeypatch.setenv("SIMPUL_HOME", str(keys.parent))
    return command.run(make_parser(["evidence"]).parse_args(["evidence", *arguments]))


def test_commands_archive_and_check_without_the_hub(
    each_major: Database,
    owner: Connection[Any],
    keys: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    add(owner, "2004-05")
    seal(owner, keys)
    assert run_command(each_major, keys, monkeypatch, "rotate-key") == 0
    capsys.readouterr()
    assert run_command(each_major, keys, monkeypatch, "public-key") == 0
    known = tmp_path / "hub.pub"
    known.write_text(capsys.readouterr().out)
    folder = tmp_path / "archive"
    assert (
        run_command(each_major, keys, monkeypatch, "archive", "--before", "2004-06", "--to", str(folder), "--detach")
        == 0
    )
    assert "2004-05: 3 baris" in capsys.readouterr().out
    assert {path.name for path in folder.iterdir()} == {"evidence-2004-05.json", "evidence-2004-05.jsonl.gz"}
    # Without hub, database and settings.
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    offline = ["verify", "--offline", "--archive", str(folder), "--public-key", str(known)]
    assert command.run(make_parser(["evidence"]).parse_args(["evidence", *offline])) == 0
    told = capsys.readouterr().out
    assert "Bukti utuh." in told
    assert "--expect-root" in told  # a cut tail doesn't show by itself, and the command says so
    named = folder / "evidence-2004-05.json"
    named.write_text(named.read_text().replace('"rows": 3', '"rows": 2'))
    assert command.run(make_parser(["evidence"]).parse_args(["evidence", *offline])) == 1
    assert "archive-signature" in capsys.readouterr().out


def test_rows_of_version_1_stay_whole_beside_new_ones(owner: Connection[Any], keys: Path, month: str) -> None:
    at = datetime.fromisoformat(f"{month}-01T00:00:00+00:00").astimezone(UTC)
    old = CallRecord(uuid4(), at, "GET", "read", 200, v=1)
    add_evidence(owner, [old, CallRecord(uuid4(), at, "GET", "read", 200)])
    seal(owner, keys)
    [(text,)] = owner.execute("SELECT record FROM evidence WHERE uid = %s", [old.uid]).fetchall()
    assert text == write_record(old)
    assert "phase" not in json.loads(text)
    assert look(owner, keys).is_whole


def test_worker_seals_what_waits_and_makes_the_months(
    each_major: Database, owner: Connection[Any], keys: Path, month: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMPUL_HOME", str(keys.parent))
    [record] = add(owner, month, 1)
    seal_all(each_major.dsn("worker"), True)
    report = look(owner, keys)
    assert (report.is_whole, report.rows_waiting) == (True, 0)
    assert find_home(owner, record) == f"evidence_{month.replace('-', '_')}"


def test_sealers_and_changes_of_keys_at_once_keep_one_chain(
    each_major: Database, owner: Connection[Any], keys: Path, month: str, long: bool
) -> None:
    turns = 40 if long else 6
    stop = threading.Event()

    def write() -> None:
        with connect(each_major.dsn("exchange"), autocommit=True) as connection:
            for _ in range(turns * 4):
                add(connection, month, 5)
            stop.set()

    def keep_sealing() -> None:
        with connect(each_major.dsn("worker"), autocommit=True) as connection:
            while not stop.is_set():
                with contextlib.suppress(
                    SigningKeyNotLast
                ):  # the key was just taken over: the next turn has the new one
                    seal_waiting(connection, open_last_key(connection, keys))

    def change() -> None:
        with connect(each_major.dsn("worker"), autocommit=True) as connection:
            for _ in range(turns):
                rotate_key(connection, keys)

    before = look(owner, keys)
    threads = [threading.Thread(target=work) for work in (write, keep_sealing, keep_sealing, change)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal(owner, keys)
    report = look(owner, keys)
    assert report.findings == []
    assert report.rows_sealed == before.rows_sealed + before.rows_waiting + turns * 20
    assert report.rows_waiting == 0
