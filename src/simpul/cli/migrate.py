"""`migrate`: brings the database to this version: roles, tables, job queue, rights."""

import argparse

from simpul.cli.exits import DONE
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.portal import commands
from simpul.store.launcher import Database, open_database
from simpul.store.queue import apply_queue_schema
from simpul.store.roles import grant_privileges, make_roles, print_roles

ABOUT = Words("Menyiapkan atau memutakhirkan basis data", "Bring the database to this version")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is asked of it."""
    parser.add_argument(
        "--print-roles",
        action="store_true",
        help="change nothing; print the SQL with which a database administrator makes the roles / cetak SQL untuk DBA",
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing where all goes well / tanpa pesan")
    parser.add_argument("--demo", action="store_true", help="load the sample data as well, once / muat data contoh")


def run(arguments: argparse.Namespace) -> int:
    """Print the roles, or migrate and say so."""
    if arguments.print_roles:
        print(print_roles(), end="")
        return DONE
    settings = read_settings()
    with open_database(settings) as database:
        migrate_database(database)
        if arguments.demo:
            commands.load_demo(database.owner_dsn)
    if not arguments.quiet:
        print("Basis data siap. / The database is ready.")
    return DONE


def migrate_database(database: Database) -> None:
    """Make the roles, tables and queue and give the rights; doing it again changes nothing.

    Raises: RolesMissing, RolesForeign, Misconfigured, DatabaseAway.
    """
    make_roles(database.owner_dsn, database.keys)
    commands.migrate(database.owner_dsn)
    apply_queue_schema(database.owner_dsn)
    grant_privileges(database.owner_dsn)
