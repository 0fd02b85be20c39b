"""`demo`: the hub with an invented part of a regency, plainly marked as sample data."""

import argparse
import os

from simpul.cli.hub import Start, run_hub
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words

ABOUT = Words("Menjalankan hub dengan data contoh", "Run the hub with sample data")

HOME, HOME_OF_ROOT = "~/.simpul-demo", "/var/lib/simpul-demo"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the settings are the environment's."""


def run(arguments: argparse.Namespace) -> int:
    """Run the hub in demo mode; its data lie apart from those of a real hub, unless SIMPUL_HOME says where."""
    os.environ["DEMO"] = "true"
    os.environ.setdefault("SIMPUL_HOME", HOME_OF_ROOT if os.geteuid() == 0 else HOME)
    settings = read_settings()
    greeting = [
        f"Demo siap / The demo is ready:  {settings.PUBLIC_URL}",
        "Nama dan kata sandi contoh ada di halaman masuk. / Sample names and passwords are on the sign-in page.",
        "Ctrl-C: berhenti / stop",
    ]
    return run_hub(settings, Start(migrate=["--demo"], greeting=greeting))
