"""simpul-push.php on Debian's PHP against a real exchange."""

import random
import re
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from conftest import AGENT, Agency

SCRIPT = AGENT / "php" / "simpul-push.php"
NEWER_THAN_7_4 = re.compile(
    r"\bmatch\s*\(|\?->|\bstr_(contains|starts_with|ends_with)\(|\breadonly\b|\benum\b|#\[|: (mixed|static|never)\b"
)


@pytest.fixture(scope="module", autouse=True)
def _php() -> None:
    found = shutil.which("php")
    modules = subprocess.run([found, "-m"], capture_output=True, text=True, check=True).stdout if found else ""
    if not {"curl", "pdo_sqlite"} <= set(modules.split()):
        pytest.skip("no PHP with cURL and PDO here: install php-cli, php-curl, php-sqlite3")


class Host:
    """A web host: an SQLite database, a settings file, and the script."""

    def __init__(self, agency: Agency) -> None:
        self.agency, self.folder = agency, agency.folder
        self.database = self.folder / "opd.sqlite"
        self.read = "cursor = urut\nkey = kode\nmode = append\n"
        self.retry_seconds = 5
        with self.open() as connection:
            connection.execute("CREATE TABLE desa (urut INTEGER PRIMARY KEY, kode TEXT, nama TEXT, jumlah INTEGER)")

    def open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.database, isolation_level=None)

    def fill(self, first: int, count: int, name: str = "Desa") -> None:
        """Add rows."""
        with self.open() as connection:
            connection.execute("BEGIN")
            rows = [(f"70.{n}", f"{name} {n}", n) for n in range(first, first + count)]
            connection.executemany("INSERT INTO desa (kode, nama, jumlah) VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")

    def list_rows(self) -> list[tuple[str, str, int]]:
        """Return the database's rows."""
        with self.open() as connection:
            return sorted(connection.execute("SELECT kode, nama, jumlah FROM desa").fetchall())

    def start(self, *options: str) -> "subprocess.Popen[str]":
        """Start the script."""
        config = self.folder / "push.ini"
        config.write_text(
            f'[hub]\naddress = "{self.agency.hub["address"]}"\nkey_file = key\nretry_seconds = {self.retry_seconds}\n'
            f'[source]\ndsn = "sqlite:{self.database}"\ntable = desa\n[read]\n{self.read}[state]\nfolder = antrean\n'
            "[columns]\nkode = kode\nnama = nama\njumlah = jumlah\n"
        )
        command = ["php", str(SCRIPT), str(config), *options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *options: str) -> tuple[int, str]:
        """Run the script to its end."""
        process = self.start(*options)
        told, _ = process.communicate(timeout=120)
        return process.returncode, told


@pytest.fixture
def host(agency: Agency) -> Host:
    return Host(agency)


def test_php_rows_arrive_once_and_only_new_ones_follow(host: Host) -> None:
    host.fill(1, 12_000)
    code, told = host.run()
    assert (code, host.agency.list_sent()) == (0, host.list_rows()), told
    host.fill(20_000, 3)
    assert host.run()[0] == host.run()[0] == 0
    assert host.agency.count_batches() == (3, 12_003, 0)


def test_php_changed_rows_of_the_overlap_are_sent_and_others_are_not(host: Host) -> None:
    host.read = "cursor = urut\nkey = kode\nmode = merge\n"
    host.fill(1, 10)
    host.run()
    with host.open() as connection:
        connection.execute("UPDATE desa SET nama = 'Lain' WHERE urut = 4")
    code, told = host.run()
    assert (code, "1 rows" in told, host.agency.list_sent()) == (0, True, host.list_rows()), told
    assert "0 rows" in host.run()[1]


def test_php_refused_rows_are_told_without_values(host: Host) -> None:
    host.fill(1, 1)
    host.fill(2, 1, name="Rahasia" * 10)
    code, told = host.run()
    report = (host.folder / "antrean" / "refused.ndjson").read_text()
    assert (code, '"column":"nama"' in report, "Rahasia" in told + report) == (1, True, False)


def test_php_part_waits_while_the_hub_is_away(host: Host) -> None:
    host.fill(1, 5)
    right = host.agency.hub["address"]
    host.agency.hub["address"], host.retry_seconds = "http://127.0.0.1:9/sandbox/wilayah/v1/desa", 0
    assert host.run()[0] == 5
    assert (host.folder / "antrean" / "part.json").exists()
    host.agency.hub["address"] = right
    assert host.run()[0] == 0
    assert host.agency.count_batches() == (1, 5, 0)


def test_php_replacement_deletes_what_is_gone(host: Host) -> None:
    host.read = "mode = replace\n"
    host.fill(1, 40)
    assert host.run()[0] == 0
    with host.open() as connection:
        connection.execute("DELETE FROM desa WHERE urut > 5")
    assert host.run()[0] == 4
    code, told = host.run("--confirm-deletion")
    assert (code, host.agency.list_sent()) == (0, host.list_rows()), told


def test_php_check_keeps_nothing_and_tells_a_wrong_key(host: Host) -> None:
    host.fill(1, 3)
    code, told = host.run("--check")
    assert (code, host.agency.count_batches()[0]) == (0, 0), told
    (host.folder / "key").write_text("spl_test_palsu")
    assert host.run("--check")[0] == 4
    (host.folder / "key").chmod(0o644)
    assert host.run()[0] == 2


def test_php_damaged_state_stops_appending(host: Host) -> None:
    host.fill(1, 3)
    host.run()
    (host.folder / "antrean" / "state.json").write_text("x")
    assert (host.run()[0], host.agency.count_batches()[0]) == (6, 1)


def test_php_killed_at_any_moment_every_row_is_delivered_once(host: Host, long: bool) -> None:
    chance = random.Random(7)
    for number in range(100 if long else 5):
        host.fill(1 + number * 3_000, 3_000)
        process = host.start()
        time.sleep(chance.uniform(0.03, 0.4))
        process.kill()
        process.communicate()
    code, told = host.run()
    assert (code, host.agency.list_sent()) == (0, host.list_rows()), told
    _, inserted, refused = host.agency.count_batches()
    assert (inserted, refused) == (len(host.list_rows()), 0)


def test_php_file_keeps_to_the_words_of_7_4() -> None:
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", Path(SCRIPT).read_text("utf-8"), flags=re.DOTALL)
    assert NEWER_THAN_7_4.findall(text) == []
