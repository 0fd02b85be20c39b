"""Deliveries: rows a second of a CSV batch over HTTP, checked row by row, against a bare COPY of the same file."""

import csv
import io
import json
import time

from benchmarks.figures import Figure, Result
from benchmarks.service import HEADER, PATH, fetch, make_rows, make_service, running_exchange
from simpul.store.launcher import Database
from simpul.store.pools import connect

BESIDE = """
CREATE TABLE public.bench_beside (_row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kode text NOT NULL UNIQUE,
nama text NOT NULL, jumlah bigint, luas numeric, dicatat date)
"""
COPY = "COPY public.bench_beside (kode, nama, jumlah, luas, dicatat) FROM STDIN (FORMAT csv, HEADER)"


def measure(database: Database, rows: int) -> Result:
    """Measure a first delivery of `rows` rows, and the same file again, where each row is found unchanged."""
    content = write_csv(rows)
    service = make_service(database)
    bare = rows / _copy(database, content)
    with running_exchange(database) as connection:
        seconds, reports = [], []
        for _ in range(2):
            started = time.perf_counter()
            status, body = fetch(connection, f"{PATH}/batches", service.provider_key, content, "text/csv")
            seconds.append(time.perf_counter() - started)
            report = json.loads(body)
            if status not in (200, 201) or report["refused"]:
                raise RuntimeError(f"{status}: {body[:300]!r}")
            reports.append({name: report[name] for name in ("received", "inserted", "updated", "unchanged", "refused")})
    figures = [
        Figure(name, round(rows / taken), "rows/s", round(bare), "COPY of the same file")
        for name, taken in zip(("first delivery", "the same again"), seconds, strict=True)
    ]
    return Result("ingest", {"rows": rows, "bytes": len(content)}, figures, {"reports": reports})


def write_csv(rows: int) -> bytes:
    """Return the rows as a CSV file with its header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(make_rows(rows))
    return out.getvalue().encode()


def _copy(database: Database, content: bytes) -> float:
    """Return the seconds of a COPY into a table of the same columns with the same unique key, with its commit."""
    with connect(database.owner_dsn, autocommit=True) as link:
        link.execute(BESIDE)
        started = time.perf_counter()
        with link.cursor().copy(COPY) as copy:
            copy.write(content)
        return time.perf_counter() - started
