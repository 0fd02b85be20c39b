"""The exchange's speed, with key, grant, limits and evidence on: each figure a ratio to a limit of the same run.

wrk, exchange and database share the machine's cores, as pgbench and database do. Each figure is a function of its own;
`--only` chooses some.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.client import HTTPConnection
from itertools import pairwise

from benchmarks.catalogue import measure_catalogue
from benchmarks.figures import Figure, Result
from benchmarks.load import Load, call_often
from benchmarks.peers import measure_peers
from benchmarks.service import HEADER, PATH
from benchmarks.stages import measure_stages
from benchmarks.stand import CLIENTS, PAGE, SAMPLE_KEY, Stand, compare, make_stand, take, take_median
from simpul.kernel.settings import read_settings
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import SQL, Identifier

FIXED = "the server's own fixed answer of 1 KB"
CACHE_OFF = {"EXCHANGE_CACHE_MB": "0"}
COLUMNS = ",".join(HEADER)
PIECE_BYTES = 1024 * 1024
PAGE_QUERY = f"kode=gt.{{key}}&order=kode&limit={PAGE}"
SAME_PAGE = f"order=kode&limit={PAGE}"


def measure(
    database: Database,
    *,
    rows: int,
    seconds: int,
    times: int,
    export_rows: int,
    many_rows: int,
    publications: int,
    only: Sequence[str] = (),
) -> Result:
    """Measure what `only` names, or everything."""
    stand = make_stand(database, rows=rows, seconds=seconds, times=times)
    works: dict[str, Callable[[], Iterator[Figure]]] = {
        "key": lambda: measure_key(stand),
        "page": lambda: measure_page(stand),
        "cached": lambda: measure_cached(stand),
        "evidence": lambda: measure_evidence(stand),
        "clients": lambda: measure_clients(stand),
        "stages": lambda: measure_stages(stand),
        "publications": lambda: measure_catalogue(stand, publications),
        "peers": lambda: measure_peers(stand),
        "export": lambda: measure_export(stand, export_rows),
        "depth": lambda: measure_depth(stand, many_rows),
    }
    figures = []
    for name in [name for name in works if not only or name in only]:
        print(f"… {name}", file=sys.stderr)
        figures.extend(works[name]())
    amounts = {"rows": rows, "seconds": seconds, "times": times, "clients": CLIENTS, "cores": os.cpu_count() or 0}
    return Result("exchange", amounts, figures, {"exchange_workers": read_settings().EXCHANGE_WORKERS})


def measure_key(stand: Stand) -> Iterator[Figure]:
    """One row by its key, another key each time."""
    name = f'"{stand.service.table.schema}"."{stand.service.table.name}"'
    statement = f"SELECT {COLUMNS} FROM {name} WHERE kode = '{SAMPLE_KEY}'"  # noqa: S608 (our own names)
    with stand.exchange():
        value, limit = stand.take_medians(
            lambda: check(stand.call("kode=eq.{key}")).rate, lambda: stand.query(statement)
        )
    yield compare("one row by key", "calls/s", value, limit, "pgbench's prepared SELECT of it", "≥ 0.25")


def measure_page(stand: Stand) -> Iterator[Figure]:
    """A page from a random place, nothing kept in memory."""
    statement = stand.write_statement([("kode", f"gt.{SAMPLE_KEY}"), ("order", "kode"), ("limit", str(PAGE))], PAGE)
    with stand.exchange(**CACHE_OFF):
        value, limit = stand.take_medians(lambda: check(stand.call(PAGE_QUERY)).rate, lambda: stand.query(statement))
    yield compare(f"page of {PAGE} rows, uncached", "calls/s", value, limit, "pgbench, same SQL", "≥ 0.6")


def measure_cached(stand: Stand) -> Iterator[Figure]:
    """The same page again and again, whole and as 304, and the server's fixed answer."""
    pages, known, fixed = [], [], []
    for _ in range(stand.times):
        with stand.exchange() as connection:
            tag = find_tag(stand, connection)
            pages.append(take(lambda: check(stand.call(SAME_PAGE)).rate))
            known.append(take(partial(_call_known, stand, tag)))
        with stand.exchange(target="benchmarks.fixed:application"):
            fixed.append(
                take(lambda: check(call_often(stand.address, {}, clients=CLIENTS, seconds=stand.seconds)).rate)
            )
    limit = take_median(fixed)
    yield compare(f"page of {PAGE} rows, cached", "calls/s", take_median(pages), limit, FIXED, "≥ 0.6")
    yield compare("304", "calls/s", take_median(known), limit, FIXED, "≥ 0.6")


def _call_known(stand: Stand, tag: str) -> float:
    return check(stand.call(SAME_PAGE, **{"If-None-Match": tag})).rate


def find_tag(stand: Stand, connection: HTTPConnection) -> str:
    """Return the page's ETag, once its answer is kept in memory."""
    tag = ""
    for _ in range(3):
        connection.request("GET", f"{PATH}?{SAME_PAGE}", headers=stand.headers)
        answer = connection.getresponse()
        answer.read()
        tag = answer.headers.get("ETag", "")
        time.sleep(0.5)
    return tag


def measure_evidence(stand: Stand) -> Iterator[Figure]:
    """Pages with and without evidence."""
    on, off = [], []
    for _ in range(stand.times):
        with stand.exchange(**CACHE_OFF):
            on.append(take(lambda: check(stand.call(PAGE_QUERY)).rate))
        with stand.exchange(target="benchmarks.unproven:application", **CACHE_OFF):
            off.append(take(lambda: check(stand.call(PAGE_QUERY)).rate))
    yield compare("page, evidence on", "calls/s", take_median(on), take_median(off), "evidence off", "≥ 0.9")


def measure_clients(stand: Stand) -> Iterator[Figure]:
    """Many clients at once, one row by key each."""
    for clients in (100, 1000):
        with stand.exchange():
            load = stand.call("kode=eq.{key}", clients)
        yield Figure(f"{clients} clients: calls not answered by 2xx", load.errors, "calls", goal="≤ 0")
        yield Figure(f"{clients} clients: p99", round(load.p99_ms, 1), "ms")
        yield Figure(f"{clients} clients: rate", round(load.rate), "calls/s")


def measure_export(stand: Stand, rows: int) -> Iterator[Figure]:
    """The whole table as NDJSON against COPY of the same columns."""
    stand.grow(max(rows, stand.rows))
    name = Identifier(stand.service.table.schema, stand.service.table.name)
    columns = SQL(", ").join(map(Identifier, HEADER))

    def copy() -> float:
        started = time.perf_counter()
        with (
            connect(stand.dsn) as link,
            link.cursor().copy(SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(columns, name)) as out,
        ):
            for _ in out:
                pass
        return stand.rows / (time.perf_counter() - started)

    with stand.exchange():
        value, limit = stand.take_medians(lambda: export(stand), copy)
    # By rates alone: the time of who reads, here and there, is this process's own.
    yield Figure(
        f"{stand.rows} rows as NDJSON", round(value.rate), "rows/s", round(limit.rate), "COPY … TO STDOUT", "≥ 0.4"
    )


def export(stand: Stand) -> float:
    """Take the whole table; return rows a second. Raises: RuntimeError where rows are missing."""
    started, count = time.perf_counter(), 0
    connection = HTTPConnection("127.0.0.1", read_settings().EXCHANGE_PORT, timeout=600)
    connection.request("GET", PATH, headers=stand.headers | {"Accept": "application/x-ndjson"})
    answer = connection.getresponse()
    while piece := answer.read(PIECE_BYTES):  # IncompleteRead where the stream is cut
        count += piece.count(b"\n")
    connection.close()
    if count != stand.rows:
        raise RuntimeError(f"{count} rows of {stand.rows}")
    return stand.rows / (time.perf_counter() - started)


def measure_depth(stand: Stand, rows: int) -> Iterator[Figure]:
    """The keyed page as the table grows."""
    sizes, rates = (stand.rows, max(rows, stand.rows)), []
    for size in sizes:
        stand.grow(size)
        with stand.exchange(**CACHE_OFF):
            (rate,) = stand.take_medians(lambda: check(stand.call(PAGE_QUERY)).rate)
        rates.append(1_000_000 / rate.rate)
    for (few, many), (before, after) in zip(pairwise(sizes), pairwise(rates), strict=True):
        yield Figure(f"keyed page of {many} rows", round(after), "µs each", round(before), f"of {few} rows", "≤ 1.3")


def check(load: Load) -> Load:
    """Return the load. Raises: RuntimeError where a call failed: such a rate would mean nothing."""
    if load.errors:
        raise RuntimeError(f"{load.refused} refused, {load.broken} broken")
    return load
