# ruff: noqa: S603, S607 (our own lists of arguments)
"""Side by side with what could be installed instead, on the same rows: Datasette (PyPI) and PostGraphile (npm).

Each is installed for the benchmark alone, into a folder that is removed afterwards, and runs as its own pages say for
production: one process, no query log. They check no key, no grant and no limit, and keep no evidence.
"""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.load import Load, call_often
from benchmarks.service import HEADER, make_rows
from benchmarks.stand import CLIENTS, PAGE, SAMPLE_KEY, Stand, write_script
from simpul.store.pools import read_dsn, write_dsn

DATASETTE, POSTGRAPHILE = "datasette>=0.65,<0.66", "postgraphile@4"
READY_SECONDS = 60.0
NO_CACHE = {"EXCHANGE_CACHE_MB": "0"}
PAGE_QUERY = f"kode=gt.{{key}}&order=kode&limit={PAGE}"
FIELDS = "kode nama jumlah luas dicatat"


def measure_peers(stand: Stand) -> Iterator[Figure]:
    """One row by its key and a page, here and there."""
    with tempfile.TemporaryDirectory(prefix="simpul-peers-") as folder:
        with stand.exchange(**NO_CACHE):
            key = stand.call("kode=eq.{key}").rate
            page = stand.call(PAGE_QUERY).rate
        with run_datasette(stand, Path(folder)) as port:
            path = "/rows/wilayah/{key}.json?_shape=array"
            yield _compare("one row by key", key, "Datasette", _call(stand, port, path))
            path = f"/rows/wilayah.json?_shape=array&_nocount=1&_nofacet=1&_sort=kode&_size={PAGE}&kode__gt={{key}}"
            yield _compare(f"page of {PAGE} rows", page, "Datasette", _call(stand, port, path))
        if shutil.which("npm") is None:
            print("npm isn't here: PostGraphile not measured", file=sys.stderr)
            return
        with run_postgraphile(stand, Path(folder)) as port:
            one = f'{{allWilayahs(condition: {{kode: "{{key}}"}}) {{ nodes {{ {FIELDS} }} }} }}'
            yield _compare("one row by key", key, "PostGraphile", _ask(stand, port, one))
            many = f"{{allWilayahs(first: {PAGE}, orderBy: KODE_ASC) {{ nodes {{ {FIELDS} }} }} }}"
            yield _compare(f"page of {PAGE} rows", page, "PostGraphile (its first page)", _ask(stand, port, many))


def _compare(name: str, mine: float, peer: str, theirs: Load) -> Figure:
    if theirs.errors:
        raise RuntimeError(f"{peer}: {theirs.errors} errors")
    return Figure(f"{name}, beside {peer}", round(mine), "calls/s", round(theirs.rate), peer, "≥ 1")


def _call(stand: Stand, port: int, path: str) -> Load:
    script = write_script(path, stand.rows)
    return call_often(f"http://127.0.0.1:{port}", {}, clients=CLIENTS, seconds=stand.seconds, script=script)


def _ask(stand: Stand, port: int, query: str) -> Load:
    _check_query(port, query.replace("{key}", SAMPLE_KEY))
    body = query.replace('"', '\\\\\\"')
    before, _, after = body.partition("{key}")
    middle = f'" .. string.format("K%08d", math.random(0, {stand.rows - 1})) .. "' if "{key}" in body else ""
    script = f"""
math.randomseed(os.time())
function request()
  return wrk.format("POST", "/graphql", {{["Content-Type"] = "application/json"}},
    "{{\\"query\\": \\"{before}{middle}{after}\\"}}")
end
"""
    return call_often(f"http://127.0.0.1:{port}", {}, clients=CLIENTS, seconds=stand.seconds, script=script)


def _check_query(port: int, query: str) -> None:
    """Raise RuntimeError with the peer's own words where it doesn't take the query."""
    content, headers = json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", content, headers)
    try:
        told = json.load(urllib.request.urlopen(request, timeout=20))  # noqa: S310 (our own address)
    except urllib.error.HTTPError as error:
        raise RuntimeError(error.read()[:500]) from None
    if "errors" in told or None in told["data"].values():
        raise RuntimeError(str(told)[:500])


@contextmanager
def run_datasette(stand: Stand, folder: Path) -> Iterator[int]:
    """Install Datasette, give it the same rows in SQLite with the same key, and run it."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    install = [folder / "venv/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", DATASETTE]
    subprocess.run([*install, "setuptools<81"], check=True)
    with sqlite3.connect(folder / "rows.db") as link:
        link.execute(f"CREATE TABLE wilayah ({', '.join(HEADER)}, PRIMARY KEY (kode))")
        link.executemany("INSERT INTO wilayah VALUES (?, ?, ?, ?, ?)", make_rows(stand.rows))
    command = [folder / "venv/bin/datasette", "serve", "-i", folder / "rows.db", "--setting", "suggest_facets", "off"]
    with _running([*command, "-p"], "/rows/wilayah.json?_size=1") as port:
        yield port


@contextmanager
def run_postgraphile(stand: Stand, folder: Path) -> Iterator[int]:
    """Install PostGraphile and run it on the very table."""
    made = folder / "node"
    made.mkdir()
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", made, POSTGRAPHILE, "pg"], check=True
    )
    parts = {name: value for name, value in read_dsn(stand.dsn).items() if name != "options"}
    options = [
        "-c",
        write_dsn(parts),
        "-s",
        stand.service.table.schema,
        "-n",
        "127.0.0.1",
        "-M",
        "-j",
        "--disable-query-log",
    ]
    with _running([made / "node_modules/.bin/postgraphile", *options, "-p"], "/graphql") as port:
        yield port


@contextmanager
def _running(command: list[str | Path], path: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = os.environ | {"NODE_ENV": "production"}
    process = subprocess.Popen([*command, str(port)], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}{path}", process)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 (our own address)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
            continue
        return
    raise RuntimeError(f"nothing answers at {address}")
