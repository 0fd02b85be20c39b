"""Reads the settings file: an INI file of five sections. A wrong one stops the start and says which line to mend."""

import configparser
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional
from urllib.parse import urlsplit

from simpul_agent.errors import ConfigWrong

MEBIBYTE = 1024 * 1024
KINDS = ("mysql", "postgresql", "folder")
MODES = ("merge", "append", "replace")
KEY_VARIABLE, PASSWORD_VARIABLE = "SIMPUL_KEY", "SIMPUL_SOURCE_PASSWORD"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_KNOWN = {
    "hub": {"address", "key_file", "ca_file", "proxy", "timeout_seconds", "retry_seconds"},
    "source": {
        "kind", "host", "port", "socket", "database", "user", "password_file", "ca_file", "table", "query",
        "folder", "pattern", "encoding", "settle_seconds",
    },
    "read": {"cursor", "key", "json", "mode", "overlap_seconds", "null_cursor"},
    "spool": {"folder", "max_megabytes", "part_megabytes"},
}  # fmt: skip


@dataclass(frozen=True)
class Hub:
    """Where rows go: `address` is the dataset's, as its page in the hub shows it."""

    address: str
    key: str = field(repr=False)
    ca_file: Optional[str] = None
    proxy: Optional[str] = None
    timeout_seconds: float = 60.0
    retry_seconds: float = 120.0


@dataclass(frozen=True)
class Source:
    """Where rows come from: a database's table or read-only query, or a folder's files."""

    kind: str
    password: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    socket: Optional[str] = None
    database: str = ""
    user: str = ""
    ca_file: Optional[str] = None
    table: Optional[str] = None
    query: Optional[str] = None
    folder: Optional[Path] = None
    pattern: str = "*"
    encoding: str = "utf-8-sig"
    settle_seconds: float = 60.0


@dataclass(frozen=True)
class Config:
    """One delivery: one source into one dataset. `columns`: {the dataset's name: the source's name}, empty for all.

    `json_columns`: of the dataset, whose texts are JSON: MariaDB doesn't say so itself.
    """

    hub: Hub
    source: Source
    columns: Mapping[str, str]
    spool: Path
    mode: str = "merge"
    cursor: Optional[str] = None
    keys: tuple[str, ...] = ()
    json_columns: tuple[str, ...] = ()
    overlap_seconds: float = 300.0
    null_cursor: str = "tell"
    spool_bytes: int = 200 * MEBIBYTE
    part_bytes: int = 5 * MEBIBYTE
    part_rows: int = 10_000


def read_config(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Read the file. Paths in it count from its folder. Raises: ConfigWrong."""
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        with path.open(encoding="utf-8-sig") as file:
            parser.read_file(file)
    except OSError as error:
        raise ConfigWrong(
            f"Berkas pengaturan {path} tidak dapat dibaca.", f"The settings file {path} can't be read."
        ) from error
    except (configparser.Error, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", "?")
        raise ConfigWrong(
            f"Berkas pengaturan {path} bukan INI yang benar (baris {line}).",
            f"The settings file {path} isn't a proper INI file (line {line}).",
        ) from None
    _check_names(parser)
    return _Reader(parser, path.resolve().parent, environment).read()


def _check_names(parser: configparser.ConfigParser) -> None:
    for section in parser.sections():
        if section == "columns":
            continue
        for name in [""] if section not in _KNOWN else parser[section]:
            if section not in _KNOWN or name not in _KNOWN[section]:
                place = f"[{section}] {name}".strip()
                raise ConfigWrong(f"Pengaturan {place} tidak dikenal.", f"The setting {place} isn't known.")


class _Reader:
    def __init__(self, parser: configparser.ConfigParser, folder: Path, environment: Mapping[str, str]) -> None:
        self._parser, self._folder, self._environment = parser, folder, environment

    def read(self) -> Config:
        source, mode, cursor = (
            self._read_source(),
            self._choose("read", "mode", MODES, "merge"),
            self._find("read", "cursor"),
        )
        keys = tuple(_split(self._find("read", "key") or ""))
        if source.kind == "folder" and cursor:
            raise _wrong("[read] cursor", "folder tidak memakai kolom kursor", "a folder has no cursor column")
        if cursor and mode == "replace":
            raise _wrong(
                "[read] cursor",
                "mode replace selalu membaca semuanya; hapus kursor",
                "mode replace always reads all; remove it",
            )
        if cursor and not keys:
            raise _wrong("[read] key", "kursor memerlukan kolom kunci", "a cursor needs the key columns")
        if mode == "append" and self._find("read", "null_cursor") == "send":
            raise _wrong("[read] null_cursor", "send tidak untuk mode append", "send isn't for mode append")
        return Config(
            hub=self._read_hub(),
            source=source,
            columns=self._read_columns(),
            spool=self._resolve(self._find("spool", "folder") or "spool"),
            mode=mode,
            cursor=cursor,
            keys=keys,
            json_columns=tuple(_split(self._find("read", "json") or "")),
            overlap_seconds=self._number("read", "overlap_seconds", 300.0) if mode == "merge" else 0.0,
            null_cursor=self._choose("read", "null_cursor", ("tell", "send"), "tell"),
            spool_bytes=int(self._number("spool", "max_megabytes", 200.0) * MEBIBYTE),
            part_bytes=int(min(self._number("spool", "part_megabytes", 5.0), 5.0) * MEBIBYTE),
        )

    def _read_hub(self) -> Hub:
        address = (self._find("hub", "address") or "").rstrip("/")
        parts = urlsplit(address)
        if parts.scheme not in ("https", "http") or not parts.hostname or len(parts.path.split("/")) != 5:
            raise _wrong(
                "[hub] address",
                "tulis alamat dataset seperti pada halaman layanan, misalnya https://…/api/wilayah/v1/desa",
                "write the dataset's address as its page shows it, such as https://…/api/wilayah/v1/desa",
            )
        if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise _wrong("[hub] address", "harus https", "must be https")
        return Hub(
            address,
            self._read_secret("hub", "key_file", KEY_VARIABLE, is_needed=True),
            self._path("hub", "ca_file"),
            self._find("hub", "proxy"),
            self._number("hub", "timeout_seconds", 60.0),
            self._number("hub", "retry_seconds", 120.0),
        )

    def _read_source(self) -> Source:
        kind = self._choose("source", "kind", KINDS, "")
        table, query, folder = (self._find("source", name) for name in ("table", "query", "folder"))
        if kind == "folder" and not folder:
            raise _wrong("[source] folder", "perlu diisi", "is needed")
        if kind != "folder" and bool(table) == bool(query):
            raise _wrong("[source] table", "isi salah satu: table atau query", "give one of the two: table or query")
        return Source(
            kind,
            ""
            if kind == "folder"
            else self._read_secret("source", "password_file", PASSWORD_VARIABLE, is_needed=False),
            self._find("source", "host") or "127.0.0.1",
            int(self._number("source", "port", 3306 if kind == "mysql" else 5432)),
            self._find("source", "socket"),
            self._find("source", "database") or "",
            self._find("source", "user") or "",
            self._path("source", "ca_file"),
            table,
            query,
            self._resolve(folder) if folder else None,
            self._find("source", "pattern") or "*",
            self._find("source", "encoding") or "utf-8-sig",
            self._number("source", "settle_seconds", 60.0),
        )

    def _read_columns(self) -> dict[str, str]:
        return dict(self._parser["columns"]) if self._parser.has_section("columns") else {}

    def _find(self, section: str, name: str) -> Optional[str]:
        return self._parser.get(section, name, fallback="").strip() or None

    def _choose(self, section: str, name: str, allowed: tuple[str, ...], usual: str) -> str:
        value = self._find(section, name) or usual
        if value not in allowed:
            one_of = ", ".join(allowed)
            raise _wrong(f"[{section}] {name}", f"pilih salah satu: {one_of}", f"is one of: {one_of}")
        return value

    def _number(self, section: str, name: str, usual: float) -> float:
        text = self._find(section, name)
        try:
            value = usual if text is None else float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value < 1e9:
            raise _wrong(f"[{section}] {name}", "harus bilangan", "must be a number")
        return value

    def _resolve(self, text: str) -> Path:
        return self._folder / Path(text).expanduser()

    def _path(self, section: str, name: str) -> Optional[str]:
        text = self._find(section, name)
        return str(self._resolve(text)) if text else None

    def _read_secret(self, section: str, name: str, variable: str, is_needed: bool) -> str:
        place, text = f"[{section}] {name}", self._find(section, name)
        secret = self._environment.get(variable, "")
        if not secret and text:
            path = self._resolve(text)
            try:
                if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    raise _wrong(
                        place,
                        f"berkas dapat dibaca orang lain: chmod 600 {path}",
                        f"others can read it: chmod 600 {path}",
                    )
                secret = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise _wrong(place, "berkas tidak dapat dibaca", "the file can't be read") from error
        secret = secret.strip()
        if is_needed and not secret:
            raise _wrong(
                place, f"isi, atau berikan {variable} di lingkungan", f"is needed, or {variable} in the environment"
            )
        if is_needed and not (secret.isascii() and secret.isprintable() and " " not in secret):
            raise _wrong(place, "isinya bukan kunci", "holds no key")
        return secret


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _wrong(place: str, indonesian: str, english: str) -> ConfigWrong:
    return ConfigWrong(f"Pengaturan {place}: {indonesian}.", f"The setting {place}: {english}.")
