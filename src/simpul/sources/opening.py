"""The kinds of sources by name, and the two doors: read the settings of a kind, open its reader."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.outbound.guard import Guard
from simpul.sources.fields import Field, Given
from simpul.sources.mysql import MysqlReader
from simpul.sources.postgresql import PostgresqlReader
from simpul.sources.rest import RestReader
from simpul.sources.settings import (
    DATABASE_FIELDS,
    REST_FIELDS,
    DatabaseSettings,
    RestSettings,
    Settings,
    parse_database,
    parse_rest,
)
from simpul.sources.shape import Reader

Parse = Callable[[Given], tuple[Settings, list[Finding]]]


class SourceKind(NamedTuple):
    """A kind of outside system: its name for people, its fields, and what parses them."""

    title: Words
    fields: tuple[Field, ...]
    parse: Parse
    secret: Words
    """What the secret is called."""


_PASSWORD = Words("Kata sandi", "Password")
_KEY = Words("Kata sandi, kunci, atau token", "Password, key or token")
KINDS: Mapping[str, SourceKind] = {
    "mysql": SourceKind(Words("MySQL atau MariaDB", "MySQL or MariaDB"), DATABASE_FIELDS, parse_database, _PASSWORD),
    "rest": SourceKind(Words("Layanan REST (JSON)", "REST service (JSON)"), REST_FIELDS, parse_rest, _KEY),
    "postgresql": SourceKind(Words("PostgreSQL", "PostgreSQL"), DATABASE_FIELDS, parse_database, _PASSWORD),
}


def parse_settings(kind: str, given: Given) -> tuple[Settings, list[Finding]]:
    """Return a kind's settings and what is wrong with them, by field; use them only where nothing is wrong.

    Raises: KeyError for a kind that isn't in `KINDS`.
    """
    return KINDS[kind].parse(given)


def open_reader(kind: str, settings: Settings, secret: str, guard: Guard) -> Reader:
    """Return the reader of a source; nothing is connected yet.

    Args: `settings` of that kind; `secret` the password, key or token, "" where there is none.
    Raises: ValueError where kind and settings don't fit.
    """
    if kind == "mysql" and isinstance(settings, DatabaseSettings):
        return MysqlReader(settings, secret, guard)
    if kind == "postgresql" and isinstance(settings, DatabaseSettings):
        return PostgresqlReader(settings, secret, guard)
    if kind == "rest" and isinstance(settings, RestSettings):
        return RestReader(settings, secret, guard)
    raise ValueError(kind)
