"""`backup`: database and keys in one file under a passphrase."""

import argparse
from pathlib import Path

from simpul.cli.exits import DONE
from simpul.cli.passphrase import read_passphrase
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.store.backup import write_backup

ABOUT = Words("Mencadangkan basis data dan kunci ke satu berkas", "Back up database and keys into one file")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="the backup to write; must not exist yet / berkas cadangan"
    )
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="read the passphrase from this file's first line instead of asking / berkas kata sandi",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the backup and say where it is."""
    passphrase = read_passphrase(arguments.passphrase_file, again=True)
    write_backup(read_settings(), arguments.file.absolute(), passphrase)
    print(f"Cadangan ditulis / Backup written: {arguments.file}")
    return DONE
