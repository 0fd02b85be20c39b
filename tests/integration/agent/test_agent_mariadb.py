"""The agent and simpul-push.php on a real MariaDB: values exact, cursor streamed, rows that can't be sent told."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from mariadb_server import PASSWORD, USER, MariaDB, find_mariadb, run_mariadb

from conftest import AGENT, Agency

ROWS = [
    "CREATE TABLE simpeg.desa (urut bigint unsigned, kode_desa varchar(13), nama varchar(50), jumlah int, diubah timestamp(6) NULL,"
    " isi json, mentah blob, kursor datetime NULL, PRIMARY KEY (kode_desa))",
    "INSERT INTO simpeg.desa VALUES (1, '70.1', 'Café 😀', 7, '2026-01-01 08:00:00.5', '{\"a\": 110}', 'x', '2026-01-01')",
    "INSERT INTO simpeg.desa VALUES (2, '70.2', 'Kosong', NULL, NULL, NULL, NULL, NULL)",
    "INSERT INTO simpeg.desa SELECT seq, CONCAT('71.', seq), 'Sama', seq, NULL, NULL, NULL, '2026-02-02' FROM seq_3_to_11002",
]
COLUMNS = "kode = kode_desa\nnama = nama\njumlah = jumlah\ndiubah = diubah\nisi = isi\n"


@pytest.fixture(scope="module")
def maria() -> Iterator[MariaDB]:
    if find_mariadb() is None:
        pytest.skip("no MariaDB here: install Debian's mariadb-server")
    with TemporaryDirectory(prefix="simpul-maria-", dir="/tmp") as folder, run_mariadb(Path(folder)) as running:
        running.root(["SET time_zone = '+00:00'", "USE simpeg", *ROWS])
        yield running


@pytest.fixture
def opd(agency: Agency, maria: MariaDB) -> Agency:
    """Point the agency's settings to the MariaDB."""
    agency.source = {
        "kind": "mysql", "host": "127.0.0.1", "port": maria.port, "database": "simpeg", "user": USER, "table": "desa",
    }  # fmt: skip
    agency.password, agency.columns = PASSWORD, COLUMNS
    agency.read = {"cursor": "kursor", "key": "kode_desa", "json": "isi"}
    return agency


def list_first(agency: Agency) -> list[object]:
    table = f'"{agency.world.schema["sandbox"]}".desa'
    return agency.world.execute(
        f"SELECT kode, nama, jumlah, diubah, isi::text FROM {table} WHERE kode LIKE '70.%' ORDER BY kode"
    )


def count_rows(agency: Agency) -> int:
    [(count,)] = agency.world.execute(f'SELECT count(*) FROM "{agency.world.schema["sandbox"]}".desa')
    return int(count)


FIRST = ("70.1", "Café 😀", 7, datetime(2026, 1, 1, 8, 0, 0, 500_000, tzinfo=UTC), '{"a": 110}')
SECOND = ("70.2", "Kosong", None, None, None)


def test_agent_reads_mariadb_exactly_and_rows_without_cursor_are_told(opd: Agency) -> None:
    code, told = opd.run()
    assert (code, list_first(opd), count_rows(opd)) == (0, [FIRST], 11_001), told
    assert "1 rows weren't sent since their cursor is empty" in told
    opd.read["null_cursor"] = "send"
    opd.run()
    assert list_first(opd) == [FIRST, SECOND]


def test_agent_reads_a_query_without_a_cursor_as_a_whole(opd: Agency) -> None:
    del opd.source["table"]
    opd.source["query"] = "SELECT * FROM desa WHERE kode_desa LIKE '70.%';"
    opd.read = {"mode": "replace", "json": "isi"}
    code, told = opd.run()
    assert (code, list_first(opd), count_rows(opd)) == (0, [FIRST, SECOND], 2), told


def test_row_that_is_not_text_is_told_and_the_others_go_on(opd: Agency, maria: MariaDB) -> None:
    maria.root(
        [
            "CREATE TABLE simpeg.rusak AS SELECT * FROM simpeg.desa WHERE urut < 4",
            "UPDATE simpeg.rusak SET mentah = X'FFFE' WHERE urut = 1",
        ]
    )
    opd.source["table"], opd.columns = "rusak", "kode = kode_desa\nnama = mentah\n"
    opd.read["null_cursor"] = "send"
    code, _ = opd.run()
    assert (code, count_rows(opd)) == (1, 0)
    told = [(line["column"], line["rule"], line["batch"] is None) for line in opd.list_reported()]
    assert told == [("nama", "not-utf8", True), ("nama", "required", False), ("nama", "required", False)]


def test_wrong_password_is_told_without_it(opd: Agency) -> None:
    opd.password = "sandi-salah"
    code, told = opd.run("--check")
    assert (code, "failed] source" in told, "sandi-salah" in told) == (3, True, False)


def test_php_reads_mariadb_exactly(opd: Agency) -> None:
    found = shutil.which("php")
    modules = subprocess.run([found, "-m"], capture_output=True, text=True, check=True).stdout if found else ""
    if not {"curl", "pdo_mysql"} <= set(modules.split()):
        pytest.skip("no PHP with cURL and MySQL here: install php-cli, php-curl, php-mysql")
    secret, config = opd.folder / "sandi", opd.folder / "push.ini"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    config.write_text(
        f'[hub]\naddress = "{opd.hub["address"]}"\nkey_file = key\n[source]\n'
        f'dsn = "mysql:host=127.0.0.1;port={opd.source["port"]};dbname=simpeg;charset=utf8mb4"\nuser = {USER}\n'
        "password_file = sandi\ntable = desa\n[read]\ncursor = kursor\nkey = kode_desa\n[state]\nfolder = antrean\n"
        "[columns]\nkode = kode_desa\nnama = nama\njumlah = jumlah\ndiubah = diubah\n"
    )
    command = ["php", str(AGENT / "php" / "simpul-push.php"), str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, list_first(opd), count_rows(opd)) == (0, [(*FIRST[:4], None)], 11_001), (
        done.stdout + done.stderr
    )
