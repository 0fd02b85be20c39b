"""`test`: the rules of the house, then every test; pytest's closing line comes last."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from simpul.cli.browser import VARIABLE, ensure_browser
from simpul.cli.exits import DONE, FAILED
from simpul.cli.project import ROOT, SOURCE
from simpul.cli.signals import stop_requests
from simpul.cli.supervisor import tell
from simpul.kernel.settings import TABLE
from simpul.kernel.words import Words

ABOUT = Words("Menjalankan semua uji", "Run every test")

PROCESSES = "2"

RULES: dict[str, Sequence[str]] = {
    "ruff check": ("-m", "ruff", "check"),
    "ruff format": ("-m", "ruff", "format", "--check"),
    "mypy": ("-m", "mypy"),
    "import-linter": ("-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"),
}
"""What each rule of the house is checked with: arguments for this interpreter."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--long` and the choice of tests."""
    parser.add_argument(
        "--long", action="store_true", help="the full counts of races, kills and amounts / jumlah penuh"
    )
    parser.add_argument("only", nargs="*", metavar="PATH", help="only these tests, without the rules of the house")


def run(arguments: argparse.Namespace) -> int:
    """Run the rules, then the tests; each tool's time is printed, and one failure is enough to fail."""
    with stop_requests() as request:
        request.allow_interrupt()
        return run_all(arguments.only, long=arguments.long)


def run_all(only: Sequence[str], *, long: bool) -> int:
    """Run the rules, unless only some tests are asked for, and the tests; return the exit code."""
    home = Path(tempfile.mkdtemp(prefix="simpul-test-home-"))
    try:
        environment = make_environment(home)
        broken = [] if only else check_rules(environment)
        if broken:
            tell(f"the rules of the house are broken: {', '.join(broken)}; the tests run all the same")
        tests = run_tests(only, environment, long=long)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return DONE if tests == 0 and not broken else FAILED


def make_environment(home: Path) -> dict[str, str]:
    """Return the environment of the tools: no setting of a real hub, a home to throw away, the browser's path."""
    hidden = {setting.name for setting in TABLE} | {"SIMPUL_DSN", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    browser = ensure_browser()
    return kept | {"SIMPUL_HOME": str(home), "PYTHONPATH": str(SOURCE)} | ({VARIABLE: browser} if browser else {})


def check_rules(environment: Mapping[str, str]) -> list[str]:
    """Run each rule's tool, print what it found and its time, and return the names of the broken rules."""
    broken = []
    for name, command in RULES.items():
        started = time.monotonic()
        done = subprocess.run(  # noqa: S603 - the table above
            [sys.executable, *command],
            cwd=ROOT,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            broken.append(name)
            print(done.stdout, flush=True)
        tell(f"{name}: {'ok' if done.returncode == 0 else 'BROKEN'} ({time.monotonic() - started:.1f} s)")
    return broken


def run_tests(only: Sequence[str], environment: Mapping[str, str], *, long: bool) -> int:
    """Run pytest in two processes, a file at a time, and return its exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "--tb=short", "-n", PROCESSES, "--dist", "loadfile"]
    more = ["--long"] if long else []
    return subprocess.run([*command, *more, *only], cwd=ROOT, env=dict(environment), check=False).returncode  # noqa: S603 - our own arguments
