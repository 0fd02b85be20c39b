"""The kinds of sources by name, and the two doors: read the settings of a kind, open its reader."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.outbound.guard import Guard
from simpul.sources.fields import Field, Given
from simpul.sources.file_address import FileAddressReader
from simpul.sources.folder import FolderReader
from simpul.sources.mysql import MysqlReader
from simpul.sources.postgresql import PostgresqlReader
from simpul.sources.rest import RestReader
from simpul.sources.settings import (
    DATABASE_FIELDS,
    FILE_ADDRESS_FIELDS,
    FOLDER_FIELDS,
    REST_FIELDS,
    DatabaseSettings,
    FileAddressSettings,
    FolderSettings,
    RestSettings,
    Settings,
    parse_database,
    parse_file_address,
    parse_folder,
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
    "folder": SourceKind(Words("Folder berkas", "Folder of files"), FOLDER_FIELDS, parse_folder, Words("", "")),
    "file": SourceKind(
        Words("Berkas di alamat web", "File at a web address"), FILE_ADDRESS_FIELDS, parse_file_address, _KEY
    ),
    "postgresql": SourceKind(Words("PostgreSQL", "PostgreSQL"), DATABASE_FIELDS, parse_database, _PASSWORD),
}


def parse_settings(kind: str, given: Given) -> tuple[Settings, list[Finding]]:
    """Return a kind's settings and what is wrong with them, by field; use them only where nothing is wrong.

    Raises: KeyError for a kind that isn't in `KINDS`.
    """
    return KINDS[kind].parse(given)


def open_reader(kind: str, settings: Settings, secret: str, guard: Guard, roots: Sequence[Path] = ()) -> Reader:
    """Return the reader of a source; nothing is connected yet.

    Args: `settings` of that kind; `secret` the password, key or token, "" where there is none; `roots` the listed folders below
        which a folder may be watched.
    Raises: ValueError where kind and settings don't fit; SourceDenied where a CA certificate or key can't be used.
    """
    if kind == "mysql" and isinstance(settings, DatabaseSettings):
        return MysqlReader(settings, secret, guard)
    if kind == "postgresql" and isinstance(settings, DatabaseSettings):
        return PostgresqlReader(settings, secret, guard)
    if kind == "rest" and isinstance(settings, RestSettings):
        return RestReader(settings, secret, guard)
    if kind == "folder" and isinstance(settings, FolderSettings):
        return FolderReader(settings, roots)
    if kind == "file" and isinstance(settings, FileAddressSettings):
        return FileAddressReader(settings, secret, guard)
    raise ValueError(kind)
