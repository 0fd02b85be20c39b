"""One file that holds the whole hub: the database and the keys, encrypted under a passphrase.

Inside the encryption stand entries: length of the name (2 bytes), name, then pieces (length of 4 bytes,
bytes) up to one of length 0. The first entry is `manifest.json`, then `keys/…`, then `database.dump`
(pg_dump's custom format).
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from simpul.kernel.clock import now
from simpul.kernel.errors import Conflict
from simpul.kernel.settings import Settings
from simpul.kernel.words import Words
from simpul.store.account import find_account
from simpul.store.datasets import adopt_dataset_schemas
from simpul.store.dump import dump_database, find_client, restore_database
from simpul.store.entries import read_entries, write_entry
from simpul.store.errors import BackupUnreadable, RestoreRefused, WrongMajor
from simpul.store.launcher import Database, open_database
from simpul.store.place import find_place
from simpul.store.pools import connect
from simpul.store.roles import grant_privileges, make_roles
from simpul.store.sealed_file import read_sealed, write_sealed

FORMAT = 1
_MANIFEST, _KEYS, _DUMP = "manifest.json", "keys/", "database.dump"
_HAS_OBJECTS = """
SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname <> 'public' AND nspname !~ '^(pg_|information_schema$)')
    OR EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('public'))
"""


def write_backup(settings: Settings, target: Path, passphrase: str) -> None:
    """Write database and keys into one encrypted file (0600), while the hub runs or not.

    The file appears under its name only when it is whole. Flat memory.

    Raises: Conflict where `target` exists; BackupUnreadable for a short passphrase; DumpFailed; what
        `open_database` raises.
    """
    if target.exists():
        raise Conflict(
            Words(f"Berkas {target} sudah ada.", f"The file {target} exists."),
            hint=Words("Pilih nama lain, atau pindahkan berkas itu.", "Choose another name, or move that file away."),
        )
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open_database(settings) as database:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                write_sealed(_list_content(database), file, passphrase)
                file.flush()
                os.fsync(file.fileno())
        fresh.rename(target)
    finally:
        fresh.unlink(missing_ok=True)


def _list_content(database: Database) -> Iterator[bytes]:
    major = _read_major(database)
    manifest = {"format": FORMAT, "made_at": now().isoformat(), "postgresql": major}
    yield from write_entry(_MANIFEST, [json.dumps(manifest).encode()])
    for path in sorted(database.keys.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield from write_entry(_KEYS + path.relative_to(database.keys).as_posix(), [path.read_bytes()])
    program = find_client(major).program("pg_dump")
    yield from write_entry(
        _DUMP, dump_database(program, database.owner_dsn, "--format=custom", "--no-owner", "--no-privileges")
    )


def _read_major(database: Database) -> int:
    with connect(database.owner_dsn) as connection:
        return connection.info.server_version // 10000


def check_backup(source: Path, passphrase: str) -> dict[str, Any]:
    """Read a backup to its end, trusting nothing, and return its manifest.

    Raises: BackupUnreadable, saying whether the passphrase is wrong or the file is damaged or cut.
    """
    manifest: dict[str, Any] = {}
    names = []
    with _open(source) as file:
        for name, pieces in read_entries(read_sealed(file, passphrase)):
            names.append(name)
            content = b"".join(pieces) if name == _MANIFEST else _drain(pieces)
            if name == _MANIFEST:
                manifest = json.loads(content)
    if names[:1] != [_MANIFEST] or names[-1:] != [_DUMP] or manifest.get("format") != FORMAT:
        raise BackupUnreadable(hint=Words("Pakai hub versi terbaru.", "Use the newest version of the hub."))
    return manifest


def _open(source: Path) -> Any:
    try:
        return source.open("rb")
    except OSError as error:
        raise BackupUnreadable(
            Words(f"Berkas {source} tidak dapat dibuka.", f"The file {source} can't be opened."),
            hint=Words("Periksa nama dan izin berkas itu.", "Check that file's name and permissions."),
        ) from error


def _drain(pieces: Iterable[bytes]) -> bytes:
    for _piece in pieces:
        pass
    return b""


def restore_backup(settings: Settings, source: Path, passphrase: str) -> None:
    """Restore a backup into an empty home (and an empty database, where DATABASE_URL is used).

    The file is read to its end before anything is changed. What fails later is taken back: no keys, no
    tables, no cluster are left.

    Raises: BackupUnreadable; RestoreRefused; WrongMajor where the backup is of a newer PostgreSQL.
    """
    keys = settings.SIMPUL_HOME / "keys"
    if keys.exists() and any(keys.iterdir()):
        raise RestoreRefused
    if not settings.DATABASE_URL and find_place(settings.SIMPUL_HOME, find_account()).find_major() is not None:
        raise RestoreRefused
    manifest = check_backup(source, passphrase)
    with _taking_back(settings, keys):
        _restore_keys(source, passphrase, keys)
        with open_database(settings) as database:
            _check_target(database, int(manifest["postgresql"]))
            make_roles(database.owner_dsn, database.keys)
            _restore_tables(source, passphrase, database)
            with connect(database.owner_dsn) as connection:
                adopt_dataset_schemas(connection)
            grant_privileges(database.owner_dsn)


@contextmanager
def _taking_back(settings: Settings, keys: Path) -> Iterator[None]:
    """Remove the keys and the private cluster again where the restoring inside fails."""
    try:
        yield
    except BaseException:
        shutil.rmtree(keys, ignore_errors=True)
        if not settings.DATABASE_URL:
            place = find_place(settings.SIMPUL_HOME, find_account())
            major = place.find_major()
            if major is not None:
                shutil.rmtree(place.folder(major), ignore_errors=True)
        raise


def _restore_keys(source: Path, passphrase: str, keys: Path) -> None:
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open(source) as file:
        for name, pieces in read_entries(read_sealed(file, passphrase)):
            if name.startswith(_KEYS):
                _write_key(keys, PurePosixPath(name.removeprefix(_KEYS)), b"".join(pieces))
            else:
                _drain(pieces)


def _write_key(keys: Path, name: PurePosixPath, content: bytes) -> None:
    if name.is_absolute() or ".." in name.parts:
        raise BackupUnreadable
    path = keys / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _check_target(database: Database, backup_major: int) -> None:
    with connect(database.owner_dsn) as connection:
        row = connection.execute(_HAS_OBJECTS).fetchone()
    if row and row[0]:
        raise RestoreRefused
    found = _read_major(database)
    if found < backup_major:
        raise WrongMajor(found=found, wanted=f"≥ {backup_major}", hint=RestoreRefused.hint)


def _restore_tables(source: Path, passphrase: str, database: Database) -> None:
    program = find_client(_read_major(database), exact=True).program("pg_restore")
    options = ("--dbname=", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    with _open(source) as file:
        for name, pieces in read_entries(read_sealed(file, passphrase)):
            if name == _DUMP:
                restore_database(program, database.owner_dsn, pieces, *options)
            else:
                _drain(pieces)
