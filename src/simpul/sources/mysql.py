"""MySQL and MariaDB: a table, a view or one query, row by row from the server.

The session reads only and ends by the server's clock; TIMESTAMPs come in UTC with their Z, DATETIMEs as they stand.
Memory: one chunk; the driver's unbuffered cursor.
"""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pymysql
from pymysql import converters
from pymysql.cursors import SSCursor

from simpul.outbound.guard import Guard, make_trust
from simpul.sources.cursors import hold_back, step_back
from simpul.sources.database import DatabaseReader, Question, make_row, quote_with, take_rows
from simpul.sources.errors import SourceFailed, outbound_errors
from simpul.sources.gathering import Meter, gather
from simpul.sources.mysql_errors import explain_error
from simpul.sources.mysql_values import MysqlColumn, describe_field
from simpul.sources.settings import DatabaseSettings
from simpul.sources.shape import Chunk, Place, ReadLimits, SourceColumn, SourceRow

SHORT_SECONDS = 30.0
_LONGEST_SILENCE = 600.0
_UNKNOWN_VARIABLE, _NOT_PARSED, _NO_TABLE = 1193, 1064, 1109
_CHECKS = (
    "SELECT check_clause FROM information_schema.check_constraints WHERE constraint_schema = %s AND table_name = %s"
)
_ENCODERS = {kind: encode for kind, encode in converters.conversions.items() if not isinstance(kind, int)}
_quote = quote_with("`")


class MysqlReader(DatabaseReader):
    """One server's table or query."""

    def __init__(
        self, settings: DatabaseSettings, secret: str, guard: Guard, silence_seconds: float = SHORT_SECONDS + 10
    ) -> None:
        """Take the password as `secret`, and how long the server may say nothing. Nothing is connected yet."""
        super().__init__(settings)
        self._secret, self._guard, self._silence = secret, guard, silence_seconds
        self._kept: pymysql.Connection[Any] | None = None

    def list_places(self) -> list[Place]:
        """List the tables and views of the database that this user may read."""
        with self._telling():
            rows = self._ask(
                "SELECT table_name, table_type, table_comment FROM information_schema.tables"
                " WHERE table_schema = %s ORDER BY table_name",
                [self._settings.database],
            )
        return [Place(_text(name), "view" if b"VIEW" in kind else "table", _text(about)) for name, kind, about in rows]

    def describe(self) -> list[SourceColumn]:
        """Return the columns as the server describes the result."""
        return [SourceColumn(one.name, one.logical_type, one.raw_type, one.nullable) for one in self._find_columns()]

    def preview(self, limit_rows: int = 20) -> list[SourceRow]:
        """Return the first rows, in no order."""
        with self._telling():
            columns = self._find_columns()
            rows = self._ask(f"{self._write_select(columns)} LIMIT {int(limit_rows)}")
            return [make_row(columns, row) for row in rows]

    def read(self, since: str | None, limits: ReadLimits) -> Iterator[Chunk]:
        """Read in the cursor column's order, from the last cursor less the overlap on."""
        with self._telling(limits):
            columns = self._find_columns()
            cursor = self._find_cursor([SourceColumn(*one[:4]) for one in columns])
            question = Question(cursor.name, cursor.logical_type, since) if cursor else None
            statement, values = self._write_reading(columns, question)
            meter = Meter(limits)
            clock = self._read_clock(is_utc=cursor.raw_type == "timestamp") if cursor else None
            rows = self._stream(statement, values, limits.seconds)
            reads = take_rows(columns, rows, self._settings.incremental)
            logical_type = cursor.logical_type if cursor else ""
            yield from gather(reads, limits, meter, since, lambda text: hold_back(text, logical_type, clock))

    def close(self) -> None:
        """Close the connection at once, whatever is still under way."""
        if self._kept is not None:
            self._kept._force_close()
            self._kept = None

    def _write_select(self, columns: Sequence[MysqlColumn]) -> str:
        """Return SELECT … FROM …; 4-byte floats are asked for as 8-byte ones, which the server doesn't round."""
        names = (f"{_quote(one.name)} + 0e0" if one.is_float else _quote(one.name) for one in columns)
        return f"SELECT {', '.join(names)} FROM {self._write_origin()}"  # noqa: S608  names are quoted

    def _write_look(self) -> str:
        """Return the statement that has the columns and no row."""
        return f"SELECT * FROM {self._write_origin()} LIMIT 0"  # noqa: S608  names are quoted

    def _write_origin(self) -> str:
        if self._settings.query:
            return f"(\n{self._settings.query}\n) AS _simpul"
        return f"{_quote(self._settings.database)}.{_quote(self._settings.table)}"

    def _write_reading(self, columns: Sequence[MysqlColumn], question: Question | None) -> tuple[str, list[Any]]:
        statement = self._write_select(columns)
        values: list[Any] = []
        chosen = self._settings.incremental
        if question is None or chosen is None:
            return statement, values
        name = _quote(question.cursor)
        if question.since is not None:
            begin = step_back(question.since, question.logical_type, chosen.overlap).removesuffix("Z")
            values = [Decimal(begin) if question.logical_type in ("integer", "number") else begin]
            zero = f" OR {name} = 0" if question.logical_type in ("date", "timestamp") else ""
            statement = f"{statement.replace('%', '%%')} WHERE {name} >= %s OR {name} IS NULL{zero}"
        return f"{statement} ORDER BY {_escape(name, values)}", values

    def _find_columns(self) -> list[MysqlColumn]:
        with self._telling():
            connection = self._connect()
            with connection.cursor() as cursor:
                cursor.execute(self._write_look())
                fields = cursor._result.fields  # type: ignore[union-attr]  # the description lacks the flags
            is_empty = self._settings.zero_date == "empty"
            json_columns = self._find_json_columns()
            columns = [
                describe_field(_text(one.name), one.type_code, one.charsetnr, one.flags, one.length, is_empty)
                for one in fields
            ]
            return [one.as_json() if one.name in json_columns else one for one in columns]

    def _find_json_columns(self) -> set[str]:
        """Return the columns that MariaDB, whose JSON is a long text, checks to be JSON."""
        if not self._settings.table or "MariaDB" not in self._connect().get_server_info():
            return set()
        try:
            rows = self._ask(_CHECKS, [self._settings.database, self._settings.table])
        except pymysql.Error as error:
            if error.args[0] != _NO_TABLE:  # before MariaDB 10.2
                raise
            return set()
        clauses = (_text(clause) for (clause,) in rows)
        return {
            clause[len("json_valid(`") : -len("`)")] for clause in clauses if clause.lower().startswith("json_valid(`")
        }

    def _ask(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._connect().cursor() as cursor:
            cursor.execute(statement, list(values) or None)
            return list(cursor.fetchall())

    def _stream(self, statement: str, values: Sequence[Any], seconds: float) -> Iterator[tuple[Any, ...]]:
        connection = self._connect()
        self._limit_seconds(seconds)
        # A long sort comes before the first row; the driver has no public way to wait longer for one statement.
        connection._read_timeout = max(self._silence, min(seconds, _LONGEST_SILENCE))
        cursor = connection.cursor(SSCursor)
        is_done = False
        try:
            cursor.execute(statement, list(values) or None)
            while (row := cursor.fetchone()) is not None:
                yield row
            is_done = True
        finally:
            if not is_done:
                self.close()
                _abandon(cursor)
        cursor.close()
        connection._read_timeout = self._silence
        self._limit_seconds(SHORT_SECONDS)

    def _connect(self) -> "pymysql.Connection[Any]":
        if self._kept is None or not self._kept.open:
            self._kept = self._open()
            self._start_session()
        return self._kept

    def _open(self) -> "pymysql.Connection[Any]":
        settings = self._settings
        with outbound_errors():
            if settings.tls == "off":
                self._guard.check_plain(settings.host, settings.port)
            link = self._guard.connect(settings.host, settings.port)
        tls: dict[str, Any] = {"ssl_disabled": True} if settings.tls == "off" else {"ssl": make_trust(settings.ca_pem)}
        connection: pymysql.Connection[Any] = pymysql.Connection(
            host=settings.host, port=settings.port, user=settings.user, password=self._secret,
            database=settings.database, charset="utf8mb4", use_unicode=False, conv=_ENCODERS, autocommit=True,
            read_timeout=self._silence, write_timeout=SHORT_SECONDS, local_infile=False, defer_connect=True, **tls,
        )  # fmt: skip
        try:
            connection.connect(link)
        except BaseException:
            link.close()
            raise
        return connection

    def _start_session(self) -> None:
        """Let the session only read, in UTC, and wait while a chunk is written."""
        self._ask("SET SESSION net_write_timeout = 600")
        self._limit_seconds(SHORT_SECONDS)
        self._ask("SET SESSION time_zone = '+00:00'")
        try:
            self._ask("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        except pymysql.Error as error:
            if error.args[0] != _NOT_PARSED or self._settings.query:
                raise
            # Before MySQL 5.6: a table is read by a SELECT of ours, a query isn't run there.

    def _read_clock(self, is_utc: bool) -> str:
        """Return the server's time: in UTC with a Z for TIMESTAMPs, else as its own programs see it."""
        if is_utc:
            return _text(self._ask("SELECT UTC_TIMESTAMP(6)")[0][0]) + "Z"
        self._ask("SET SESSION time_zone = @@global.time_zone")
        told = _text(self._ask("SELECT NOW(6)")[0][0])
        self._ask("SET SESSION time_zone = '+00:00'")
        return told

    def _limit_seconds(self, seconds: float) -> None:
        """Limit the statements to come; servers before MySQL 5.7 and MariaDB 10.1 can't, there the driver's wait ends."""
        is_mariadb = "MariaDB" in self._connect().get_server_info()
        try:
            if is_mariadb:
                self._ask("SET SESSION max_statement_time = %s", [seconds])
            else:
                self._ask("SET SESSION max_execution_time = %s", [int(seconds * 1000)])
        except pymysql.Error as error:
            if error.args[0] != _UNKNOWN_VARIABLE:
                raise

    @contextmanager
    def _telling(self, limits: ReadLimits | None = None) -> Iterator[None]:
        """Turn the driver's errors into the source's. After one the connection isn't used again."""
        try:
            yield
        except (pymysql.Error, ssl.SSLError, OSError, ValueError) as error:
            self.close()
            raise explain_error(error, self._settings.host) from None  # the server's text may quote values
        except SourceFailed:
            self.close()
            raise


def _abandon(cursor: SSCursor) -> None:
    """Let go of a result whose connection is closed; the driver would try to read the rest of it first."""
    if cursor._result is not None:
        cursor._result.unbuffered_active = False
        cursor._result.connection = None
    cursor.connection = None


def _text(raw: bytes | str) -> str:
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes | bytearray) else raw


def _escape(name: str, values: Sequence[Any]) -> str:
    """Return a name as it stands in a statement that the driver fills values into."""
    return name.replace("%", "%%") if values else name
