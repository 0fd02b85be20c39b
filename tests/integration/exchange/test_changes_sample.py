"""The program on the page about following changes does what the page says."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exchange_world import Process, World

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "mengikuti-perubahan.md"
DESA = "/api/wilayah/v1/desa"
MODULES = {"curl", "json"}


@pytest.fixture(scope="module")
def php() -> str:
    program = shutil.which("php")
    if program is None:
        pytest.skip("no PHP here: the sample can't be run")
    found = subprocess.run([program, "-m"], capture_output=True, text=True, check=True).stdout.lower().split()
    if not set(found) >= MODULES:
        pytest.skip(f"PHP lacks {', '.join(sorted(MODULES - set(found)))}: the sample can't be run")
    return program


@pytest.fixture
def exchange(world: World, php: str) -> Iterator[Process]:
    running = Process(world, world.home)
    yield running
    running.kill()


def test_the_sample_keeps_a_copy_right(world: World, exchange: Process, php: str, tmp_path: Path) -> None:
    program, copy = tmp_path / "ikuti.php", tmp_path / "salinan.json"
    program.write_text(re.findall(r"```php\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0], "utf-8")
    environment = {
        "SIMPUL_LAYANAN": f"http://127.0.0.1:{exchange.port}{DESA}",
        "SIMPUL_KUNCI": world.keys["bob_live"].text,
        "SIMPUL_SALINAN": str(copy),
    }

    def run() -> dict[str, Any]:
        done = subprocess.run([php, str(program)], env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
        return dict(json.loads(copy.read_text("utf-8"))["baris"])

    def send(mode: str, rows: list[dict[str, Any]]) -> None:
        headers = {"Authorization": f"Bearer {world.keys['alice_live'].text}"}
        answer = exchange.client.post(f"{DESA}/batches?mode={mode}&confirm=delete", json=rows, headers=headers)
        assert answer.status_code == 201, answer.text

    def read() -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {world.keys['bob_live'].text}"}
        return {row["kode"]: row for row in exchange.client.get(DESA, headers=headers).json()}

    assert run() == read() != {}
    send("merge", [{"kode": "63.05.08", "nama": "baru"}, {"kode": "63.05.01", "nama": "lain"}])
    send("delete", [{"kode": "63.05.02"}])
    send("merge", [{"kode": "63.05.08", "nama": "lebih baru"}])
    assert run() == read()
    assert read()["63.05.08"]["nama"] == "lebih baru"
    world.execute("UPDATE public.dataset SET version = version + 1")
    world.execute("INSERT INTO public.feed SELECT id, version FROM public.dataset")  # as after a table made anew
    send("replace", [{"kode": "63.05.09", "nama": "satu"}])
    assert run() == read() == {"63.05.09": {"kode": "63.05.09", "nama": "satu", "jumlah": None}}
