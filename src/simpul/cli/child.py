"""The start of one process of the hub: tied to its supervisor's life, then portal, exchange or worker.

Run by the supervisor as `python -m simpul.cli.child NAME PARENT`; its address of the database is in SIMPUL_DSN.
"""

import runpy
import sys

from simpul.cli.lifeline import follow_parent
from simpul.cli.serve import serve_exchange, serve_portal
from simpul.kernel.settings import read_settings


def main(name: str, parent: int) -> None:
    """Become the process `name` for as long as the process `parent` lives."""
    follow_parent(parent)
    if name == "portal":
        serve_portal(read_settings())
    elif name == "exchange":
        serve_exchange(read_settings())
    else:
        sys.argv = [name]
        runpy.run_module("simpul.jobs", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
