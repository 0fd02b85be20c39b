"""PostgreSQL: one consistent, read-only look, rows fetched through a server-side cursor."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

from simpul_agent.config import Source
from simpul_agent.errors import ConfigWrong, SourceFailed
from simpul_agent.statement import Dialect, Statement
from simpul_agent.tokens import Exact

try:
    import pg8000.dbapi as pg8000
except ImportError:  # the driver is an extra: an agency installs what it uses
    pg8000 = None

FETCH_ROWS = 2_000
JSON_TYPES = (114, 3802)


class PostgresqlSource:
    """Opens sessions on a PostgreSQL."""

    def __init__(self, source: Source) -> None:
        self._source = source
        if pg8000 is None:
            raise ConfigWrong(
                "Pasang dulu: pip install 'simpul-agent[postgresql]'.", "First: pip install 'simpul-agent[postgresql]'."
            )

    @contextmanager
    def open(self) -> Iterator["PostgresqlSession"]:
        """Open a session. Raises: SourceFailed."""
        source = self._source
        place = {"unix_sock": source.socket} if source.socket else {"host": source.host, "port": source.port}
        context = ssl.create_default_context(cafile=source.ca_file) if source.ca_file else None
        try:
            connection = pg8000.connect(
                user=source.user, password=source.password or None, database=source.database, ssl_context=context,
                timeout=300, application_name="simpul-agent", **place,
            )  # fmt: skip
            try:
                yield PostgresqlSession(connection)
            finally:
                connection.close()
        except (pg8000.Error, OSError, ValueError) as error:
            raise _wrap(error) from None


class PostgresqlSession:
    """One look at the database."""

    dialect = Dialect('"', lambda number: f"${number}", "%")

    def __init__(self, connection: Any) -> None:
        self._connection, self._number = connection, 0
        for kind in JSON_TYPES:
            connection.register_in_adapter(kind, lambda text: Exact(" ".join(text.splitlines())))
        connection.autocommit = True
        connection.execute_unnamed("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def stream(self, statement: Statement) -> tuple[list[str], Iterator[list[Any]]]:
        """Return the columns' names and the rows as they come."""
        self._number += 1
        name = f"simpul_{self._number}"
        run = self._connection.execute_unnamed
        run(f"DECLARE {name} NO SCROLL CURSOR FOR {statement.text}", tuple(statement.values))
        first = run(f"FETCH {FETCH_ROWS} FROM {name}")
        return [str(column["name"]) for column in first.columns], _iterate(run, name, first.rows)


def _iterate(run: Callable[[str], Any], name: str, rows: Any) -> Iterator[list[Any]]:
    while rows:
        for row in rows:
            yield list(row)
        rows = run(f"FETCH {FETCH_ROWS} FROM {name}").rows
    run(f"CLOSE {name}")


def _wrap(error: Exception) -> SourceFailed:
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    code = str(told.get("C", "-"))
    if code in ("28000", "28P01", "42501"):
        return SourceFailed(
            f"Basis data menolak pengguna atau sandinya, atau haknya kurang (kode {code}).",
            f"The database refuses the user, the password, or the access (code {code}).",
        )
    return SourceFailed(
        f"PostgreSQL tidak dapat dibaca (kode {code}). Periksa alamat, nama basis data, tabel atau kueri.",
        f"PostgreSQL can't be read (code {code}). Check the address, the database's name, the table or query.",
    )
