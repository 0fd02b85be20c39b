"""The two commands of the README, from the tracked files alone, in an empty folder."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from simpul.kernel.settings import TABLE

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """Give a folder with nothing but the tracked files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: the tracked files can't be told")
    folder = Path(tempfile.mkdtemp(prefix="simpul-copy-", dir="/tmp"))
    folder.chmod(0o755)
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = ROOT / name, folder / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def environment(copy: Path) -> dict[str, str]:
    """Give an environment without this run's own settings, with free ports and a home of its own."""
    hidden = {setting.name for setting in TABLE} | {"SIMPUL_VENV", "SIMPUL_DSN", "PYTHONPATH", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    ports = {name: str(find_port()) for name in ("PORTAL_PORT", "EXCHANGE_PORT", "DATABASE_PORT")}
    return kept | ports | {"SIMPUL_HOME": str(copy / "home")}


def find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def simpul(copy: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    # By this Python's own program, not by the environment the tests run in.
    command = [os.path.realpath(sys.executable), str(copy / "simpul"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=250)


def test_demo_sets_up_and_shows_a_page(copy: Path, environment: dict[str, str]) -> None:
    command = [os.path.realpath(sys.executable), str(copy / "simpul"), "demo"]
    started = time.monotonic()
    with (copy / "demo.log").open("w+") as log:
        demo = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            page = wait_for_page(demo, f"http://127.0.0.1:{environment['PORTAL_PORT']}/", 240)
            seconds = time.monotonic() - started
        finally:
            demo.send_signal(signal.SIGTERM)
            code = demo.wait(30)
        log.seek(0)
        told = log.read()
    assert "Simpul" in page, told
    assert code == 0, told
    assert seconds < 240, told


def test_start_without_changes_adds_less_than_a_second(copy: Path, environment: dict[str, str]) -> None:
    simpul(copy, environment, "--version")
    python = copy / ".venv" / "bin" / "python"
    direct = min(measure([str(python), "-m", "simpul.cli", "--version"], copy, environment) for _ in range(3))
    own = [os.path.realpath(sys.executable), str(copy / "simpul"), "--version"]
    through = min(measure(own, copy, environment) for _ in range(3))
    assert through - direct < 1.0


def measure(command: list[str], copy: Path, environment: dict[str, str]) -> float:
    started = time.monotonic()
    subprocess.run(command, env=environment | {"PYTHONPATH": str(copy / "src")}, capture_output=True, check=True)
    return time.monotonic() - started


def wait_for_page(server: subprocess.Popen[bytes], url: str, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.3)
    return ""


def test_test_command_sets_up_and_ends_with_pytests_line(copy: Path, environment: dict[str, str]) -> None:
    done = simpul(copy, environment, "test", "tests/unit/cli/test_ports.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed in " in done.stdout.rstrip().splitlines()[-1]


def test_interrupted_set_up_is_done_anew(copy: Path, environment: dict[str, str]) -> None:
    (copy / ".venv" / "simpul-unfinished").touch()
    (copy / ".venv" / "pyvenv.cfg").unlink()
    done = simpul(copy, environment, "--version")
    assert done.returncode == 0, done.stderr
    assert not (copy / ".venv" / "simpul-unfinished").exists()


def test_changed_lock_is_noticed(copy: Path, environment: dict[str, str]) -> None:
    with (copy / "requirements.lock").open("a") as lock:
        lock.write("# another version\n")
    done = simpul(copy, environment, "--version")
    assert done.returncode == 0, done.stderr
    assert "set up in" in done.stderr
    assert "set up in" not in simpul(copy, environment, "--version").stderr


def test_folder_of_somebody_else_is_never_emptied(copy: Path, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("penting")
    done = simpul(copy, environment | {"SIMPUL_VENV": str(tmp_path)}, "--version")
    assert done.returncode == 4
    assert (tmp_path / "letter.txt").read_text() == "penting"


def test_set_up_goes_on_with_pip_alone_where_uv_cannot_be_had(copy: Path, environment: dict[str, str]) -> None:
    small = copy / "small"
    small.mkdir()
    shutil.copy2(copy / "simpul", small / "simpul")
    (small / "requirements-uv.lock").write_text("uv==0.0.0 --hash=sha256:" + "0" * 64 + "\n")
    lock = (copy / "requirements.lock").read_text()
    (small / "requirements.lock").write_text(lock[lock.index("six==") : lock.index("sqlparse==")])
    package = small / "src" / "simpul" / "cli"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text("import six, sys; print(sys.argv[1:], six.__name__)")
    done = simpul(small, environment, "run", "--here")
    assert (done.returncode, done.stdout) == (0, "['run', '--here'] six\n"), done.stderr
    assert json.loads((small / ".venv" / "simpul-stamp.json").read_text()).keys() == {"run"}
