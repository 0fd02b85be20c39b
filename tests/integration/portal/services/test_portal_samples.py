"""The programs on a service's page really run against the exchange, with a key of the one who reads the page."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import override_settings

from npm_clients import install_clients
from portal_world import Database
from service_world import GRANTED, Served, make_rows, write_csv
from simpul.portal.services import actions, samples
from simpul.portal.services.samples import LANGUAGES, Sample, make_samples
from simpul.portal.services.showing import list_shown_datasets

STAND_IN = Path(__file__).parent / "laravel" / "stand_in.php"
LARAVEL = "SIMPUL_LARAVEL"
"""Names the vendor/autoload.php of a real Laravel application, which then runs the samples in place of the stand-in."""
PAGE_ROWS = 5
DELIVERING = [one for one in LANGUAGES if not one.endswith("_postgrest")]


@pytest.fixture(scope="module")
def keys(served: Served, portal_database: Database) -> dict[str, str]:
    """Give a live key of the consumer and of the provider, on committed rows."""
    made = {}
    for who in ("pemanfaat", "penyedia"):
        person = served.sop.persons[f"{who}_program"]
        application = actions.get_application(person, person.organization, "Contoh program")
        made[who] = actions.issue_key(person, application, "live").text
    return made


@pytest.fixture(scope="module")
def many(served: Served, keys: dict[str, str]) -> list[str]:
    """Give more granted rows than two pages of the samples hold, as their keys."""
    served.send(make_rows(2 * PAGE_ROWS + 1))
    return [f"63.05.{number:02d}" for number in range(1, 2 * PAGE_ROWS + 2)]


@pytest.fixture(scope="module")
def modules(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the npm client; skip, saying so, where it can't be had."""
    return install_clients(request.config, tmp_path_factory.mktemp("npm"))


def find_sample(served: Served, port: int, task: str, language: str) -> Sample:
    with override_settings(HUB=replace(settings.HUB, EXCHANGE_URL=f"http://127.0.0.1:{port}")):
        (dataset,) = list_shown_datasets(served.live)
        columns = [] if task == "kirim" else list(GRANTED)
        made = make_samples(served.live, dataset.model, columns, delivers=task == "kirim")
    return next(one for one in made if (one.task, one.language) == (task, language))


@dataclass
class Runner:
    """Runs a sample as a programmer would, in a folder of its own."""

    folder: Path
    request: pytest.FixtureRequest

    def run(self, sample: Sample, key: str) -> "subprocess.CompletedProcess[str]":
        command = self.find_command(sample)
        file = self.folder / sample.file
        file.write_text(sample.code)
        environment = {**os.environ, "SIMPUL_KUNCI": key}
        environment.pop("HTTP_PROXY", None)
        return subprocess.run(
            [*command, str(file)],
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def find_command(self, sample: Sample) -> list[str]:
        program = {"php": "php", "sh": "bash", "py": sys.executable, "mjs": "node"}[LANGUAGES[sample.language][1]]
        for needed in (program, "curl") if sample.language == "curl" else (program,):
            if shutil.which(needed) is None:
                pytest.skip(f"{needed} is not installed here: {sample.title} wasn't run")
        if sample.language == "laravel":
            return [program, "-d", f"auto_prepend_file={os.environ.get(LARAVEL) or STAND_IN}"]
        if sample.language == "javascript_postgrest":
            modules = self.request.getfixturevalue("modules") / "node_modules"
            if not (self.folder / "node_modules").exists():
                (self.folder / "node_modules").symlink_to(modules)
        return [program]


@pytest.fixture
def runner(tmp_path: Path, request: pytest.FixtureRequest) -> Runner:
    return Runner(tmp_path, request)


def list_printed(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """Return the keys of the rows that a program printed, in its order."""
    assert done.returncode == 0, done.stderr + done.stdout
    return re.findall(r"63\.05\.\d\d", done.stdout)


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_program_prints_the_granted_rows(
    served: Served, keys: dict[str, str], many: list[str], exchange: int, runner: Runner, language: str
) -> None:
    done = runner.run(find_sample(served, exchange, "baca", language), keys["pemanfaat"])
    assert set(list_printed(done)) >= set(many)
    assert "Deprecat" not in done.stderr


@pytest.mark.parametrize("task", ["baca", "semua"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_program_fails_aloud_without_a_right_key(
    served: Served, keys: dict[str, str], exchange: int, runner: Runner, language: str, task: str
) -> None:
    done = runner.run(find_sample(served, exchange, task, language), "spl_live_salah")
    assert done.returncode != 0
    assert "SPLA02" in done.stderr + done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_program_for_all_rows_pages_through_each_once(
    served: Served,
    keys: dict[str, str],
    many: list[str],
    exchange: int,
    runner: Runner,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setattr(samples, "PAGE_ROWS", PAGE_ROWS)
    done = runner.run(find_sample(served, exchange, "semua", language), keys["pemanfaat"])
    assert sorted(list_printed(done)) == many


@pytest.mark.parametrize("language", DELIVERING)
def test_delivering_program_stores_a_file_once(
    served: Served, keys: dict[str, str], exchange: int, runner: Runner, language: str
) -> None:
    number = 20 + 3 * DELIVERING.index(language)
    rows = [row.replace("63.05", "63.07") for row in make_rows(2, start=number)]
    (runner.folder / "desa.csv").write_bytes(write_csv(rows))
    sample = find_sample(served, exchange, "kirim", language)
    before = served.dataset.row_count
    for _ in range(2):
        done = runner.run(sample, keys["penyedia"])
        assert done.returncode == 0, done.stderr + done.stdout
        assert re.search(r'inserted"?\s*[:=]\s*2', done.stdout), done.stdout
    assert served.dataset.row_count == before + 2


@pytest.mark.parametrize("language", DELIVERING)
def test_delivering_program_fails_aloud_where_it_may_not(
    served: Served, keys: dict[str, str], exchange: int, runner: Runner, language: str
) -> None:
    (runner.folder / "desa.csv").write_bytes(write_csv(make_rows(1, start=90)))
    done = runner.run(find_sample(served, exchange, "kirim", language), keys["pemanfaat"])
    assert done.returncode != 0
    assert "SPLA16" in done.stderr + done.stdout


class Busy(BaseHTTPRequestHandler):
    """A hub that is too busy for the first calls, 429 or 503 with Retry-After, and then gives its rows page by page."""

    protocol_version = "HTTP/1.1"
    refusals: ClassVar[list[int]] = []
    ROWS: ClassVar[list[str]] = [f"63.05.{number:02d}" for number in range(1, 8)]

    def do_GET(self) -> None:
        if self.refusals:
            self._answer(self.refusals.pop(0), b'{"code": "SPLX10", "message": "sibuk", "details": null, "hint": null}')
            return
        query = parse_qs(urlsplit(self.path).query)
        first = int((query.get("after") or query.get("offset") or ["0"])[0])
        rows = self.ROWS[first : first + PAGE_ROWS]
        if "text/csv" in self.headers["Accept"]:
            body = "\n".join(["kode", *rows, ""])
        else:
            body = "[" + ",".join(f'{{"kode": "{row}"}}' for row in rows) + "]"
        headers = {"Content-Range": f"{first}-{first + len(rows) - 1}/{len(self.ROWS)}"}
        if len(rows) == PAGE_ROWS:
            headers["Link"] = f'</receipts/1>; rel="receipt", <{self.path}&after={first + PAGE_ROWS}>; rel="next"'
        self._answer(200, body.encode(), headers)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status = self.refusals.pop(0) if self.refusals else 201
        names = ("received", "inserted", "updated", "unchanged", "repeated", "refused")
        counts = ", ".join(f'"{name}": {2 if name == "inserted" else 0}' for name in names)
        self._answer(status, f'{{"code": "SPLX10", {counts}}}'.encode())

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status >= 400:
            self.send_header("Retry-After", "1")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve_busy(refusals: Sequence[int]) -> Iterator[int]:
    """Run such a hub for the time of a `with` block; give its port."""
    Busy.refusals = list(refusals)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_program_for_all_rows_waits_as_told_and_goes_on(
    served: Served, keys: dict[str, str], runner: Runner, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(samples, "PAGE_ROWS", PAGE_ROWS)
    # The two PostgREST clients repeat after 503 by themselves; a 429 makes their samples wait five seconds.
    refusals = [503] if language.endswith("_postgrest") else [429]
    with serve_busy(refusals) as port:
        done = runner.run(find_sample(served, port, "semua", language), keys["pemanfaat"])
    assert list_printed(done) == Busy.ROWS
    assert Busy.refusals == []


@pytest.mark.parametrize("language", DELIVERING)
def test_delivering_program_repeats_while_the_hub_is_busy(
    served: Served, keys: dict[str, str], runner: Runner, language: str
) -> None:
    (runner.folder / "desa.csv").write_bytes(write_csv(make_rows(2)))
    # curl by itself doesn't repeat after 409, which says that the same batch is still at work.
    with serve_busy([503 if language == "curl" else 409]) as port:
        done = runner.run(find_sample(served, port, "kirim", language), keys["penyedia"])
    assert done.returncode == 0, done.stderr + done.stdout
    assert re.search(r'inserted"?\s*[:=]\s*2', done.stdout), done.stdout


@pytest.mark.parametrize("language", DELIVERING)  # the PostgREST clients repeat by themselves for seconds
def test_program_fails_aloud_where_no_hub_is(
    served: Served, keys: dict[str, str], runner: Runner, language: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    assert runner.run(find_sample(served, port, "baca", language), keys["pemanfaat"]).returncode != 0


def test_laravel_programs_are_run_by_laravel_itself_where_it_is(served: Served) -> None:
    if not os.environ.get(LARAVEL):
        pytest.skip(f"LARAVEL ITSELF IS NOT HERE ({LARAVEL}): its samples ran on a stand-in of its HTTP client alone")
    assert Path(os.environ[LARAVEL]).is_file()
