"""Keeps the hub's processes alive: starts them, starts again what dies, stops all within ten seconds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simpul.cli.signals import StopRequest

STOP_SECONDS = 6.0
"""How long a process may take to stop; the database has the rest of the ten seconds."""

LONGEST_PAUSE_SECONDS = 30.0
SOUND_SECONDS = 60.0
"""A process that lived this long starts again without a growing pause."""

_LOOK_SECONDS = 0.1


@dataclass
class Process:
    """One process of the hub: how it is started, and how it stands."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    failures: int = field(default=0)

    def start(self, options: Mapping[str, Any]) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
        self.running = subprocess.Popen(  # noqa: S603 - our own list of arguments, no shell
            self.command, env=dict(self.environment), stdin=subprocess.DEVNULL, process_group=0, **options
        )
        self.started_at = time.monotonic()

    def note_end(self) -> float | None:
        """Return the pause in seconds before the next start if the process has just ended, else None."""
        if self.running is None or self.running.poll() is None:
            return None
        kill_group(self.running.pid)
        now = time.monotonic()
        self.failures = 1 if now - self.started_at > SOUND_SECONDS else self.failures + 1
        pause = min(0.25 * 2.0**self.failures, LONGEST_PAUSE_SECONDS)
        self.due_at = now + pause
        return pause


class Supervisor:
    """Runs processes until a stop is asked for."""

    def __init__(
        self,
        processes: Sequence[Process],
        options: Mapping[str, Any] | None = None,
        look_after: Callable[[], None] | None = None,
    ) -> None:
        """Take the processes in the order of their start, `subprocess` options for all of them, and what else to call
        on each round of the watch."""
        self.processes = processes
        self.options = options or {}
        self.look_after = look_after

    def start(self) -> None:
        """Start every process."""
        for process in self.processes:
            process.start(self.options)

    def watch(self, request: StopRequest, until: float | None = None) -> None:
        """Start again what ends, until a stop is asked for or `until` on the monotonic clock."""
        while not request.is_asked and (until is None or time.monotonic() < until):
            if self.look_after is not None:
                self.look_after()
            for process in self.processes:
                self._look_at(process)
            time.sleep(_LOOK_SECONDS)

    def _look_at(self, process: Process) -> None:
        if process.running is None:
            if time.monotonic() >= process.due_at:
                process.start(self.options)
            return
        pause = process.note_end()
        if pause is not None:
            code = process.running.returncode
            tell(
                f"{process.name} berhenti ({code}); dijalankan lagi dalam {pause:.1f} detik. / "
                f"{process.name} ended ({code}); starting again in {pause:.1f} seconds."
            )
            process.running = None

    def stop(self) -> None:
        """Stop every process: politely, then, after STOP_SECONDS, by force with its whole group."""
        deadline = time.monotonic() + STOP_SECONDS
        living = [process.running for process in self.processes if process.running is not None]
        for running in living:
            # The process may have ended in this very moment, or belong to a user that we may no longer reach.
            with suppress(ProcessLookupError):
                running.send_signal(signal.SIGTERM)
        for running in living:
            with suppress(subprocess.TimeoutExpired):
                running.wait(max(0.05, deadline - time.monotonic()))
            kill_group(running.pid)
            running.wait()


def kill_group(leader: int) -> None:
    """End what is left of a process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def tell(text: str) -> None:
    """Tell the person at the terminal, on standard error."""
    print(f"simpul: {text}", file=sys.stderr, flush=True)
