"""Serves one of the benchmark's own applications just as a hub serves its exchange: `python -m benchmarks.serve TARGET`."""

import sys

from simpul.cli.serve import serve_exchange
from simpul.kernel.settings import read_settings

if __name__ == "__main__":
    serve_exchange(read_settings(), target=sys.argv[1])
