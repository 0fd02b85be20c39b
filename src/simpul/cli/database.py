"""`database upgrade`: moves the private cluster to the newest PostgreSQL that is installed."""

import argparse

from simpul.cli.exits import DONE
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.store.upgrade import upgrade_cluster

ABOUT = Words(
    "Memindahkan basis data tertanam ke PostgreSQL yang lebih baru", "Move the private database to a newer PostgreSQL"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `upgrade`."""
    commands = parser.add_subparsers(required=True, metavar="upgrade")
    about = "Move the private database to the newest PostgreSQL that is installed; stop the hub first / Pindahkan"
    commands.add_parser("upgrade", help=about, description=about)


def run(arguments: argparse.Namespace) -> int:
    """Upgrade and say so."""
    upgrade_cluster(read_settings())
    print("Basis data dipindahkan. / The database is moved.")
    return DONE
