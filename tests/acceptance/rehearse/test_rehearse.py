"""`rehearse`: the whole SOP by the real command, over HTTP, with real and messy files as the agency's data."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from odf_file import write_ods_file

from simpul.kernel.settings import TABLE

ROOT = Path(__file__).resolve().parents[3]
WILAYAH = ROOT.parent / "shared/data/wilayah_63.csv"
LIMIT_SECONDS = 560

pytestmark = pytest.mark.timeout(600)


def rehearse(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing of this process's own settings."""
    hidden = {setting.name for setting in TABLE} | {"SIMPUL_DSN", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "simpul.cli", "rehearse", "--data", str(data), "--json", *options],
        env=environment | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
    )


def read_result(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the one object on standard output; anything else there is wrong."""
    assert done.returncode == 0, done.stderr[-2000:]
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def list_processes_of(home: str) -> list[str]:
    """Return the command lines of living processes that belong to a hub's folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            about = command + (folder / "environ").read_bytes().decode(errors="replace")
            if command and home in about:
                found.append(command)
    return found


@pytest.fixture(scope="module")
def real_data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Give the area codes of South Kalimantan; without that file, as many rows of the same shape."""
    if WILAYAH.exists():
        return WILAYAH, 2186
    path = tmp_path_factory.mktemp("data") / "wilayah_63.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kode", "nama"])
        writer.writerows([f"63.{number // 100:02d}.{number % 100:02d}", f"Desa {number}"] for number in range(300))
    return path, 300


def call(url: str, key: str) -> tuple[int, str]:
    """Return the exact count that the address tells, and its first row."""
    request = urllib.request.Request(
        f"{url}?limit=1", headers={"Authorization": f"Bearer {key}", "Prefer": "count=exact"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.headers["Content-Range"].rpartition("/")[2]), answer.read().decode()


def test_real_file_goes_through_every_row_with_all_loops_and_serves(real_data: tuple[Path, int]) -> None:
    path, count = real_data
    done = rehearse(path, "--loops", "--keep")
    pid = int(done.stderr.rsplit("kill ", 1)[1].split()[0])
    try:
        result = read_result(done)
        assert result["rows"] == {"received": count, "stored": count, "refused": 0}
        check_steps(result)
        assert result["tests"]["failed"] == 0
        assert result["tests"]["passed"] > 20
        assert Path(result["report"]).read_bytes().startswith(b"%PDF-")
        served, row = call(result["api"]["url"], result["api"]["key"])
        assert served == count
        assert set(json.loads(row)[0]) == {"kode", "nama"}
        with pytest.raises(urllib.error.HTTPError, match="401"):
            call(result["api"]["url"], "spl_live_salah")
    finally:
        home = read_home(pid)
        os.kill(pid, signal.SIGTERM)
    assert wait_until_gone(home), list_processes_of(home)
    for folder in (Path(home, "postgres").resolve(), Path(home)):
        shutil.rmtree(folder, ignore_errors=True)


def check_steps(result: dict[str, Any]) -> None:
    """Each row is there with its papers, and each return made a second round."""
    rows: dict[int, list[dict[str, Any]]] = {}
    for step in result["steps"]:
        assert set(step) == {"no", "lane", "round", "papers"}
        rows.setdefault(step["no"], []).append(step)
    assert set(rows) == set(range(1, 16))
    assert [no for no, steps in rows.items() if not any(step["papers"] for step in steps)] == []
    assert {no: max(step["round"] for step in rows[no]) for no in (1, 3, 6, 14)} == {1: 2, 3: 3, 6: 3, 14: 2}


def read_home(pid: int) -> str:
    variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return next(one.partition("=")[2] for one in variables if one.startswith("SIMPUL_HOME="))


def wait_until_gone(home: str) -> bool:
    end = time.monotonic() + 30
    while time.monotonic() < end and list_processes_of(home):
        time.sleep(0.2)
    return not list_processes_of(home)


RUINED: list[tuple[list[Any], str, str]] = [
    ([6.3050101019e15, "NIK angka besar", date(1990, 1, 1), 1], "nik", "rounded-number"),
    (["6305010101900001", "NIK dua kali", date(1990, 1, 1), 1], "nik", "duplicate-key"),
    (["6305010101909999", "Tanggal aneh", "31 Februari 1990", 1], "tanggal_lahir", "type"),
    (["6305010101909998", "Anak bukan angka", date(1990, 1, 1), "dua"], "jumlah_anak", "type"),
    ([None, "Tanpa NIK", date(1990, 1, 1), 1], "nik", "required"),
    (["6305010101909997", "Tanggal nomor seri", 33000, 2], "tanggal_lahir", "date-serial"),
    (["63050101019099", "Angka nol hilang", date(1990, 1, 1), 1], "nik", "format-nik"),
    (["6305010101909996", "Anak dengan rumus", date(1990, 1, 1), "=1+1"], "jumlah_anak", "formula"),
]
"""A row as an office ruins it, and the column and rule that must be named."""


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a spreadsheet as offices have them: forty sound rows and one of each ruin."""
    path = tmp_path_factory.mktemp("messy") / "penduduk berantakan.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["NIK", "Nama Lengkap ", "Tanggal Lahir", "Jumlah Anak"])
    for number in range(40):
        nik = f"630501{number % 28 + 1:02d}0190{number + 1:04d}"
        sheet.append([nik, f"  Warga {number} ", date(1990, 1, number % 28 + 1), number % 5])
    for row, _column, _rule in RUINED:
        sheet.append(row)
    book.save(path)
    return path


def test_messy_spreadsheet_has_each_bad_row_named(messy: Path) -> None:
    result = read_result(rehearse(messy))
    assert result["rows"] == {"received": 40 + len(RUINED), "stored": 40, "refused": len(RUINED)}
    named = {
        row["position"]: [(one["column"], one["rule"]) for one in row["findings"]] for row in result["refused_rows"]
    }
    first = 42  # after the header and forty sound rows
    assert named == {first + number: [(column, rule)] for number, (_row, column, rule) in enumerate(RUINED)}
    assert all(one["id"] and one["en"] for row in result["refused_rows"] for one in row["findings"])
    assert "6305010101900001" not in json.dumps(result["refused_rows"])


def test_open_document_sheet_is_taken_too(tmp_path: Path) -> None:
    path = tmp_path / "wilayah.ods"
    write_ods_file(
        path, [["kode", "nama"], *([f"63.05.{number:02d}", f"Kecamatan {number}"] for number in range(1, 13))]
    )
    result = read_result(rehearse(path))
    assert result["rows"] == {"received": 12, "stored": 12, "refused": 0}
    assert result["tests"]["failed"] == 0


def test_file_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    done = rehearse(tmp_path / "tidak-ada.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
