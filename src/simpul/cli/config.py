"""`config show`: the settings as this process reads them, secrets hidden."""

import argparse
import os

from simpul.cli.exits import DONE
from simpul.kernel.settings import TABLE, read_settings
from simpul.kernel.words import Words

ABOUT = Words("Menampilkan pengaturan", "Show the settings")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `show`."""
    commands = parser.add_subparsers(required=True, metavar="show")
    about = "Show each setting, its value and where it comes from; secrets are hidden / Tampilkan tiap pengaturan"
    commands.add_parser("show", help=about, description=about)


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each setting."""
    settings = read_settings()
    for setting in TABLE:
        given = bool(os.environ.get(setting.name))
        value = "(hidden / disembunyikan)" if setting.secret and given else str(getattr(settings, setting.name))
        print(f"{setting.name}={value}  # {'set / diatur' if given else 'default / bawaan'}: {setting.about}")
    return DONE
