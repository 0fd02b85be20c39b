"""The server's process: found by its pid file, and stopped. Standard library alone.

Run as a program (`python server_process.py LOCK DATA`) it is the guard of one cluster: it waits until nobody
holds the lock any more, even where all users were killed, and then stops the server.
"""

import contextlib
import fcntl
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

FAST_SECONDS = 6.0
IMMEDIATE_SECONDS = 2.0
BURY_SECONDS = 2.0


@dataclass(frozen=True)
class Running:
    """What the server's own pid file says: process, port, and whether it takes connections."""

    pid: int
    port: int
    ready: bool


def find_running(data: Path) -> Running | None:
    """Return the live server of a data folder, or None; a pid file left by a crash doesn't count."""
    try:
        lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        running = Running(int(lines[0]), int(lines[3]), len(lines) > 7 and lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None
    return running if _is_alive(running.pid) and _serves(running.pid, data) else None


def _serves(pid: int, data: Path) -> bool:
    """Return False where another program got the number of a server that died (seen on Linux alone)."""
    try:
        return str(data).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _read_state(pid) != "Z"


def _read_state(pid: int) -> str:
    """Return the state letter of a process (Linux), or an empty text."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][:1]
    except OSError:
        return ""


def stop_process(pid: int) -> None:
    """Stop a server: fast (sessions are ended, all is written), then immediate, then by force; within 10 s."""
    steps = ((signal.SIGINT, FAST_SECONDS), (signal.SIGQUIT, IMMEDIATE_SECONDS), (signal.SIGKILL, 1.0))
    for number, seconds in steps:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if _wait_for_end(pid, seconds):
            return


def _wait_for_end(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        _reap(pid)
        if not _is_alive(pid):
            return True
        time.sleep(0.02)
    return False


def bury_dead(data: Path) -> None:
    """Take the exit status of a server that died as this process's child: while it lies there a new one won't start.

    A killed process has no command line any more before it has an exit status: that moment is waited for, 2 s at most.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text("utf-8").splitlines()[0])
        deadline = time.monotonic() + BURY_SECONDS
        while _is_dying(pid) and time.monotonic() < deadline:
            time.sleep(0.01)


def _is_dying(pid: int) -> bool:
    """Take the exit status if there is one; return whether an entry without a program is still left of the process."""
    _reap(pid)
    try:
        os.kill(pid, 0)
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _reap(pid: int) -> None:
    """Take the exit status where the server is this process's own child, so that no dead entry stays."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def guard_server(lock: Path, data: Path) -> None:
    """Wait until no user of the cluster is left, then stop its server if it still runs."""
    with lock.open("a") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        running = find_running(data)
        if running:
            stop_process(running.pid)


if __name__ == "__main__":
    guard_server(Path(sys.argv[1]), Path(sys.argv[2]))
