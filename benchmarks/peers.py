"""Side by side with what could be installed instead."""

from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.stand import Stand


def measure_peers(stand: Stand) -> Iterator[Figure]:
    yield from ()
