"""The checks of `check`: each yields what it found and how to mend it; nothing where all is well."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from simpul.cli.health import EXCHANGE_PATH, PORTAL_PATH, ask, can_connect
from simpul.cli.identity import find_existing, find_identity
from simpul.cli.ports import check_port
from simpul.kernel.errors import Finding, SimpulError
from simpul.kernel.settings import Settings
from simpul.kernel.words import NOTHING, Words
from simpul.portal import commands
from simpul.store.launcher import open_database
from simpul.store.pools import connect

Found = Iterator[tuple[Words, Words]]

ENOUGH_BYTES = 2 * 1024**3
LOCAL = {"127.0.0.1", "localhost", "::1"}


def check_home(settings: Settings) -> Found:
    """Look at SIMPUL_HOME: writable, with room, its keys for their owner alone."""
    home = settings.SIMPUL_HOME
    parent = find_existing(home)
    if not os.access(parent, os.W_OK | os.X_OK):
        yield (
            Words(f"Folder {home} tidak dapat ditulis.", f"The folder {home} can't be written to."),
            Words(
                "Beri hak tulis, atau pilih folder lain dengan SIMPUL_HOME.",
                "Allow writing, or choose another folder by SIMPUL_HOME.",
            ),
        )
    if shutil.disk_usage(parent).free < ENOUGH_BYTES:
        yield (
            Words(f"Ruang di {parent} kurang dari 2 GB.", f"Less than 2 GB are free at {parent}."),
            Words("Kosongkan ruang atau pindahkan SIMPUL_HOME.", "Make room or move SIMPUL_HOME."),
        )
    for path in sorted((home / "keys").glob("*")):
        if path.is_file() and path.stat().st_mode & 0o077:
            yield (
                Words(f"Kunci {path} terbaca pengguna lain.", f"The key {path} can be read by others."),
                Words(f"Ketik: chmod 600 {path}", f"Type: chmod 600 {path}"),
            )


def check_addresses(settings: Settings) -> Found:
    """Look at what people outside see: TLS, proxy, demo."""
    for name in ("PUBLIC_URL", "EXCHANGE_URL"):
        parts = urlsplit(getattr(settings, name))
        if parts.hostname in LOCAL:
            continue
        if parts.scheme != "https":
            yield (
                Words(f"{name} tanpa https.", f"{name} is without https."),
                Words(
                    "Pasang proksi TLS; contohnya ada di deploy/.", "Put a TLS proxy in front; examples are in deploy/."
                ),
            )
        elif not settings.TRUSTED_PROXY:
            yield (
                Words(
                    f"{name} memakai https, tetapi TRUSTED_PROXY=false.", f"{name} uses https, but TRUSTED_PROXY=false."
                ),
                Words(
                    "Atur TRUSTED_PROXY=true di belakang proksi TLS.", "Set TRUSTED_PROXY=true behind the TLS proxy."
                ),
            )
        if settings.DEMO:
            yield (
                Words(f"Mode contoh berjalan di {name}.", f"Demo mode runs at {name}."),
                Words("Jalankan `./simpul run` tanpa DEMO.", "Use `./simpul run` without DEMO."),
            )


def check_listening(settings: Settings) -> Found:
    """Look at portal and exchange: both healthy where they run, their ports free where they don't."""
    asked = (
        ("PORTAL_PORT", settings.PORTAL_PORT, PORTAL_PATH),
        ("EXCHANGE_PORT", settings.EXCHANGE_PORT, EXCHANGE_PATH),
    )
    for name, port, path in asked:
        if not can_connect(settings.BIND_ADDRESS, port):
            try:
                check_port(settings.BIND_ADDRESS, port, name)
            except SimpulError as error:
                yield error.message, error.hint
            continue
        status = ask(settings.BIND_ADDRESS, port, path)
        if status != 200:
            yield (
                Words(
                    f"Porta {port} ({name}) menjawab {status} pada {path}.",
                    f"Port {port} ({name}) answers {status} at {path}.",
                ),
                Words(
                    "Bila itu hub ini, lihat catatannya; bila program lain, pilih porta lain.",
                    "If that is this hub, see its log; if it is another program, choose another port.",
                ),
            )


def check_user(settings: Settings) -> Found:
    """Look at who the processes run as when root starts them."""
    reason = find_identity(settings).reason
    if reason:
        yield (
            reason,
            Words(
                "Pasang Simpul di folder yang terbaca semua (misalnya /opt/simpul), dengan Python sistem dan SIMPUL_HOME=/var/lib/simpul.",
                "Put Simpul in a folder that all can read (say /opt/simpul), with the system's Python and SIMPUL_HOME=/var/lib/simpul.",
            ),
        )


def check_database(settings: Settings) -> Found:
    """Look at the database: reached, and its roles able to sign in."""
    if not settings.DATABASE_URL and not (settings.SIMPUL_HOME / "postgres").exists():
        yield (
            Words("Basis data belum pernah disiapkan.", "The database was never made ready."),
            Words("Ketik: ./simpul migrate", "Type: ./simpul migrate"),
        )
        return
    with open_database(settings) as database:
        for role in ("portal", "exchange", "worker"):
            connect(database.dsn(role)).close()
        if settings.DATABASE_URL:  # the hub's own cluster is configured by the hub
            yield from check_database_log(database.owner_dsn)


QUIET = {
    "log_statement": ("none",),
    "log_min_duration_statement": ("-1",),
    "log_min_error_statement": ("panic",),
    "log_min_messages": ("log", "fatal", "panic"),
    "log_parameter_max_length": ("0",),
    "log_parameter_max_length_on_error": ("0",),
}
"""What PostgreSQL must be told so that no statement, parameter or quoted value of the data gets into its log."""


def check_database_log(dsn: str) -> Found:
    """Look at what another server writes to its log: statements and errors quote the data."""
    with connect(dsn) as connection:
        rows = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(QUIET)]
        ).fetchall()
    told = list_loud(dict(rows))
    if told:
        yield (
            Words(
                "Catatan PostgreSQL dapat memuat isi data (pernyataan, parameter, atau pesan galat).",
                "PostgreSQL's log may hold data (statements, parameters or error messages).",
            ),
            Words(
                f"Atur pada server itu: {'; '.join(told)}.",
                f"Set on that server: {'; '.join(told)}.",
            ),
        )


def list_loud(found: Mapping[str, str]) -> list[str]:
    """Return how to set each setting by which data could get into the log.

    >>> list_loud({"log_statement": "all", "log_parameter_max_length": "0"})
    ['log_statement = none']
    """
    return [f"{name} = {QUIET[name][0]}" for name, value in sorted(found.items()) if value not in QUIET[name]]


def check_content(settings: Settings) -> Found:
    """Look at what the hub holds: tables of this version, SOP, calendar, a keeper, each case where its history says."""
    try:
        found = _read_findings(settings)
    except SimpulError:
        yield (
            Words("Isi hub belum dapat diperiksa.", "The hub's content can't be looked at yet."),
            Words("Perbaiki DATABASE_URL lebih dahulu.", "Mend DATABASE_URL first."),
        )
        return
    for finding in found:
        # The portal's own words hold the next step already.
        yield finding.message, NOTHING


def _read_findings(settings: Settings) -> list[Finding]:
    if not settings.DATABASE_URL and not (settings.SIMPUL_HOME / "postgres").exists():
        return []
    with open_database(settings) as database:
        connect(database.dsn("portal")).close()
        return commands.check_portal(database.owner_dsn)


CHECKS: dict[str, Callable[[Settings], Iterable[tuple[Words, Words]]]] = {
    "SIMPUL_HOME": check_home,
    "PUBLIC_URL, EXCHANGE_URL": check_addresses,
    "PORTAL_PORT, EXCHANGE_PORT": check_listening,
    "user / pengguna": check_user,
    "DATABASE_URL": check_database,
    "content / isi hub": check_content,
}
