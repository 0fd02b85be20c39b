"""What a benchmark gives back, and how it is timed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One figure. What depends on the machine stands beside a limit of the same run: `ratio` is value over limit.

    `processor` is the same ratio of rates as it would be by the processor time that a call takes over all processes: what
    else the machine does makes it neither better nor worse.
    `goal` is what the ratio, or the value where there is no limit, should be: "≥ 0.6"; empty: it is only stated.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    limit_name: str = ""
    goal: str = ""
    processor: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return the value as a multiple of its limit."""
        return round(self.value / self.limit, 3) if self.limit else None

    @property
    def is_met(self) -> bool | None:
        """Return whether the goal is met, None where there is none.

        >>> Figure("x", 30, "calls/s", 100, "y", "≥ 0.25").is_met, Figure("x", 2, "s", goal="≤ 1").is_met
        (True, False)
        """
        if not self.goal:
            return None
        sign, number = self.goal.split()
        told = self.value if self.limit is None else self.value / self.limit
        return told >= float(number) if sign == "≥" else told <= float(number)


@dataclass(frozen=True)
class Result:
    """A benchmark's figures and the amounts that they were measured with."""

    name: str
    amounts: dict[str, int]
    figures: list[Figure]
    facts: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        figures = [{**asdict(one), "ratio": one.ratio, "met": one.is_met} for one in self.figures]
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
