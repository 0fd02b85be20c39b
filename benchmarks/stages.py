"""What each stage of a call costs, as the exchange itself tells in Server-Timing."""

import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from http.client import HTTPConnection

from benchmarks.figures import Figure
from benchmarks.service import PATH
from benchmarks.stand import PAGE, Stand

CALLS = 500
CASES = {
    "one row by key": "kode=eq.K{number:08d}",
    f"page of {PAGE} rows, uncached": f"kode=gt.K{{number:08d}}&order=kode&limit={PAGE}",
    f"page of {PAGE} rows, cached": f"order=kode&limit={PAGE}",
}


def measure_stages(stand: Stand) -> Iterator[Figure]:
    """Call one after another and take the median of each stage."""
    with stand.exchange() as connection:
        for name, query in CASES.items():
            taken: dict[str, list[float]] = defaultdict(list)
            for number in range(min(CALLS, stand.rows)):
                for stage, milliseconds in _call(stand, connection, query.format(number=number)):
                    taken[stage].append(milliseconds)
            for stage, values in taken.items():
                yield Figure(f"{name}: {stage}", round(statistics.median(values) * 1000), "µs")


def _call(stand: Stand, connection: HTTPConnection, query: str) -> list[tuple[str, float]]:
    connection.request("GET", f"{PATH}?{query}", headers=stand.headers)
    answer = connection.getresponse()
    answer.read()
    return [
        (name, float(ms)) for name, ms in re.findall(r"([a-z]+);dur=([0-9.]+)", answer.headers.get("Server-Timing", ""))
    ]
