"""The whole demo as it is started: the samples end at their places, and the sample service really serves."""

import http.client
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from simpul.cli.rehearsal.hub import find_free_ports
from simpul.store.passwords import read_passwords
from simpul.store.pools import connect, write_dsn
from simpul.store.sql import SQL

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS, PLAY_SECONDS = 90, 240


class Demo:
    """A demo of its own, and its database as the owner sees it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.portal, self.exchange, self.port = find_free_ports(3)
        hidden = ("SIMPUL_DSN", "DATABASE_URL")
        self.environment = {name: value for name, value in os.environ.items() if name not in hidden} | {
            "SIMPUL_HOME": str(home),
            "PORTAL_PORT": str(self.portal),
            "EXCHANGE_PORT": str(self.exchange),
            "DATABASE_PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.portal}",
            "EXCHANGE_URL": f"http://127.0.0.1:{self.exchange}",
            "PYTHONPATH": str(ROOT / "src"),
        }
        self.log = (home / "demo.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simpul.cli", "demo"],
            env=self.environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def read_log(self) -> str:
        return (self.home / "demo.log").read_text("utf-8", errors="replace")[-3000:]

    def ask(self, statement: str) -> list[Any]:
        parts = {"host": "127.0.0.1", "port": str(self.port), "user": "simpul", "dbname": "simpul"}
        password = read_passwords(self.home / "keys")["simpul"]
        with connect(write_dsn(parts | {"password": password}), autocommit=True) as link:
            return link.execute(SQL(statement)).fetchall()  # type: ignore[arg-type]

    def wait_for_page(self) -> str:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.portal}/", timeout=10) as page:
                    return str(page.read().decode())
            except OSError:
                time.sleep(0.2)
        raise AssertionError(self.read_log())

    def wait_until_played(self) -> None:
        end = time.monotonic() + PLAY_SECONDS
        while self.ask("SELECT count(*) FROM audit_entry WHERE kind = 'demo.played'")[0][0] < 9:
            assert time.monotonic() < end, (
                self.ask("SELECT task_name, status, attempts FROM procrastinate_jobs"),
                self.read_log(),
            )
            time.sleep(0.5)

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(15)
        finally:
            self.log.close()


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Start the demo, wait for its first page and for the samples, and stop it."""
    home = Path(tempfile.mkdtemp(prefix="simpul-demo-", dir="/tmp"))
    home.chmod(0o755)
    made = Demo(home)
    try:
        made.wait_for_page()
        made.wait_until_played()
        yield made
    finally:
        if made.process.poll() is None:
            made.stop()
        shutil.rmtree(home, ignore_errors=True)


def test_sign_in_page_shows_the_sample_accounts_and_that_all_is_sample_data(demo: Demo) -> None:
    page = demo.wait_for_page()
    accounts = json.loads((demo.home / "demo-accounts.json").read_text("utf-8"))
    assert "Data contoh" in page
    assert all(one["nip"] in page and one["password"] in page for one in accounts)


def test_sample_person_signs_in_with_the_shown_password_and_finds_work(demo: Demo) -> None:
    accounts = json.loads((demo.home / "demo-accounts.json").read_text("utf-8"))
    account = next(one for one in accounts if one["role"].startswith("Tim IT"))
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with opener.open(f"http://127.0.0.1:{demo.portal}/") as page:
        address, text = page.url, page.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert token
    form = {"csrfmiddlewaretoken": token[1], "login": account["nip"], "password": account["password"], "next": "/"}
    request = urllib.request.Request(address, urllib.parse.urlencode(form).encode(), {"Referer": address})
    with opener.open(request) as inbox:
        text = inbox.read().decode()
    assert "Permohonan data fasilitas kesehatan" in text
    assert "terlambat" in text


def test_sample_requests_end_in_their_rows_and_the_service_is_live(demo: Demo) -> None:
    rows = demo.ask(
        "SELECT c.title, c.state, a.step_no, a.act FROM case_file c LEFT JOIN open_act a ON a.case_id = c.id"
        " WHERE c.title LIKE '%kode wilayah%' OR c.title LIKE '%kelahiran%' ORDER BY c.id"
    )
    assert [tuple(row[1:]) for row in rows] == [("berjalan", 10, "kirim_data"), ("selesai", None, None)]
    live = demo.ask("SELECT context, state FROM publication WHERE stage = 'live' AND context <> 'referensi' ORDER BY 1")
    assert live == [("kelahiran", "verifikasi"), ("wilayah_tapin", "aktif")]


def test_sample_service_holds_the_148_areas_of_tapin_and_its_tests_passed(demo: Demo) -> None:
    [(received, inserted, refused)] = demo.ask(
        "SELECT b.received, b.inserted, b.refused FROM batch b JOIN dataset d ON d.id = b.dataset_id"
        " JOIN publication p ON p.id = d.publication_id WHERE p.stage = 'live' AND p.context = 'wilayah_tapin'"
    )
    assert (received, inserted, refused) == (148, 148, 0)
    assert demo.ask("SELECT count(*) FROM test_run WHERE state = 'selesai' AND failed = 0 AND passed > 0") == [(2,)]


def test_each_of_the_15_rows_has_left_its_papers(demo: Demo) -> None:
    rows = demo.ask(
        "SELECT DISTINCT step_no FROM paper p JOIN case_file c ON c.id = p.case_id WHERE c.title LIKE '%kode wilayah%'"
    )
    assert sorted(row[0] for row in rows) == list(range(1, 16))


def test_consumers_have_called_the_service_before_they_confirmed_it(demo: Demo) -> None:
    rows = demo.ask(
        "SELECT o.code, count(*) FROM evidence e JOIN publication p ON p.id = e.publication_id"
        " JOIN organization o ON o.id = e.organization_id"
        " WHERE p.stage = 'live' AND p.context = 'wilayah_tapin' GROUP BY 1 ORDER BY 1"
    )
    assert [row[0] for row in rows] == ["contoh-dinkes", "contoh-dinsos"]


def test_papers_of_the_consumers_show_the_calls_of_their_own_programs(demo: Demo) -> None:
    papers = demo.ask("SELECT content FROM paper WHERE kind = 'validasi-aplikasi' AND name LIKE '%pemanfaat%'")
    assert len(papers) == 2
    for [content] in papers:
        text = PdfReader(io.BytesIO(bytes(content))).pages[0].extract_text()
        assert "√ Aplikasi sendiri sudah memanggil layanan" in text
        assert "Panggilan terakhir dari aplikasi" in text


def test_no_key_of_the_loading_is_left_in_force(demo: Demo) -> None:
    assert demo.ask("SELECT count(*) FROM api_key WHERE revoked_at IS NULL") == [(0,)]


def test_service_refuses_a_call_without_a_key(demo: Demo) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.exchange, timeout=10)
    connection.request("GET", "/api/wilayah_tapin/v1/wilayah")
    assert connection.getresponse().status == 401
    connection.close()


def test_check_finds_every_case_where_its_history_says(demo: Demo) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simpul.cli", "check"],
        env=demo.environment | {"DEMO": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "SPLP-" not in done.stdout
    assert "ok   DATABASE_URL" in done.stdout
    assert "ok   content / isi hub" in done.stdout


def test_demo_stops_when_told_to(demo: Demo) -> None:
    """The last test of the file: it ends the module's demo."""
    assert demo.stop() == 0
