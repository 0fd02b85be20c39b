"""The home of a benchmark's hub: a new folder and free ports, removed when the benchmark ends."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simpul.cli.rehearsal.hub import find_free_ports


@contextmanager
def throwaway_home() -> Iterator[dict[str, str]]:
    """Give the environment of a hub of its own; its folder is removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="simpul-bench-"))
    home.chmod(0o755)  # the database's own user must be able to enter
    portal, exchange, database = find_free_ports(3)
    try:
        yield {
            "SIMPUL_HOME": str(home),
            "DATABASE_URL": "",
            "BIND_ADDRESS": "127.0.0.1",
            "PORTAL_PORT": str(portal),
            "EXCHANGE_PORT": str(exchange),
            "DATABASE_PORT": str(database),
            "PUBLIC_URL": f"http://127.0.0.1:{portal}",
            "EXCHANGE_URL": f"http://127.0.0.1:{exchange}",
        }
    finally:
        shutil.rmtree(home, ignore_errors=True)
