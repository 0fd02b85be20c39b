"""What admitting a call within its plan costs: `python benchmarks/admit_cost.py`, in µs of processor time a call.

One call is: admitted with all limits set, its headers written, and released with its rows.
"""

import tempfile
import time
from pathlib import Path

from simpul.exchange.admit import Gate
from simpul.exchange.rates import Allowance

CALLS = 50_000
ALL = Allowance("x", 10_000_000, 10_000_000, 10**9, None, 10**12, 1000, None)
"""Every limit is looked at, none is reached."""


def measure(gate: Gate, calls: int) -> float:
    """Return µs of processor time for one call."""
    began = time.process_time()
    for _ in range(calls):
        gate.admit(ALL, 20, 7).release(50)
    return (time.process_time() - began) / calls * 1e6


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        gate = Gate(Path(folder))
        measure(gate, CALLS // 10)
        print(f"{measure(gate, CALLS):.1f} µs a call")
        gate.close()
