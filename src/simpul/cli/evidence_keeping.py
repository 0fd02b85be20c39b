"""`evidence public-key`, `rotate-key` and `archive`: what the hub's keeper does with the evidence."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from simpul.cli.exits import DONE
from simpul.evidence.keys import fingerprint
from simpul.exchange.archiving import detach_month, export_month, list_old_months, make_months
from simpul.exchange.seal_keys import open_last_key, rotate_key
from simpul.kernel.settings import read_settings
from simpul.store.launcher import Database, open_database
from simpul.store.pools import connect, database_errors
from simpul.store.sql import Connection


@contextmanager
def _open() -> Iterator[tuple[Database, Connection[Any]]]:
    with (
        open_database(read_settings()) as database,
        database_errors(),
        connect(database.owner_dsn, autocommit=True) as connection,
    ):
        yield database, connection


def print_public_key(arguments: argparse.Namespace) -> int:
    """Print the public key in hex and nothing else, so that it can be written to a file."""
    with _open() as (database, connection):
        print(open_last_key(connection, database.keys).public.hex())
    return DONE


def change_key(arguments: argparse.Namespace) -> int:
    """Take a new key and print what parties compare."""
    with _open() as (database, connection):
        link = rotate_key(connection, database.keys, lost=arguments.lost)
    print(f"Kunci baru / New key: {link.key_id}, sejak segel / from seal {link.after_seal + 1}")
    print(f"Kunci publik / Public key: {bytes(link.public).hex()}")
    print(f"Sidik SHA-256 / Fingerprint: {fingerprint(bytes(link.public))}")
    print("Cadangkan lagi: ./simpul backup / Back up again: ./simpul backup")
    return DONE


def archive_months(arguments: argparse.Namespace) -> int:
    """Export each old month, and take it out where that is asked for; each is whole before the next begins."""
    arguments.to.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _open() as (database, connection):
        make_months(connection)
        key = open_last_key(connection, database.keys)
        months = list_old_months(connection, arguments.before)
        for month in months:
            manifest = export_month(connection, key, arguments.to, month)
            if arguments.detach:
                detach_month(connection, manifest)
            done = "dilepaskan / taken out" if arguments.detach else "disalin / copied"
            print(f"{month}: {manifest.rows} baris / rows, {done}")
    if not months:
        print("Tidak ada bulan yang perlu diarsipkan. / There is no month to archive.")
    return DONE
