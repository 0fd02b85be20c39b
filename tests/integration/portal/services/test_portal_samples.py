"""The programs on a service's page really run against the exchange, with a key of the one who reads the page."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from portal_world import Database
from service_world import GRANTED, Served, make_rows, write_csv
from simpul.portal.services import actions
from simpul.portal.services.samples import make_samples
from simpul.portal.services.showing import list_shown_datasets


@pytest.fixture(scope="module")
def keys(served: Served, portal_database: Database) -> dict[str, str]:
    """Give a live key of the consumer and of the provider, on committed rows."""
    made = {}
    for who in ("pemanfaat", "penyedia"):
        person = served.sop.persons[f"{who}_program"]
        application = actions.get_application(person, person.organization, "Contoh program")
        made[who] = actions.issue_key(person, application, "live").text
    return made


def get_code(served: Served, port: int, title: str, *, delivers: bool = False) -> str:
    with override_settings(HUB=replace(settings.HUB, EXCHANGE_URL=f"http://127.0.0.1:{port}")):
        (dataset,) = list_shown_datasets(served.live)
        samples = make_samples(served.live, dataset.model, [] if delivers else list(GRANTED), delivers=delivers)
    return next(one.code for one in samples if one.title == title)


def run(command: list[str], code: str, key: str, folder: Path) -> subprocess.CompletedProcess[str]:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed here")
    file = folder / "program"
    file.write_text(code)
    environment = {**os.environ, "SIMPUL_KUNCI": key}
    return subprocess.run(
        [*command, str(file)], env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


PROGRAMS = [("Python", [sys.executable]), ("curl", ["bash"]), ("PHP cURL", ["php"])]


@pytest.mark.parametrize(("title", "command"), PROGRAMS)
def test_reading_sample_prints_the_granted_rows(
    served: Served, keys: dict[str, str], exchange: int, tmp_path: Path, title: str, command: list[str]
) -> None:
    if title == "curl" and shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    done = run(command, get_code(served, exchange, title), keys["pemanfaat"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "63.05.01" in done.stdout


@pytest.mark.parametrize(("title", "command"), PROGRAMS)
def test_reading_sample_fails_aloud_without_a_right_key(
    served: Served, keys: dict[str, str], exchange: int, tmp_path: Path, title: str, command: list[str]
) -> None:
    if title == "curl" and shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    done = run(command, get_code(served, exchange, title), "spl_live_salah", tmp_path)
    assert done.returncode != 0


def test_delivering_sample_stores_a_file_once(
    served: Served, keys: dict[str, str], exchange: int, tmp_path: Path
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    (tmp_path / "desa.csv").write_bytes(write_csv(make_rows(2, start=80)))
    code = get_code(served, exchange, "curl: kirim CSV", delivers=True)
    before = served.dataset.row_count
    for _ in range(2):
        done = run(["bash"], code, keys["penyedia"], tmp_path)
        assert done.returncode == 0, done.stderr
        assert '"inserted":2' in done.stdout.replace(" ", "")
    assert served.dataset.row_count == before + 2
