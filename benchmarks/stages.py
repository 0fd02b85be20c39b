"""What each step of a call costs, as the exchange's own metrics tell: exact sums over all calls of one kind."""

import re
from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.service import fetch
from benchmarks.stand import PAGE, Connection, Stand

CALLS = 1_000
CASES = {
    "one row by key": "kode=eq.K{number:08d}",
    f"page of {PAGE} rows, uncached": f"kode=gt.K{{number:08d}}&order=kode&limit={PAGE}",
    f"page of {PAGE} rows, cached": f"order=kode&limit={PAGE}",
}
LINE = re.compile(r'simpul_exchange_step_seconds_(sum|count)\{step="(\w+)"\} ([0-9.]+)')
Sums = dict[tuple[str, str], float]


def measure_stages(stand: Stand) -> Iterator[Figure]:
    """Call one after another and take the mean of each step."""
    with stand.exchange() as connection:
        for name, query in CASES.items():
            for number in range(20):
                stand.fetch(connection, query.format(number=number))
            before = _read(connection)
            for number in range(100, 100 + min(CALLS, stand.rows)):
                stand.fetch(connection, query.format(number=number))
            after = _read(connection)
            for kind, step in after:
                calls = after["count", step] - before.get(("count", step), 0)
                if kind == "sum" and calls:
                    taken = after["sum", step] - before.get(("sum", step), 0)
                    yield Figure(f"{name}: {step}", round(taken / calls * 1_000_000), "µs")


def _read(connection: Connection) -> Sums:
    text = fetch(connection, "/metrics")[1].decode()
    return {(kind, step): float(number) for kind, step, number in LINE.findall(text)}
