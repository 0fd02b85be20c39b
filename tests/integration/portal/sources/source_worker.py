"""A worker of one source that is killed by its test: fetches numbered rows, slowly, from memory.

Started with one JSON argument: dsn, home, source (id), rows (how many), mode. It says `ready` when it begins to read.
"""

import json
import os
import sys
import time
from typing import Any


def main(task: dict[str, Any]) -> None:
    """Run the source until its run has ended."""
    os.environ |= {"SIMPUL_DSN": task["dsn"], "SIMPUL_HOME": task["home"]}
    from simpul.portal.commands import setup

    setup()
    from source_reader import MemoryReader, make_row

    from simpul.portal.sources.running import run_source

    def rest(number: int) -> None:
        if number == 0:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        time.sleep(0.004)

    rows = [make_row(number) for number in range(1, task["rows"] + 1)]
    reader = MemoryReader(rows, steps=task["mode"] == "merge", chunk_rows=10, at_chunk=rest)
    while run_source(task["source"], None, lambda _: reader, 50) is None:
        time.sleep(0.05)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
