"""`restore`: a backup into an empty hub."""

import argparse
from pathlib import Path

from simpul.cli.exits import DONE
from simpul.cli.passphrase import read_passphrase
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.store.backup import restore_backup

ABOUT = Words("Memulihkan cadangan ke hub yang kosong", "Restore a backup into an empty hub")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup to read / berkas cadangan")
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="read the passphrase from this file's first line instead of asking / berkas kata sandi",
    )


def run(arguments: argparse.Namespace) -> int:
    """Restore and say so."""
    passphrase = read_passphrase(arguments.passphrase_file, again=False)
    restore_backup(read_settings(), arguments.file.absolute(), passphrase)
    print("Cadangan dipulihkan. / The backup is restored.")
    return DONE
