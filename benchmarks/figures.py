"""What a benchmark gives back, and how it is timed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One figure. A figure of time stands beside the same run's limit: `ratio` is value over limit (rates: under it)."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    limit_name: str = ""

    @property
    def ratio(self) -> float | None:
        """Return the value as a multiple of its limit."""
        return round(self.value / self.limit, 3) if self.limit else None


@dataclass(frozen=True)
class Result:
    """A benchmark's figures and the amounts that they were measured with."""

    name: str
    amounts: dict[str, int]
    figures: list[Figure]
    facts: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        figures = [{**asdict(one), "ratio": one.ratio} for one in self.figures]
        return {"bench": self.name, "amounts": self.amounts, "figures": figures, "facts": self.facts}


def time_ms(work: Callable[[], object], times: int) -> float:
    """Return the median of how long a call takes, in milliseconds, after one call that isn't counted."""
    work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
