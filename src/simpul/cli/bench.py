"""`bench`: measurements on a database of its own, each as a ratio to a limit that is measured in the same run."""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from simpul.cli.bench_home import throwaway_home
from simpul.cli.exits import DONE
from simpul.cli.migrate import migrate_database
from simpul.cli.project import ROOT
from simpul.kernel.errors import Misconfigured
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.portal import commands
from simpul.store.launcher import Database, open_database

ABOUT = Words("Mengukur hub terhadap batas pada jalan yang sama", "Measure the hub against limits of the same run")

AMOUNTS: dict[str, dict[str, int]] = {
    "procedure": {"loops": 50},
    "inbox": {"cases": 5000, "events": 70_000},
    "exchange": {
        "rows": 100_000,
        "seconds": 4,
        "times": 3,
        "export_rows": 1_000_000,
        "many_rows": 10_000_000,
        "publications": 1000,
    },
    "ingest": {"rows": 50_000},
    "publish": {"times": 10},
}
SMALL: dict[str, dict[str, int]] = {
    "procedure": {"loops": 4},
    "inbox": {"cases": 60, "events": 840},
    "exchange": {
        "rows": 2_000,
        "seconds": 1,
        "times": 1,
        "export_rows": 3_000,
        "many_rows": 4_000,
        "publications": 20,
    },
    "ingest": {"rows": 500},
    "publish": {"times": 2},
}
"""Amounts that show only that it runs: the figures mean nothing."""

MODULES = {"procedure": "cases", "inbox": "inbox", "exchange": "exchange", "ingest": "ingest", "publish": "publishing"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what is measured, and how it is told."""
    parser.add_argument("what", choices=AMOUNTS, help="what to measure / yang diukur")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output and nothing else")
    parser.add_argument("--small", action="store_true", help="tiny amounts, to see that it runs / jumlah kecil saja")
    parser.add_argument(
        "--only", type=lambda text: text.split(","), help="of exchange: figures, between commas / sebagian"
    )
    parser.add_argument("--rows", type=int, help="rows in the table / baris dalam tabel")
    parser.add_argument("--seconds", type=int, help="of exchange: how long one run takes / lama satu jalan")


def run(arguments: argparse.Namespace) -> int:
    """Measure on a throwaway cluster and print the figures.

    Raises: Misconfigured where the project's `benchmarks/` isn't there; the launcher's errors.
    """
    amounts = choose_amounts(arguments)
    with prepared_database() as database:
        result = load_benchmark(MODULES[arguments.what]).measure(database, **amounts).to_dict()
    if arguments.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print_result(result)
    return DONE


def choose_amounts(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the amounts of a benchmark, with those that the command line changes.

    Raises: Misconfigured where it changes one that the benchmark hasn't.
    """
    known: dict[str, Any] = {**(SMALL if arguments.small else AMOUNTS)[arguments.what]}
    chosen = {name: getattr(arguments, name) for name in ("rows", "seconds", "only")}
    changed = {name: value for name, value in chosen.items() if value is not None}
    taken = known.keys() | ({"only"} if arguments.what == "exchange" else set())
    if foreign := sorted(changed.keys() - taken):
        raise Misconfigured(
            Words(f"Pilihan --{foreign[0]} tidak berlaku di sini.", f"The option --{foreign[0]} doesn't fit here."),
        )
    return known | changed


@contextmanager
def prepared_database() -> Iterator[Database]:
    """Give a migrated database in a home of its own that is removed afterwards; Django is ready with it."""
    with throwaway_home() as environment:
        os.environ.update(environment)
        os.environ.pop("SIMPUL_DSN", None)
        with open_database(read_settings()) as database:
            migrate_database(database)
            try:
                yield database
            finally:
                commands.close_connections()


def load_benchmark(name: str) -> Any:
    """Return a module of the project's `benchmarks/`, which may import the portal's models: Django is ready.

    Raises: Misconfigured where the folder isn't there, as in an installed package.
    """
    if not (ROOT / "benchmarks" / f"{name}.py").is_file():
        raise Misconfigured(
            Words("Folder benchmarks/ tidak ada.", "The folder benchmarks/ isn't there."),
            hint=Words("Jalankan dari salinan lengkap proyek ini.", "Run it from a whole copy of the project."),
        )
    sys.path.insert(0, str(ROOT))
    return importlib.import_module(f"benchmarks.{name}")


def print_result(result: dict[str, Any]) -> None:
    """Tell the figures to a person."""
    print(f"{result['bench']}: " + ", ".join(f"{name} {amount}" for name, amount in result["amounts"].items()))
    for one in result["figures"]:
        beside = f"  = {one['ratio']} × {one['limit_name']} ({one['limit']} {one['unit']})" if one["ratio"] else ""
        beside += f", by processor time {one['processor']} ×" if one.get("processor") else ""
        goal = f"  {'ok' if one['met'] else 'TIDAK TERCAPAI / NOT MET'} ({one['goal']})" if one.get("goal") else ""
        print(f"  {one['name']}: {one['value']} {one['unit']}{beside}{goal}")
    for name, fact in result["facts"].items():
        print(f"  {name}: {json.dumps(fact, ensure_ascii=False)}")
