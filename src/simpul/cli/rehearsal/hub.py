"""The hub of a rehearsal: one that is started in a fresh folder and thrown away, or the one that runs already."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simpul.cli.health import is_ready
from simpul.kernel.errors import SimpulError
from simpul.kernel.settings import Settings, read_settings
from simpul.kernel.words import Words

READY_SECONDS = 120.0


class HubNotReady(SimpulError):
    code = "SPL464"
    message = Words("Hub untuk gladi tidak siap.", "The rehearsal's hub isn't ready.")
    hint = Words("Lihat catatannya: {log}", "See its log: {log}")


@dataclass
class ThrowawayHub:
    """A hub of its own, in a folder that is removed when it isn't kept."""

    settings: Settings
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path
    is_kept: bool = False


def find_free_ports(count: int) -> list[int]:
    """Return ports on 127.0.0.1 that nothing listens at now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


@contextmanager
def throwaway_hub() -> Iterator[ThrowawayHub]:
    """Start a hub in a new folder on free ports; afterwards stop it and remove the folder, unless it is kept.

    Raises: HubNotReady.
    """
    home = Path(tempfile.mkdtemp(prefix="simpul-gladi-"))
    home.chmod(0o755)  # the database's own user must be able to enter
    portal, exchange, database = find_free_ports(3)
    overrides = {
        "SIMPUL_HOME": str(home),
        "PORTAL_PORT": str(portal),
        "EXCHANGE_PORT": str(exchange),
        "DATABASE_PORT": str(database),
        "DATABASE_URL": "",
        "BIND_ADDRESS": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{portal}",
        "EXCHANGE_URL": f"http://127.0.0.1:{exchange}",
    }
    environment = {name: value for name, value in os.environ.items() if name != "SIMPUL_DSN"} | overrides
    log = home / "hub.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "simpul.cli", "run"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    hub = ThrowawayHub(read_settings(environment), environment, process, log)
    try:
        _wait_until_ready(hub)
        yield hub
    finally:
        if not hub.is_kept:
            stop_hub(hub, home)


def stop_hub(hub: ThrowawayHub, home: Path) -> None:
    """Stop a hub and remove its folder."""
    hub.process.send_signal(signal.SIGTERM)
    try:
        hub.process.wait(20)
    except subprocess.TimeoutExpired:
        hub.process.kill()
        hub.process.wait()
    shutil.rmtree(home, ignore_errors=True)


def _wait_until_ready(hub: ThrowawayHub) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and hub.process.poll() is None:
        if is_ready(hub.settings):
            return
        time.sleep(0.2)
    tail = hub.log.read_text("utf-8", errors="replace")[-2000:]
    print(tail, file=sys.stderr)
    raise HubNotReady(log=str(hub.log))


def read_running_settings() -> Settings:
    """Return the settings of the hub that runs with this environment. Raises: HubNotReady unless it answers."""
    settings = read_settings()
    if not is_ready(settings):
        raise HubNotReady(log=str(settings.SIMPUL_HOME))
    return settings
