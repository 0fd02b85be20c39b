"""MySQL and MariaDB: one consistent, read-only look, rows streamed, each value as the server wrote it."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Callable

from simpul_agent.config import Source
from simpul_agent.errors import ConfigWrong, SourceFailed
from simpul_agent.statement import Dialect, Statement
from simpul_agent.tokens import Instant, read_json

try:
    import pymysql
    from pymysql.constants import FIELD_TYPE
    from pymysql.converters import conversions
    from pymysql.cursors import SSCursor
except ImportError:  # the driver is an extra: an agency installs what it uses
    pymysql = None

ACCESS_DENIED = {1044, 1045, 1142, 1698}


class MysqlSource:
    """Opens sessions on a MySQL or MariaDB."""

    def __init__(self, source: Source) -> None:
        self._source = source
        if pymysql is None:
            raise ConfigWrong(
                "Pasang dulu: pip install 'simpul-agent[mysql]'.", "First: pip install 'simpul-agent[mysql]'."
            )

    @contextmanager
    def open(self) -> Iterator["MysqlSession"]:
        """Open a session. Raises: SourceFailed."""
        try:
            connection = pymysql.connect(**self._options())
            try:
                yield MysqlSession(connection)
            finally:
                connection._force_close()  # an unread stream would be read to its end first
        except (pymysql.MySQLError, OSError) as error:
            raise _wrap(error) from None

    def _options(self) -> Any:
        source = self._source
        # Without decoders each value comes as the server's own text.
        encoders = {kind: convert for kind, convert in conversions.items() if not isinstance(kind, int)}
        options = {
            "user": source.user, "password": source.password, "database": source.database, "charset": "utf8mb4",
            "use_unicode": False, "conv": encoders, "cursorclass": SSCursor, "connect_timeout": 20, "read_timeout": 300,
        }  # fmt: skip
        if source.ca_file:
            options["ssl"] = {"ca": source.ca_file}
        place = {"unix_socket": source.socket} if source.socket else {"host": source.host, "port": source.port}
        return {**options, **place}


class MysqlSession:
    """One look at the database."""

    dialect = Dialect("`", lambda number: "%s", "%%")

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        # TIMESTAMP in UTC; a table with a double quote in a text isn't a matter of the server's mode.
        for statement in (
            "SET SESSION time_zone = '+00:00'",
            "SET SESSION TRANSACTION READ ONLY",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT",
        ):
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def stream(self, statement: Statement) -> tuple[list[str], Iterator[list[Any]]]:
        """Return the columns' names and the rows as they come."""
        cursor = self._connection.cursor()
        # The doubled percent signs are undone only where there are values.
        cursor.execute(
            statement.text if statement.values else statement.text.replace("%%", "%"), statement.values or None
        )
        names = [_text(one[0]) for one in cursor.description]
        readers = [_make_reader(field) for field in cursor._result.fields]
        return names, _iterate(cursor, readers)


def _iterate(cursor: Any, readers: list[Callable[[bytes], Any]]) -> Iterator[list[Any]]:
    with cursor:
        for row in cursor:
            yield [None if raw is None else read(raw) for read, raw in zip(readers, row)]


def _make_reader(field: Any) -> Callable[[bytes], Any]:
    kind = field.type_code
    if kind in (
        FIELD_TYPE.TINY,
        FIELD_TYPE.SHORT,
        FIELD_TYPE.LONG,
        FIELD_TYPE.LONGLONG,
        FIELD_TYPE.INT24,
        FIELD_TYPE.YEAR,
    ):
        return int
    if kind in (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE):
        return lambda raw: Decimal(raw.decode("ascii"))
    if kind == FIELD_TYPE.BIT:
        return (lambda raw: raw != b"\0") if field.length == 1 else (lambda raw: int.from_bytes(raw, "big"))
    if kind == FIELD_TYPE.JSON:
        return _read_json
    if kind == FIELD_TYPE.TIMESTAMP:
        return _read_instant
    return _text_or_bytes


def _read_instant(raw: bytes) -> Instant:
    return Instant(raw.decode("ascii"))


def _read_json(raw: bytes) -> Any:
    return read_json(_text_or_bytes(raw))


def _text_or_bytes(raw: bytes) -> Any:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw  # its row becomes unreadable, and is told


def _text(name: Any) -> str:
    return name.decode("utf-8") if isinstance(name, bytes) else str(name)


def _wrap(error: Exception) -> SourceFailed:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if number in ACCESS_DENIED:
        return SourceFailed(
            f"Basis data menolak pengguna atau sandinya, atau haknya kurang (kesalahan {number}).",
            f"The database refuses the user, the password, or the access (error {number}).",
        )
    return SourceFailed(
        f"MySQL tidak dapat dibaca (kesalahan {number}). Periksa alamat, nama basis data, tabel atau kueri.",
        f"MySQL can't be read (error {number}). Check the address, the database's name, the table or query.",
    )
