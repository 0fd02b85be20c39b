"""The exchange: a page of 50 rows by key over HTTP, against the very statement alone on a kept connection."""

from http.client import HTTPConnection
from typing import Any

from benchmarks.figures import Figure, Result, time_ms
from benchmarks.service import HEADER, PATH, Service, fetch, make_rows, make_service, running_exchange
from simpul.query.parse import parse
from simpul.query.plan import plan
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import SQL, Connection, Identifier

PAGE = 50


def measure(database: Database, rows: int, calls: int) -> Result:
    """Measure pages of `PAGE` rows from the start, the middle and the end of a table of `rows` rows."""
    service = make_service(database)
    fill_table(database, service, rows)
    places = {"first page": 0, "page in the middle": rows // 2}
    figures = []
    with running_exchange(database) as connection, connect(database.dsn("exchange"), autocommit=True) as link:
        link.execute("SET TIME ZONE 'Asia/Makassar'")
        floor = time_ms(lambda: fetch(connection, "/health"), calls)
        figures.append(Figure("a call that reads nothing (/health)", round(floor, 3), "ms"))
        for name, offset in places.items():
            figures.extend(_measure_page(name, offset, calls, connection, link, service))
    return Result("exchange", {"rows": rows, "calls": calls, "page": PAGE}, figures)


def _measure_page(
    name: str, offset: int, calls: int, connection: HTTPConnection, link: Connection[Any], service: Service
) -> list[Figure]:
    query = [("order", "kode"), ("limit", str(PAGE))]
    if offset:
        query.append(("kode", f"gt.K{offset - 1:08d}"))
    address = PATH + "?" + "&".join("=".join(pair) for pair in query)
    status, body = fetch(connection, address, service.consumer_key)
    if status not in (200, 206):
        raise RuntimeError(f"{status}: {body[:300]!r}")
    planned = plan(parse(query, {}), service.table, HEADER)
    statement = planned.sql.encode()
    alone = time_ms(lambda: link.execute(statement, planned.parameters).fetchone(), calls)
    called = time_ms(lambda: fetch(connection, address, service.consumer_key), calls)
    return [
        Figure(f"{name} of {PAGE} rows", round(called, 3), "ms", round(alone, 3), "the same SQL alone"),
        Figure(f"{name}: bytes", len(body), "bytes"),
    ]


def fill_table(database: Database, service: Service, rows: int) -> None:
    """Copy rows straight into the table; what is measured here is reading."""
    statement = SQL("COPY {} (_version, _batch, kode, nama, jumlah, luas, dicatat) FROM STDIN")
    with connect(database.dsn("worker")) as link:
        with link.cursor().copy(statement.format(Identifier(service.table.schema, service.table.name))) as copy:
            for row in make_rows(rows):
                copy.write_row((1, 0, *row))
        link.execute("UPDATE dataset SET row_count = %s, version = 1 WHERE id = %s", [rows, service.dataset_id])
        link.commit()
        link.autocommit = True
        link.execute(SQL("ANALYZE {}").format(Identifier(service.table.schema, service.table.name)))
