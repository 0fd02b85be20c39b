"""Loads: wrk calls an address, pgbench a statement; each as often as it can from a number of clients at once."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simpul.kernel.errors import Misconfigured
from simpul.kernel.words import Words
from simpul.store.binaries import list_binaries

UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
START_ALLOWANCE_SECONDS = 60


@dataclass(frozen=True)
class Load:
    """What one run of wrk told: calls a second, latencies in milliseconds, and what went wrong (0: nothing)."""

    rate: float
    median_ms: float
    p99_ms: float
    refused: int
    broken: int

    @property
    def errors(self) -> int:
        """How many calls weren't answered by a 2xx or 3xx."""
        return self.refused + self.broken


def call_often(
    url: str, headers: Mapping[str, str], *, clients: int, seconds: int, script: str = "", threads: int = 1
) -> Load:
    """Run wrk: `clients` kept connections, for so many seconds.

    Args: `script` is Lua that shapes each request, empty for the same request each time.
    Raises: Misconfigured where wrk isn't installed; RuntimeError where it tells nothing.
    """
    program = shutil.which("wrk")
    if program is None:
        raise Misconfigured(
            Words("Program wrk belum terpasang.", "The program wrk isn't installed."),
            hint=Words("Pada Debian: apt-get install wrk", "On Debian: apt-get install wrk"),
        )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = [program, f"-t{threads}", f"-c{clients}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        command += [*(["-s", file.name] if script else []), url]
        return read_wrk(_run(command, seconds))


def read_wrk(told: str) -> Load:
    """Read what wrk printed.

    >>> read_wrk("  50%  1.50ms\\n 99%  2.00s\\nRequests/sec:  3\\n Socket errors: connect 0, read 2, write 0, timeout 1\\n")
    Load(rate=3.0, median_ms=1.5, p99_ms=2000.0, refused=0, broken=3)
    """
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    if rate is None:
        raise RuntimeError(f"wrk told nothing: {told[-300:]}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
    return Load(
        float(rate[1]),
        _read_latency(told, "50"),
        _read_latency(told, "99"),
        int(refused[1]) if refused else 0,
        sum(map(int, broken.groups())) if broken else 0,
    )


def _read_latency(told: str, percent: str) -> float:
    found = re.search(rf"^\s*{percent}%\s+([0-9.]+)(us|ms|s|m)\s*$", told, re.MULTILINE)
    return float(found[1]) * UNITS_MS[found[2]] if found else 0.0


def query_often(dsn: str, script: str, *, clients: int, seconds: int) -> float:
    """Run pgbench with prepared statements; return transactions a second.

    Args: `script` is pgbench's own, one statement as a rule.
    Raises: Misconfigured where there is no pgbench; RuntimeError where it fails.
    """
    program = next((one.program("pgbench") for one in list_binaries() if one.has("pgbench")), None)
    if program is None:
        raise Misconfigured(Words("Program pgbench tidak ada.", "There is no program pgbench."))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [str(program), "-n", "-M", "prepared", f"-c{clients}", "-j1", f"-T{seconds}", "-f", file.name, dsn]
        told = _run(command, seconds)
    rate = re.search(r"tps = ([0-9.]+)", told)
    if rate is None:
        raise RuntimeError(f"pgbench told nothing: {told[-300:]}")
    return float(rate[1])


def _run(command: list[str], seconds: int) -> str:
    done = subprocess.run(  # noqa: S603 (our own list of arguments)
        command, capture_output=True, text=True, check=False, timeout=seconds + START_ALLOWANCE_SECONDS
    )
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: {done.stderr[-500:]}")
    return done.stdout
