"""Counts what the exchange does, and writes it as Prometheus reads it (text format 0.0.4).

Counting costs about a microsecond a call, so it is done here rather than by a library. Labels are names of what is
published, of operations and of statuses: nothing that a caller can make up, and at most `MOST_SERIES` of them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simpul.exchange.call import Call
from simpul.exchange.http import Response

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histograms' classes, in seconds."""
MOST_SERIES = 2_000
OTHER = ("", "", "other")


@dataclass
class Counts:
    """Everything that only rises: calls by (stage, dataset, operation, status), and how long each step took."""

    calls: dict[tuple[str, ...], int] = field(default_factory=dict)
    steps: dict[str, list[float]] = field(default_factory=dict)
    """For each step one number a class, one more for what is longer, and the sum in seconds."""
    totals: dict[str, float] = field(default_factory=dict)

    def count(self, call: Call, response: Response) -> None:
        """Count one answered call."""
        published, dataset = call.published, call.dataset
        name = f"{published.context}/v{published.major}/{dataset.name if dataset else ''}" if published else ""
        series: tuple[str, ...] = (
            published.stage if published else "",
            name,
            call.operation,
            f"{response.status // 100}xx",
        )
        if series not in self.calls and len(self.calls) >= MOST_SERIES:
            series = (*OTHER, series[-1])
        self.calls[series] = self.calls.get(series, 0) + 1
        for step, seconds in call.steps.items():
            numbers = self.steps.get(step)
            if numbers is None:
                numbers = self.steps[step] = [0.0] * (len(BOUNDS) + 2)
            numbers[bisect_left(BOUNDS, seconds)] += 1
            numbers[-1] += seconds

    def add(self, other: "Counts") -> None:
        """Add what another process counted."""
        for series, number in other.calls.items():
            self.calls[series] = self.calls.get(series, 0) + number
        for step, numbers in other.steps.items():
            mine = self.steps.get(step, [0.0] * len(numbers))
            self.steps[step] = [one + another for one, another in zip(mine, numbers, strict=True)]
        for name, total in other.totals.items():
            self.totals[name] = self.totals.get(name, 0) + total

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        calls = [[*series, number] for series, number in self.calls.items()]
        return {"calls": calls, "steps": self.steps, "totals": self.totals}


def read_counts(told: Mapping[str, Any]) -> Counts:
    """Return what `to_dict` gave."""
    calls = {tuple(one[:-1]): one[-1] for one in told["calls"]}
    return Counts(calls, dict(told["steps"]), dict(told["totals"]))


TOTALS = {
    "simpul_exchange_cache_hits_total": "Answers given from memory.",
    "simpul_exchange_cache_misses_total": "Answers that had to be read.",
    "simpul_exchange_overload_refused_total": "Calls refused because too much was at work.",
}
GAUGES = {
    "simpul_exchange_processes": "Processes of the exchange on this machine.",
    "simpul_exchange_calls_at_work": "Calls being answered.",
    "simpul_exchange_loop_lag_seconds": "How late the event loop comes, the sum over the processes.",
    "simpul_exchange_cache_bytes": "Memory of kept answers.",
    "simpul_exchange_connections": "Database connections that may be opened for pages.",
    "simpul_exchange_connections_busy": "Database connections that read pages.",
    "simpul_exchange_connections_waiting": "Calls that wait for a database connection.",
    "simpul_exchange_streams": "Long answers on their way.",
    "simpul_exchange_deliveries": "Batches at work.",
    "simpul_exchange_deliveries_waiting": "Batches that wait for a place.",
    "simpul_exchange_evidence_waiting_bytes": "Evidence that isn't in the database yet.",
    "simpul_exchange_publications": "Publications known, the sum over the processes.",
}


def write_metrics(counts: Counts, gauges: Mapping[str, float]) -> str:
    """Return the whole text."""
    lines: list[str] = []
    name = "simpul_exchange_calls_total"
    lines += _describe(name, "counter", "Answered calls.")
    for (stage, dataset, operation, status), number in sorted(counts.calls.items()):
        labels = f'stage="{stage}",dataset="{dataset}",operation="{operation}",status="{status}"'
        lines.append(f"{name}{{{labels}}} {number}")
    lines += _describe("simpul_exchange_step_seconds", "histogram", "How long each step of a call took.")
    for step, numbers in sorted(counts.steps.items()):
        lines += _write_histogram("simpul_exchange_step_seconds", step, numbers)
    for name, about in TOTALS.items():
        lines += [*_describe(name, "counter", about), f"{name} {counts.totals.get(name, 0):g}"]
    for name, about in GAUGES.items():
        lines += [*_describe(name, "gauge", about), f"{name} {gauges.get(name, 0):g}"]
    return "\n".join(lines) + "\n"


def _describe(name: str, kind: str, about: str) -> Iterable[str]:
    return (f"# HELP {name} {about}", f"# TYPE {name} {kind}")


def _write_histogram(name: str, step: str, numbers: list[float]) -> Iterable[str]:
    below = 0.0
    for bound, number in zip(BOUNDS, numbers, strict=False):
        below += number
        yield f'{name}_bucket{{step="{step}",le="{bound:g}"}} {below:.0f}'
    below += numbers[len(BOUNDS)]
    yield f'{name}_bucket{{step="{step}",le="+Inf"}} {below:.0f}'
    yield f'{name}_sum{{step="{step}"}} {numbers[-1]:.6f}'
    yield f'{name}_count{{step="{step}"}} {below:.0f}'
