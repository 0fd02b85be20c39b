"""PostgreSQL: a table, a view or one query, by a cursor of the server.

The session reads only and ends by the server's clock; instants come in UTC with their Z, naive times as they stand.
Memory: one chunk. psycopg has its second home here (ADR 10): this is somebody else's server, not the hub's database.
"""

import os
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier

from simpul.outbound.guard import CONNECT_SECONDS, Guard
from simpul.sources.cursors import hold_back, step_back
from simpul.sources.database import DatabaseReader, Question, make_row, take_rows
from simpul.sources.errors import SourceFailed, outbound_errors
from simpul.sources.gathering import Meter, gather
from simpul.sources.postgresql_errors import explain_error
from simpul.sources.postgresql_values import PostgresqlColumn, describe_column
from simpul.sources.settings import DatabaseSettings
from simpul.sources.shape import Chunk, Place, ReadLimits, SourceColumn, SourceRow

SHORT_SECONDS = 30.0
_FETCHED_ROWS = 1_000
_SESSION = (
    "-c default_transaction_read_only=on -c datestyle=ISO,YMD -c intervalstyle=iso_8601 -c extra_float_digits=1"
    " -c bytea_output=hex"
)
_PLACES = SQL(
    "SELECT table_schema || '.' || table_name, table_type FROM information_schema.tables"
    " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
)
_TYPE_NAMES = SQL("SELECT oid::bigint, format_type(oid, NULL) FROM pg_catalog.pg_type WHERE oid = ANY(%s::oid[])")
_OWN_CLOCK = SQL(
    "SELECT (clock_timestamp() AT TIME ZONE (SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'))::text"
)


class PostgresqlReader(DatabaseReader):
    """One server's table or query."""

    def __init__(
        self, settings: DatabaseSettings, secret: str, guard: Guard, silence_seconds: float = SHORT_SECONDS + 10
    ) -> None:
        """Take the password as `secret`, and how long the server may say nothing. Nothing is connected yet."""
        super().__init__(settings)
        self._secret, self._guard, self._silence = secret, guard, silence_seconds
        self._kept: psycopg.Connection[Any] | None = None

    def list_places(self) -> list[Place]:
        """List the tables and views that this user may read, as `schema.table`."""
        with self._telling():
            return [Place(name, "view" if kind == "VIEW" else "table") for name, kind in self._ask(_PLACES)]

    def describe(self) -> list[SourceColumn]:
        """Return the columns as the server describes the result. Whether one may be empty isn't told by results."""
        return [SourceColumn(one.name, one.logical_type, one.raw_type) for one in self._find_columns()]

    def preview(self, limit_rows: int = 20) -> list[SourceRow]:
        """Return the first rows, in no order."""
        with self._telling():
            columns = self._find_columns()
            statement = SQL("{} LIMIT {}").format(self._write_select(columns), int(limit_rows))
            return [make_row(columns, row) for row in self._ask(statement)]

    def read(self, since: str | None, limits: ReadLimits) -> Iterator[Chunk]:
        """Read in the cursor column's order, from the last cursor less the overlap on."""
        with self._telling():
            columns = self._find_columns()
            cursor = self._find_cursor([SourceColumn(*one[:3]) for one in columns])
            question = Question(cursor.name, cursor.logical_type, since) if cursor else None
            statement, values = self._write_reading(columns, question, cursor.raw_type if cursor else "")
            logical_type = cursor.logical_type if cursor else ""
            clock = self._read_clock(cursor.raw_type) if cursor else None
            meter = Meter(limits)
            reads = take_rows(columns, self._stream(statement, values, limits.seconds), self._settings.incremental)
            yield from gather(reads, limits, meter, since, lambda text: hold_back(text, logical_type, clock))

    def close(self) -> None:
        """Close the connection at once, whatever is still under way."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _write_origin(self) -> Composable:
        if self._settings.query:
            return SQL("(\n{}\n) AS _s").format(SQL(self._settings.query))  # type: ignore[arg-type]
        return SQL("{} AS _s").format(Identifier(*self._settings.table.split(".", 1)))

    def _write_select(self, columns: Sequence[PostgresqlColumn]) -> Composed:
        names = SQL(", ").join(SQL("{}::text").format(Identifier("_s", one.name)) for one in columns)
        return SQL("SELECT {} FROM {}").format(names, self._write_origin())

    def _write_reading(
        self, columns: Sequence[PostgresqlColumn], question: Question | None, raw_type: str
    ) -> tuple[Composed, list[Any]]:
        """Return the statement and its values; the cursor is compared in its own type, NULLs come each time."""
        statement, chosen = self._write_select(columns), self._settings.incremental
        if question is None or chosen is None:
            return statement, []
        name = Identifier("_s", question.cursor)
        if question.since is None:
            return SQL("{} ORDER BY {} NULLS FIRST").format(statement, name), []
        begin = step_back(question.since, question.logical_type, chosen.overlap)
        compared = SQL("{} WHERE {} >= {}::{} OR {} IS NULL ORDER BY {} NULLS FIRST").format(
            statement, name, begin, SQL(raw_type), name, name  # type: ignore[arg-type]  # named by the server's catalogue
        )  # fmt: skip
        return compared, []

    def _find_columns(self) -> list[PostgresqlColumn]:
        with self._telling():
            connection = self._connect()
            with _ending(connection, self._silence), connection.cursor() as cursor:
                cursor.execute(SQL("SELECT * FROM {} LIMIT 0").format(self._write_origin()), prepare=True)
                described = [(one.name, one.type_code) for one in cursor.description or ()]
            names = dict(self._ask(_TYPE_NAMES, [list({oid for _, oid in described})]))
            return [describe_column(name, str(names.get(oid, "unknown"))) for name, oid in described]

    def _read_clock(self, raw_type: str) -> str:
        """Return the server's time: in UTC with a Z for instants, else as its own programs see it."""
        if raw_type == "timestamp with time zone":
            return str(self._ask(SQL("SELECT clock_timestamp()::timestamp::text || 'Z'"))[0][0])
        return str(self._ask(_OWN_CLOCK)[0][0])

    def _ask(self, statement: SQL | Composed, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows. Prepared, so that the server takes one statement and no more."""
        connection = self._connect()
        with _ending(connection, self._silence):
            rows: list[tuple[Any, ...]] = connection.execute(statement, list(values) or None, prepare=True).fetchall()
            connection.rollback()
        return rows

    def _stream(self, statement: Composed, values: Sequence[Any], seconds: float) -> Iterator[tuple[Any, ...]]:
        connection = self._connect()
        is_done = False
        try:
            connection.execute("SELECT set_config('statement_timeout', %s, true)", [f"{max(int(seconds * 1000), 1)}ms"])
            # The driver declares the cursor by the extended protocol, which takes one statement and no more.
            with _ending(connection, seconds + self._silence), connection.cursor(name="simpul") as cursor:
                cursor.itersize = _FETCHED_ROWS
                cursor.execute(statement, list(values) or None)
                yield from cursor
            is_done = True
        finally:
            if not is_done:
                self.close()
        connection.rollback()

    def _connect(self) -> "psycopg.Connection[Any]":
        if self._kept is None or self._kept.closed:
            self._kept = self._open()
            self._kept.execute("SET timezone = 'UTC'")
            self._kept.execute(SQL("SET statement_timeout = {}").format(int(SHORT_SECONDS * 1000)))
            self._kept.commit()
        return self._kept

    def _open(self) -> "psycopg.Connection[Any]":
        settings = self._settings
        with outbound_errors():
            if settings.tls == "off":
                self._guard.check_plain(settings.host, settings.port)
            addresses = self._guard.find_addresses(settings.host, settings.port)
        with ExitStack() as stack:
            tls = {"sslmode": "disable"}
            if settings.tls == "verify":
                tls = {"sslmode": "verify-full", "sslrootcert": _find_authorities(settings.ca_pem, stack)}
            return psycopg.connect(
                host=",".join([settings.host.strip("[]")] * len(addresses)), hostaddr=",".join(addresses),
                port=settings.port, dbname=settings.database, user=settings.user, password=self._secret,
                passfile="", options=_SESSION, application_name="Simpul", client_encoding="UTF8",
                connect_timeout=int(CONNECT_SECONDS), gssencmode="disable", keepalives_idle=30,
                tcp_user_timeout=60_000, **tls,  # type: ignore[arg-type]
            )  # fmt: skip

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn the driver's errors into the source's. After one the connection isn't used again."""
        try:
            yield
        except (psycopg.Error, OSError, ValueError) as error:
            self.close()
            raise explain_error(error, self._settings.host) from None  # the server's text may quote values
        except SourceFailed:
            self.close()
            raise


@contextmanager
def _ending(connection: "psycopg.Connection[Any]", seconds: float) -> Iterator[None]:
    """Cut the connection off when a block takes too long: libpq itself waits for ever for a server that is silent."""
    number = os.dup(connection.fileno())
    timer = threading.Timer(seconds, _cut, [number])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        os.close(number)


def _cut(number: int) -> None:
    with suppress(OSError), socket.socket(fileno=os.dup(number)) as link:
        link.shutdown(socket.SHUT_RDWR)


def _find_authorities(ca_pem: str, stack: ExitStack) -> str:
    """Return the path of the authorities' certificates; one's own lies in a file while the connection is made."""
    if not ca_pem:
        return ssl.get_default_verify_paths().cafile or "system"
    folder = stack.enter_context(TemporaryDirectory(prefix="simpul-ca-"))
    path = Path(folder) / "ca.pem"
    path.write_text(ca_pem, "ascii")
    return str(path)
