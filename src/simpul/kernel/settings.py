"""The hub's settings: one typed table, read from the environment only.

A bad value stops the start and says which. `docs/reference/settings.md` is made from this table.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simpul.kernel.errors import Misconfigured
from simpul.kernel.words import Words


def _read_port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ValueError("1–65535")
    return int(text)


def _read_count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError("≥ 1")
    return int(text)


def _read_amount(text: str) -> int:
    if not text.isdecimal():
        raise ValueError("≥ 0")
    return int(text)


def _read_bool(text: str) -> bool:
    truth = {"1": True, "true": True, "yes": True, "ya": True, "0": False, "false": False, "no": False, "tidak": False}
    if text.lower() not in truth:
        raise ValueError("true/false")
    return truth[text.lower()]


def _read_address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("http(s)://…")
    return text.rstrip("/")


def _read_mail(text: str) -> str:
    if text and not text.startswith(("smtp://", "smtps://")):
        raise ValueError("smtp://… / smtps://…")
    return text


def _read_log_format(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError("text/json")
    return text


_HOME, _HOME_OF_ROOT = "~/.simpul", "/var/lib/simpul"


def _read_home(text: str) -> Path:
    """Root's own folder is closed to the user that the hub's processes drop to, so root's default lies elsewhere."""
    chosen = _HOME_OF_ROOT if text == _HOME and os.geteuid() == 0 else text
    return Path(chosen).expanduser().absolute()


@dataclass(frozen=True)
class Setting:
    """One row of the table: the environment variable, how to read it, its default as text, what it is for.

    A default may name a setting of an earlier row in braces.
    """

    name: str
    read: Callable[[str], Any]
    default: str
    about: Words
    secret: bool = False


TABLE: tuple[Setting, ...] = (
    Setting(
        "SIMPUL_HOME",
        _read_home,
        _HOME,
        Words(
            "Folder milik hub: basis data tertanam, spool, dan kunci. Untuk root: /var/lib/simpul.",
            "The hub's own folder: embedded database, spool and keys. For root: /var/lib/simpul.",
        ),
    ),
    Setting(
        "DATABASE_URL",
        str,
        "",
        Words(
            "Alamat PostgreSQL milik pemilik skema. Kosong: hub menjalankan PostgreSQL sendiri.",
            "The owner's PostgreSQL address. Empty: the hub runs a PostgreSQL of its own.",
        ),
        secret=True,
    ),
    Setting("PORTAL_PORT", _read_port, "8000", Words("Porta portal.", "The portal's port.")),
    Setting("EXCHANGE_PORT", _read_port, "8080", Words("Porta exchange.", "The exchange's port.")),
    Setting(
        "PUBLIC_URL",
        _read_address,
        "http://127.0.0.1:{PORTAL_PORT}",
        Words(
            "Alamat portal yang tercetak pada dokumen dan contoh.",
            "The portal's address, as printed in papers and samples.",
        ),
    ),
    Setting(
        "EXCHANGE_URL",
        _read_address,
        "http://127.0.0.1:{EXCHANGE_PORT}",
        Words(
            "Alamat exchange (API) yang tercetak pada dokumen dan contoh.",
            "The exchange's address, as printed in papers and samples.",
        ),
    ),
    Setting(
        "DATABASE_PORT",
        _read_port,
        "5499",
        Words("Porta basis data tertanam, hanya di 127.0.0.1.", "The embedded database's port, on 127.0.0.1 only."),
    ),
    Setting(
        "BIND_ADDRESS",
        str,
        "127.0.0.1",
        Words(
            "Alamat jaringan yang didengarkan portal dan exchange.",
            "The network address that portal and exchange listen on.",
        ),
    ),
    Setting("PORTAL_WORKERS", _read_count, "1", Words("Banyaknya proses portal.", "Number of portal processes.")),
    Setting("EXCHANGE_WORKERS", _read_count, "1", Words("Banyaknya proses exchange.", "Number of exchange processes.")),
    Setting(
        "EXCHANGE_CACHE_MB",
        _read_amount,
        "64",
        Words(
            "Memori tiap proses exchange untuk jawaban terakhir, dalam MB. 0: tidak disimpan; wajib 0 bila data dikirim "
            "melalui beberapa mesin ke satu basis data.",
            "Memory of each exchange process for recent answers, in MB. 0: none are kept; must be 0 where data is "
            "delivered through several machines into one database.",
        ),
    ),
    Setting(
        "TRUSTED_PROXY",
        _read_bool,
        "false",
        Words(
            "Percayai X-Forwarded-For dan X-Forwarded-Proto dari proksi TLS.",
            "Trust X-Forwarded-For and X-Forwarded-Proto from the TLS proxy.",
        ),
    ),
    Setting(
        "MAIL_URL",
        _read_mail,
        "",
        Words(
            "Server surel untuk pemberitahuan: smtp://pengguna:sandi@server:587 (dengan STARTTLS) atau smtps://…:465. Kosong: tanpa"
            " surel.",
            "Mail server for notices: smtp://user:password@server:587 (STARTTLS with a user) or smtps://…:465. Empty: no mail.",
        ),
        secret=True,
    ),
    Setting(
        "MAIL_FROM",
        str,
        "simpul@localhost",
        Words("Alamat pengirim surel.", "The address that mail comes from."),
    ),
    Setting(
        "METRICS_TOKEN",
        str,
        "",
        Words(
            "Token untuk membaca /metrics pada portal dan exchange. Kosong: hanya program di mesin ini sendiri, tanpa proksi.",
            "Token for reading /metrics of portal and exchange. Empty: only programs of this very machine, without a proxy.",
        ),
        secret=True,
    ),
    Setting(
        "LOG_FORMAT",
        _read_log_format,
        "text",
        Words(
            "Bentuk catatan: text, atau json (satu objek tiap baris, termasuk tiap permintaan ke exchange; tanpa data pribadi).",
            "How logs are written: text, or json (one object a line, each call to the exchange among them; no personal data).",
        ),
    ),
    Setting(
        "DEMO",
        _read_bool,
        "false",
        Words("Mode contoh: data contoh dan dokumen bertanda CONTOH.", "Demo mode: sample data, papers marked CONTOH."),
    ),
)


@dataclass(frozen=True)
class Settings:
    """The settings of one process, read once at its start."""

    SIMPUL_HOME: Path
    DATABASE_URL: str
    PUBLIC_URL: str
    EXCHANGE_URL: str
    PORTAL_PORT: int
    EXCHANGE_PORT: int
    DATABASE_PORT: int
    BIND_ADDRESS: str
    PORTAL_WORKERS: int
    EXCHANGE_WORKERS: int
    EXCHANGE_CACHE_MB: int
    TRUSTED_PROXY: bool
    MAIL_URL: str
    MAIL_FROM: str
    METRICS_TOKEN: str
    LOG_FORMAT: str
    DEMO: bool


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read every setting from the environment (default: the process's own).

    Raises: Misconfigured, naming the variable and what it takes, never its value.
    """
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for setting in TABLE:
        try:
            given = source.get(setting.name, "")
            values[setting.name] = setting.read(given or setting.default.format(**values))
        except ValueError as error:
            raise Misconfigured(
                Words(f"Nilai {setting.name} tidak dapat dipakai.", f"The value of {setting.name} can't be used."),
                hint=Words(f"Yang diterima: {error}.", f"What it takes: {error}."),
            ) from error
    return Settings(**values)
