"""`check`: configuration and health of this hub, each finding with its mend."""

import argparse
from collections.abc import Iterable

from simpul.cli.checks import CHECKS
from simpul.cli.exits import DONE, FAILED
from simpul.kernel.errors import SimpulError
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words

ABOUT = Words("Memeriksa pengaturan dan kesehatan hub", "Check configuration and health")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the settings are the environment's."""


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each check, and beneath it what was found and how to mend it."""
    settings = read_settings()
    found = 0
    for name, check in CHECKS.items():
        findings = list(_ask(check(settings)))
        print(f"{'ok  ' if not findings else 'PERLU DIPERBAIKI / MEND'} {name}")
        for message, mend in findings:
            print(f"     {message}" + (f"\n     → {mend}" if any(mend) else ""))
        found += len(findings)
    print(f"{found} temuan / findings")
    return FAILED if found else DONE


def _ask(findings: Iterable[tuple[Words, Words]]) -> Iterable[tuple[Words, Words]]:
    """Pass a check's findings on; what stops the check itself is a finding too."""
    try:
        yield from findings
    except SimpulError as error:
        yield error.message, error.hint
