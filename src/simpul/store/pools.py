"""Connections and pools, and the one place where the driver's errors become the hub's."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from simpul.store.errors import BadAddress, DatabaseAway, DatabaseBusy, QueryTooSlow

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 10.0
WAIT_SECONDS = 5.0

_TRY_AGAIN = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed, TooManyRequests, ConnectionError)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn the driver's errors of a database that is away, busy or too slow into the hub's own.

    Errors of the statement itself (a constraint, a wrong value) pass unchanged.

    Raises: DatabaseAway, DatabaseBusy, QueryTooSlow.
    """
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise QueryTooSlow from error
    except _TRY_AGAIN as error:
        raise DatabaseBusy from error
    except _AWAY as error:
        raise DatabaseAway from error


def read_dsn(dsn: str) -> dict[str, str]:
    """Return host, port, user, password, dbname and options of an address, in URL or keyword form.

    Raises: BadAddress, without telling the address.
    """
    try:
        return {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    except psycopg.ProgrammingError:
        # `from None`: the driver's message quotes the address, and with it the password.
        raise BadAddress from None


def write_dsn(parts: dict[str, str]) -> str:
    """Return the URL form of an address.

    >>> write_dsn({"host": "127.0.0.1", "port": "5499", "user": "a", "password": "p/w", "dbname": "simpul"})
    'postgresql://a:p%2Fw@127.0.0.1:5499/simpul'
    """
    rest = dict(parts)
    user, password = (quote(rest.pop(name, ""), safe="") for name in ("user", "password"))
    name = quote(rest.pop("dbname", ""), safe="")
    servers = _write_servers(rest.pop("host", ""), rest.pop("port", ""))
    login = user + (f":{password}" if password else "")
    query = f"?{urlencode(rest, quote_via=quote)}" if rest else ""
    return f"postgresql://{login}{'@' if login else ''}{servers}/{name}{query}"


def _write_servers(hosts: str, ports: str) -> str:
    """Return `host:port` of one server, or of several between commas, as libpq takes them."""
    written = []
    for host, port in zip_longest(hosts.split(","), ports.split(","), fillvalue=""):
        shown = f"[{host}]" if ":" in host else quote(host, safe="")
        written.append(f"{shown}:{port}" if port else shown)
    return ",".join(written)


def name_connection(dsn: str, name: str, *, statement_seconds: float | None = None) -> str:
    """Return the address with an application name and limits that the server holds from the first moment."""
    parts = read_dsn(dsn)
    options = parts.get("options", "")
    if statement_seconds is not None:
        options = f"{options} -c statement_timeout={int(statement_seconds * 1000)}".strip()
    more: dict[str, Any] = {"application_name": name, "options": options}
    return make_conninfo(dsn, **{"connect_timeout": CONNECT_SECONDS} | more)


def connect(
    dsn: str, *, autocommit: bool = False, name: str = "simpul", statement_seconds: float | None = None
) -> psycopg.Connection[Any]:
    """Return one connection of its own.

    Raises: DatabaseAway; BadAddress where the server refuses the user, the password or the database.
    """
    address = name_connection(dsn, name, statement_seconds=statement_seconds)
    try:
        return psycopg.connect(address, autocommit=autocommit)
    except psycopg.OperationalError as error:
        if is_refusal(error):
            raise BadAddress from None
        raise DatabaseAway from error


def is_refusal(error: psycopg.OperationalError) -> bool:
    """Return whether the server was there and refused the login (SQLSTATE classes 28 and 3D).

    A failed connection carries no SQLSTATE in libpq's text, so that the words are read, in the C locale's English.
    """
    text = str(error)
    return any(
        words in text
        for words in (
            "authentication failed",
            "does not exist",
            "no pg_hba.conf entry",
            "no password",
            "permission denied",
        )
    )


def open_pool(
    dsn: str,
    size: int,
    *,
    name: str = "simpul",
    statement_seconds: float = STATEMENT_SECONDS,
    autocommit: bool = True,
    wait_seconds: float = WAIT_SECONDS,
    is_checked: bool = False,
) -> ConnectionPool[psycopg.Connection[Any]]:
    """Return an open pool of at most `size` connections; it fills itself and reconnects in the background.

    Each statement is its own transaction unless one is opened (`with connection.transaction()`): a read is
    one round trip, and nothing is reset or checked on release. It doesn't wait for the first connection, so
    that a process starts while the database is away.

    Args: `is_checked` has each connection asked before it is given, one round trip more, so that none is given that
        broke when the database was restarted.
    """
    return ConnectionPool(
        name_connection(dsn, name, statement_seconds=statement_seconds),
        min_size=min(2, size),
        max_size=size,
        kwargs={"autocommit": autocommit},
        timeout=wait_seconds,
        check=ConnectionPool.check_connection if is_checked else None,
        open=True,
        name=name,
        reconnect_timeout=30.0,
    )


def make_async_pool(
    dsn: str,
    size: int,
    *,
    name: str = "simpul",
    statement_seconds: float = STATEMENT_SECONDS,
    autocommit: bool = True,
    wait_seconds: float = WAIT_SECONDS,
) -> AsyncConnectionPool[psycopg.AsyncConnection[Any]]:
    """Return the same as `open_pool` for asyncio; the caller opens it inside its loop: `await pool.open()`."""
    return AsyncConnectionPool(
        name_connection(dsn, name, statement_seconds=statement_seconds),
        min_size=min(2, size),
        max_size=size,
        kwargs={"autocommit": autocommit},
        timeout=wait_seconds,
        open=False,
        name=name,
        reconnect_timeout=30.0,
    )
