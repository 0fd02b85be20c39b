"""How much processor time the hub's processes take, whatever else the machine does meanwhile (Linux alone)."""

import os
import resource
from pathlib import Path

TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


def read_processor_seconds() -> float:
    """Return the time of all descendants of this process, and of the load tools that have ended.

    The exchange is a child of the benchmark, and so is PostgreSQL's server, which takes its ended sessions' time over.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + sum(_read_times(pid) for pid in _list_descendants(os.getpid()))


def _list_descendants(ancestor: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _read_fields(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = [ancestor]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def _read_times(pid: int) -> float:
    fields = _read_fields(pid)
    return sum(map(int, fields[11:15])) * TICK_SECONDS if fields else 0.0


def _read_fields(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; nothing where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []
