"""`run`: the hub, until it is told to stop."""

import argparse

from simpul.cli.hub import Start, run_hub
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words

ABOUT = Words("Menjalankan hub sampai dihentikan", "Run the hub until it is stopped")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the settings are the environment's."""


def run(arguments: argparse.Namespace) -> int:
    """Start database, portal, exchange and worker; stop all on Ctrl-C or SIGTERM within ten seconds."""
    settings = read_settings()
    greeting = [f"Portal: {settings.PUBLIC_URL}", f"Exchange: {settings.EXCHANGE_URL}", "Ctrl-C: berhenti / stop"]
    return run_hub(settings, Start(greeting=greeting))
