"""The exchange as a hub runs it, over the exchange's own small world."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "exchange"))

from exchange_world import World, build_world, wait_until  # also given on to tests

from simpul.cli.health import ask

__all__ = ["Exchange", "World", "build_world", "wait_until"]


class Exchange:
    """One exchange in processes of its own. `log` is what they write to standard error."""

    def __init__(self, world: World, home: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.world, self.log = world, home / "exchange.log"
        given = {
            "SIMPUL_DSN": world.database.dsn("exchange"),
            "SIMPUL_HOME": str(home),
            "EXCHANGE_PORT": str(self.port),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "simpul.cli.child", "exchange", str(os.getpid())],
                env=os.environ | given | settings,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + 30
        while ask("127.0.0.1", self.port, "/health/ready") != 200:
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as its supervisor would."""
        self.process.terminate()
        self.process.wait(15)

    def connect(self) -> socket.socket:
        """Return a new connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def send(self, content: bytes) -> bytes:
        """Send bytes as they are; return what comes until the connection ends or says nothing for a second."""
        with self.connect() as link:
            link.settimeout(15)
            link.sendall(content)
            told = link.recv(65536)
            link.settimeout(1)
            try:
                while piece := link.recv(65536):
                    told += piece
            except TimeoutError:
                pass
            return told

    def measure_kilobytes(self) -> int:
        """Return the most memory that its largest process has used."""
        parents = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pids = [pid for pid, parent in map(str.split, parents.splitlines()) if int(parent) == self.process.pid]
        told = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
        return max(int(one.split("VmHWM:")[1].split()[0]) for one in told)
