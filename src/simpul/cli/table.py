"""The table of commands: each name, and the module with its `ABOUT`, `add_arguments` and `run`."""

import argparse
import importlib
import importlib.util
from typing import Protocol

from simpul.kernel.words import Words

COMMANDS: dict[str, str] = {
    "demo": "simpul.cli.demo",
    "run": "simpul.cli.run",
    "test": "simpul.cli.test",
    "check": "simpul.cli.check",
    "config": "simpul.cli.config",
    "migrate": "simpul.cli.migrate",
    "user": "simpul.cli.user",
    "rehearse": "simpul.cli.rehearse",
    "bench": "simpul.cli.bench",
    "procedure": "simpul.cli.procedure",
    "contract": "simpul.cli.contract",
    "evidence": "simpul.cli.evidence",
    "backup": "simpul.cli.backup",
    "restore": "simpul.cli.restore",
    "database": "simpul.cli.database",
}
"""In the order in which `--help` lists them. A module is imported when its command is asked for."""


class Command(Protocol):
    """The one shape of a command's module."""

    ABOUT: Words

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Declare the command's own arguments."""

    @staticmethod
    def run(arguments: argparse.Namespace) -> int:
        """Do it and return the exit code."""


def load_command(name: str) -> Command:
    """Return the module of a command by its name in the table.

    Raises: KeyError for a name that isn't in the table.
    """
    module: Command = importlib.import_module(COMMANDS[name])  # type: ignore[assignment]
    return module


def list_commands() -> list[str]:
    """Return the names of the commands whose modules are there, in the table's order."""
    return [name for name, module in COMMANDS.items() if importlib.util.find_spec(module)]
