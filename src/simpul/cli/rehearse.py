"""`rehearse`: one case through all 15 activities over HTTP, with a real file as the agency's data."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simpul.cli.exits import DONE, FAILED
from simpul.cli.rehearsal import hub as hubs
from simpul.cli.rehearsal.consumer import Consumer
from simpul.cli.rehearsal.officers import Rehearsal
from simpul.cli.rehearsal.parties import dismiss_parties, prepare_parties
from simpul.cli.rehearsal.result import make_result, print_result
from simpul.cli.rehearsal.script import play
from simpul.kernel.settings import Settings
from simpul.kernel.words import Words

ABOUT = Words("Gladi: satu permohonan melalui 15 aktivitas", "Rehearse: one case through all 15 activities")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file and what is rehearsed with it."""
    parser.add_argument(
        "--data", type=Path, required=True, metavar="FILE", help="the agency's data: CSV, XLSX or ODS, any columns"
    )
    parser.add_argument("--loops", action="store_true", help="go once through each return of the SOP")
    parser.add_argument("--keep", action="store_true", help="leave the hub running, so that the address can be called")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output and nothing else")
    parser.add_argument(
        "--running",
        action="store_true",
        help="use the hub that runs with these settings, not one that is started and thrown away",
    )


def run(arguments: argparse.Namespace) -> int:
    """Play the SOP and print what came of it."""
    if not arguments.data.is_file():
        print(f"Berkas tidak ada / no such file: {arguments.data}", file=sys.stderr)
        return FAILED
    if arguments.running:
        settings = hubs.read_running_settings()
        result = _play(settings, {}, arguments)
    else:
        with hubs.throwaway_hub() as hub:
            result = _play(hub.settings, hub.environment, arguments)
            hub.is_kept = arguments.keep
            if arguments.keep:
                print(
                    f"Hub tetap menyala; hentikan dengan / the hub stays up; stop it with: kill {hub.process.pid}",
                    file=sys.stderr,
                )
    show: Callable[[dict[str, Any]], None] = (
        (lambda made: print(json.dumps(made, ensure_ascii=False))) if arguments.json else print_result
    )
    show(result)
    return DONE if result["tests"]["failed"] == 0 else FAILED


def _play(settings: Settings, environment: dict[str, str], arguments: argparse.Namespace) -> dict[str, Any]:
    tokens = prepare_parties(settings, environment)
    rehearsal = Rehearsal(f"http://127.0.0.1:{settings.PORTAL_PORT}", tokens, is_shared=arguments.running)
    consumer = Consumer(rehearsal, f"http://127.0.0.1:{settings.EXCHANGE_PORT}")
    try:
        report = play(rehearsal, arguments.data, consumer, loops=arguments.loops)
        return make_result(rehearsal, consumer, settings, report)
    finally:
        rehearsal.close()
        if arguments.running and not arguments.keep:
            dismiss_parties(settings, environment)
