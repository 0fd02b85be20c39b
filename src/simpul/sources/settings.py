"""What a source of each kind must be told: typed settings, their tables of fields, and one parser for each.

The tables are for the forms; `parse_settings` in `opening` chooses by kind. No secret is among the settings.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, cast
from urllib.parse import urlsplit

from simpul.delivery.formats import KINDS
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.sources.fields import Field, FieldReader, FieldWrong, Given
from simpul.sources.shape import Incremental
from simpul.sources.statement import check_statement

SignIn = Literal["none", "basic", "header", "bearer"]
Paging = Literal["none", "page", "offset", "cursor", "link", "next"]
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")
_OWN_HEADERS = {"host", "content-length", "transfer-encoding", "connection", "cookie", "accept-encoding"}


@dataclass(frozen=True)
class WebPlace:
    """An address and how to sign in there. The secret is the password, the key or the token."""

    address: str
    sign_in: SignIn = "none"
    user: str = ""
    secret_header: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    ca_pem: str = ""


@dataclass(frozen=True)
class RestSettings:
    """A REST service that answers in JSON, page by page."""

    web: WebPlace
    records_path: tuple[str, ...] = ()
    paging: Paging = "none"
    page_parameter: str = ""
    size_parameter: str = ""
    page_size: int = 100
    first_page: int = 1
    next_path: tuple[str, ...] = ()
    total_path: tuple[str, ...] = ()
    since_parameter: str = ""
    incremental: Incremental | None = None
    pause_ms: int = 0


@dataclass(frozen=True)
class DatabaseSettings:
    """A table or a query of a MySQL, MariaDB or PostgreSQL server."""

    host: str
    port: int
    database: str
    user: str
    table: str = ""
    query: str = ""
    tls: Literal["verify", "off"] = "verify"
    ca_pem: str = ""
    incremental: Incremental | None = None
    zero_date: Literal["refuse", "empty"] = "refuse"


@dataclass(frozen=True)
class FolderSettings:
    """A folder below one that the Pengelola Sistem listed, watched for files of a pattern."""

    folder: str
    pattern: str = "*"
    takes: Literal["each", "newest"] = "each"
    settle_seconds: int = 60


@dataclass(frozen=True)
class FileAddressSettings:
    """A file at an HTTPS address."""

    web: WebPlace
    format: str


Settings = RestSettings | DatabaseSettings | FolderSettings | FileAddressSettings

_WEB = (
    Field("address", Words("Alamat (https://…)", "Address (https://…)"), required=True),
    Field("sign_in", Words("Cara masuk", "Sign-in"), choices=("none", "basic", "header", "bearer"), default="none"),
    Field("user", Words("Nama pengguna (basic)", "User name (basic)")),
    Field("secret_header", Words("Nama header kunci", "Name of the key's header")),
    Field(
        "headers",
        Words("Header lain, satu baris satu: Nama: nilai", "Other headers, one a line: Name: value"),
        is_long=True,
    ),
    Field("ca_pem", Words("Sertifikat CA sendiri (PEM)", "Your own CA certificate (PEM)"), is_long=True),
)
_INCREMENTAL = (
    Field("cursor_column", Words("Kolom penanda (baca bertahap)", "Cursor column (incremental reading)")),
    Field("key_columns", Words("Kolom kunci, dipisah koma", "Key columns, between commas")),
    Field("overlap", Words("Tumpang tindih (detik atau satuan)", "Overlap (seconds or units)"), default="0"),
    Field(
        "null_cursor",
        Words("Bila penanda kosong", "Where the cursor is empty"),
        choices=("read", "refuse"),
        default="read",
    ),
)
REST_FIELDS = (
    *_WEB,
    Field(
        "records_path", Words("Letak baris dalam jawaban, misalnya data.items", "Where the rows are, e.g. data.items")
    ),
    Field(
        "paging",
        Words("Cara berhalaman", "Paging"),
        choices=("none", "page", "offset", "cursor", "link", "next"),
        default="none",
    ),
    Field("page_parameter", Words("Parameter halaman, mulai, atau kursor", "Parameter of page, offset or cursor")),
    Field("size_parameter", Words("Parameter banyaknya baris", "Parameter of the page's size")),
    Field("page_size", Words("Baris tiap halaman", "Rows a page"), default="100"),
    Field("first_page", Words("Nomor halaman pertama", "Number of the first page"), default="1"),
    Field("next_path", Words("Letak kursor atau alamat berikutnya", "Where the next cursor or address is")),
    Field("total_path", Words("Letak jumlah seluruh baris", "Where the total is")),
    Field("since_parameter", Words("Parameter “sejak”", "Parameter of “since”")),
    Field("pause_ms", Words("Jeda antar permintaan (ms)", "Pause between requests (ms)"), default="0"),
    *_INCREMENTAL,
)
DATABASE_FIELDS = (
    Field("host", Words("Nama atau alamat server", "Server's name or address"), required=True),
    Field("port", Words("Porta", "Port"), required=True),
    Field("database", Words("Basis data", "Database"), required=True),
    Field("user", Words("Nama pengguna (cukup hak baca)", "User name (with the right to read alone)"), required=True),
    Field("table", Words("Tabel atau tampilan", "Table or view")),
    Field("query", Words("Kueri baca (satu SELECT)", "Read-only query (one SELECT)"), is_long=True),
    Field("tls", Words("TLS", "TLS"), choices=("verify", "off"), default="verify"),
    Field("ca_pem", Words("Sertifikat CA sendiri (PEM)", "Your own CA certificate (PEM)"), is_long=True),
    *_INCREMENTAL,
    Field(
        "zero_date",
        Words("Tanggal 0000-00-00 (MySQL)", "Dates 0000-00-00 (MySQL)"),
        choices=("refuse", "empty"),
        default="refuse",
    ),
)
FOLDER_FIELDS = (
    Field("folder", Words("Folder di server hub", "Folder on the hub's server"), required=True),
    Field("pattern", Words("Pola nama berkas", "Pattern of file names"), default="*"),
    Field("takes", Words("Yang diambil", "What is taken"), choices=("each", "newest"), default="each"),
    Field("settle_seconds", Words("Tidak berubah selama (detik)", "Unchanged for (seconds)"), default="60"),
)
FILE_ADDRESS_FIELDS = (
    *_WEB,
    Field("format", Words("Format", "Format"), required=True, choices=KINDS),
)


def parse_rest(given: Given) -> tuple[RestSettings, list[Finding]]:
    """Return the settings, which are only to be used where no finding came with them."""
    reader = FieldReader(REST_FIELDS, given)
    settings = RestSettings(
        web=_read_web(reader),
        records_path=reader.parse("records_path", _read_path, ()),
        paging=cast(Paging, reader.text("paging")),
        page_parameter=reader.text("page_parameter"),
        size_parameter=reader.text("size_parameter"),
        page_size=reader.number("page_size", 1, 100_000),
        first_page=reader.number("first_page", 0, 1),
        next_path=reader.parse("next_path", _read_path, ()),
        total_path=reader.parse("total_path", _read_path, ()),
        since_parameter=reader.text("since_parameter"),
        incremental=_read_incremental(reader),
        pause_ms=reader.number("pause_ms", 0, 60_000),
    )
    needed = {"page": "page_parameter", "offset": "page_parameter", "cursor": "page_parameter"}.get(settings.paging)
    if needed and not settings.page_parameter:
        reader.add(needed, "required", Words("Isi nama parameternya.", "Give the parameter's name."))
    if settings.paging in ("cursor", "next") and not settings.next_path:
        reader.add("next_path", "required", Words("Isi letaknya dalam jawaban.", "Say where it is in the answer."))
    if settings.incremental and not settings.since_parameter:
        reader.add(
            "since_parameter",
            "required",
            Words("Baca bertahap memerlukan parameter “sejak”.", "Incremental reading needs the “since” parameter."),
        )
    return settings, reader.findings


def parse_database(given: Given) -> tuple[DatabaseSettings, list[Finding]]:
    """Return the settings, which are only to be used where no finding came with them."""
    reader = FieldReader(DATABASE_FIELDS, given)
    settings = DatabaseSettings(
        host=reader.parse("host", _read_host, ""),
        port=reader.number("port", 1, 65_535),
        database=reader.text("database"),
        user=reader.text("user"),
        table=reader.text("table"),
        query=reader.parse("query", check_statement, ""),
        tls="off" if reader.text("tls") == "off" else "verify",
        ca_pem=reader.parse("ca_pem", _read_pem, ""),
        incremental=_read_incremental(reader),
        zero_date="empty" if reader.text("zero_date") == "empty" else "refuse",
    )
    if bool(reader.text("table")) == bool(reader.text("query")):
        message = Words("Isi salah satu: tabel atau kueri.", "Give one of both: a table or a query.")
        reader.add("table", "table-or-query", message)
    return settings, reader.findings


def parse_folder(given: Given) -> tuple[FolderSettings, list[Finding]]:
    """Return the settings, which are only to be used where no finding came with them."""
    reader = FieldReader(FOLDER_FIELDS, given)
    settings = FolderSettings(
        folder=reader.parse("folder", _read_folder, ""),
        pattern=reader.parse("pattern", _read_pattern, "*"),
        takes="newest" if reader.text("takes") == "newest" else "each",
        settle_seconds=reader.number("settle_seconds", 0, 86_400),
    )
    return settings, reader.findings


def parse_file_address(given: Given) -> tuple[FileAddressSettings, list[Finding]]:
    """Return the settings, which are only to be used where no finding came with them."""
    reader = FieldReader(FILE_ADDRESS_FIELDS, given)
    settings = FileAddressSettings(_read_web(reader), reader.text("format"))
    return settings, reader.findings


def _read_web(reader: FieldReader) -> WebPlace:
    web = WebPlace(
        address=reader.parse("address", _read_address, ""),
        sign_in=cast(SignIn, reader.text("sign_in")),
        user=reader.text("user"),
        secret_header=reader.parse("secret_header", _read_header_name, ""),
        headers=reader.parse("headers", _read_headers, ()),
        ca_pem=reader.parse("ca_pem", _read_pem, ""),
    )
    if web.sign_in == "basic" and not web.user:
        reader.add("user", "required", Words("Isi nama penggunanya.", "Give the user name."))
    if web.sign_in == "header" and not web.secret_header:
        reader.add("secret_header", "required", Words("Isi nama headernya.", "Give the header's name."))
    return web


def _read_incremental(reader: FieldReader) -> Incremental | None:
    column, keys = reader.text("cursor_column"), reader.names("key_columns")
    overlap = reader.number("overlap", 0, 31_536_000)
    policy: Literal["read", "refuse"] = "refuse" if reader.text("null_cursor") == "refuse" else "read"
    if not column:
        return None
    if not keys:
        message = Words(
            "Baca bertahap memerlukan kunci, agar baris yang terbaca lagi dikenali.",
            "Incremental reading needs a key, so that rows read again are known.",
        )
        reader.add("key_columns", "required", message)
    return Incremental(column, keys, overlap, policy)


def _read_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(sign.isspace() for sign in text):
        raise FieldWrong(
            Words("Alamat berawalan https:// dan tanpa spasi.", "An address begins with https://, no spaces.")
        )
    if "@" in parts.netloc:
        raise FieldWrong(
            Words(
                "Jangan menulis nama pengguna atau sandi di alamat.",
                "Don't write a user name or password in the address.",
            ),
            "secret-in-address",
        )
    return text


def _read_host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise FieldWrong(Words("Tulis nama atau alamat server saja.", "Give the server's name or address alone."))
    return text


def _read_header_name(text: str) -> str:
    if not _TOKEN.fullmatch(text) or text.lower() in _OWN_HEADERS:
        raise FieldWrong(Words("Nama header ini tidak dapat dipakai.", "This header name can't be used."))
    return text


def _read_headers(text: str) -> tuple[tuple[str, str], ...]:
    headers = []
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not colon or not value.strip() or not value.isascii() or not value.isprintable():
            raise FieldWrong(Words("Tulis tiap baris sebagai “Nama: nilai”.", "Write each line as “Name: value”."))
        headers.append((_read_header_name(name.strip()), value.strip()))
    return tuple(headers)


def _read_pem(text: str) -> str:
    if not text.startswith("-----BEGIN CERTIFICATE-----"):
        raise FieldWrong(Words("Tempel sertifikat berformat PEM.", "Paste a certificate in PEM form."))
    return text


def _read_path(text: str) -> tuple[str, ...]:
    steps = tuple(text.removeprefix("$.").strip(".").split("."))
    if any(not step for step in steps) or len(steps) > 10:
        raise FieldWrong(Words("Tulis seperti data.items.", "Write it like data.items."))
    return steps


def _read_folder(text: str) -> str:
    path = PurePosixPath(text)
    if not path.is_absolute() or ".." in path.parts:
        raise FieldWrong(Words("Tulis jalur lengkap, tanpa “..”.", "Give the whole path, without “..”."))
    return str(path)


def _read_pattern(text: str) -> str:
    if "/" in text or "\\" in text or len(text) > 100:
        raise FieldWrong(Words("Tulis nama berkas saja, misalnya *.csv.", "Give a file's name alone, such as *.csv."))
    return text
