"""The whole hub as processes: it starts, mends itself, and leaves nothing behind however it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from simpul.kernel.settings import TABLE

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS, STOP_SECONDS = 120, 10

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by /proc")


class Hub:
    """A hub of its own: home, ports, and the supervisor's process."""

    def __init__(self, home: Path, command: str = "run") -> None:
        self.home = home
        self.ports = {name: find_port() for name in ("PORTAL_PORT", "EXCHANGE_PORT", "DATABASE_PORT")}
        hidden = {setting.name for setting in TABLE} | {"SIMPUL_DSN"}
        plain = {name: value for name, value in os.environ.items() if name not in hidden}
        ports = {name: str(port) for name, port in self.ports.items()}
        self.environment = plain | ports | {"SIMPUL_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
        self.log = (home.parent / f"{home.name}.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simpul.cli", command],
            env=self.environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def answers(self) -> bool:
        return is_ok(self.ports["PORTAL_PORT"], "/sehat") and is_ok(self.ports["EXCHANGE_PORT"], "/health/ready")

    def wait(self) -> None:
        assert wait_for(self.answers, START_SECONDS), self.read_log()

    def read_log(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def list_processes(self) -> dict[int, str]:
        """Return every living process of this hub, as {pid: command line}."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                about = command + (folder / "environ").read_bytes().decode(errors="replace")
                place = (self.home / "postgres").resolve()
                if command and (f"SIMPUL_HOME={self.home}" in about or str(place) in about):
                    found[int(folder.name)] = command
        return found

    def find_child(self, name: str) -> int:
        return next(pid for pid, command in sorted(self.list_processes().items()) if f"cli.child {name}" in command)

    def find_database(self) -> int:
        return next(pid for pid, command in sorted(self.list_processes().items()) if "bin/postgres -D" in command)

    def is_gone(self) -> bool:
        return not self.list_processes()


def find_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def is_ok(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Give a home whose database the first hub makes and the next ones find."""
    made = Path(tempfile.mkdtemp(prefix="simpul-hub-", dir="/tmp"))
    yield made
    place = (made / "postgres").resolve()
    shutil.rmtree(made, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
    (made.parent / f"{made.name}.log").unlink(missing_ok=True)


@pytest.fixture
def hub(home: Path) -> Iterator[Hub]:
    """Give a hub that answers; end what a failed test leaves."""
    started = Hub(home)
    yield started
    for pid in started.list_processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    started.process.wait()
    started.log.close()


def test_hub_starts_again_a_killed_process_and_stops_within_ten_seconds(hub: Hub) -> None:
    hub.wait()
    os.kill(hub.find_database(), signal.SIGKILL)
    for name in ("exchange", "portal"):
        os.kill(hub.find_child(name), signal.SIGKILL)
    assert wait_for(lambda: not hub.answers(), 5)
    hub.wait()
    hub.process.send_signal(signal.SIGTERM)
    assert hub.process.wait(STOP_SECONDS) == 0, hub.read_log()
    assert hub.is_gone(), hub.list_processes()


def test_hub_leaves_nothing_behind_when_its_supervisor_is_killed(hub: Hub) -> None:
    hub.wait()
    hub.process.kill()
    hub.process.wait()
    assert wait_for(hub.is_gone, STOP_SECONDS), hub.list_processes()


def test_hub_stops_cleanly_while_it_is_still_starting(hub: Hub) -> None:
    assert wait_for(lambda: any("postgres" in command for command in hub.list_processes().values()), START_SECONDS)
    hub.process.send_signal(signal.SIGINT)
    assert hub.process.wait(STOP_SECONDS) in (0, 130), hub.read_log()
    assert wait_for(hub.is_gone, 2), hub.list_processes()
    assert "Traceback" not in hub.read_log()


def test_second_hub_on_the_same_ports_says_so_in_one_line(hub: Hub) -> None:
    hub.wait()
    second = subprocess.run(
        [sys.executable, "-m", "simpul.cli", "run"], env=hub.environment, capture_output=True, text=True, timeout=30
    )
    assert second.returncode == 1
    first, mend = second.stderr.splitlines()
    assert f"{hub.ports['PORTAL_PORT']} (PORTAL_PORT)" in first
    assert "PORTAL_PORT=" in mend
    assert hub.answers()
