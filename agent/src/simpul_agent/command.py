"""The command: one delivery by a settings file, once or every so often."""

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import Callable, Optional

from simpul_agent import __version__
from simpul_agent.check import list_lines, try_delivery
from simpul_agent.config import Config, read_config
from simpul_agent.errors import DELIVERED, ROWS_REFUSED, AgentError, ConfigWrong, Words
from simpul_agent.lock import hold_lock
from simpul_agent.report import NAME
from simpul_agent.run import Outcome, Run
from simpul_agent.spool import Spool
from simpul_agent.state import StateFile

TRIAL_ROWS = 1_000


def main(arguments: Optional[list[str]] = None) -> int:
    """Run the command; return how it ended: 0 delivered, 1 rows refused, 2 settings, 3 source, 4 hub refuses, 5 hub
    away, 6 state damaged, 7 already running."""
    options = _make_parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.every is None:
        return _run_told(options)
    while True:
        code = _run_told(options)
        if code == ConfigWrong.exit_code:
            return code
        time.sleep(options.every)


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simpul-agent", description="Mengirim data OPD ke Simpul. / Delivers an agency's data to Simpul."
    )
    parser.add_argument("config", type=Path, help="berkas pengaturan (.ini) / settings file")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--check", action="store_true", help="periksa tiap langkah / try each step, keep nothing")
    group.add_argument(
        "--dry-run", action="store_true", help="coba tanpa menyimpan / have the hub try rows, keep nothing"
    )
    group.add_argument("--reset", action="store_true", help="lupakan posisi dan antrean / forget position and spool")
    group.add_argument(
        "--every", type=_read_seconds, metavar="DETIK", help="ulangi tiap sekian detik / repeat every so many seconds"
    )
    parser.add_argument(
        "--confirm-deletion", action="store_true", help="setujui penghapusan besar / confirm a large deletion"
    )
    parser.add_argument("--version", action="version", version=f"simpul-agent {__version__}")
    return parser


def _read_seconds(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 604_800:
        raise argparse.ArgumentTypeError("1 … 604800")
    return value


def _run_told(options: argparse.Namespace) -> int:
    try:
        config = read_config(options.config)
        if options.check or options.dry_run:
            return _try(config, options.dry_run)
        with hold_lock(config.spool):
            if options.reset:
                return _reset(config)
            return _deliver(config, options.confirm_deletion)
    except AgentError as error:
        print(f"[{error.where}] {error.words}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        # The disk is full or can't be written: nothing was acknowledged that isn't kept.
        print(
            f"[disk] {Words('Berkas antrean tidak dapat ditulis.', 'The spool cannot be written.')} ({error.errno})",
            file=sys.stderr,
        )
        return ConfigWrong.exit_code


def _try(config: Config, is_long: bool) -> int:
    trial = try_delivery(config, TRIAL_ROWS) if is_long else try_delivery(config)
    print("\n".join(list_lines(trial, _say)))
    names = ("received", "inserted", "updated", "unchanged", "refused")
    if trial.report:
        print(", ".join(f"{name} {trial.report.get(name, 0)}" for name in names))
    for rule in trial.report.get("rules", []):
        print(
            f"- {rule.get('column')}: {rule.get('rule')} × {rule.get('count')}. {Words(rule.get('id', ''), rule.get('en', ''))}"
        )
    refused = trial.unreadable + int(trial.report.get("refused", 0))
    return trial.exit_code or (ROWS_REFUSED if refused else DELIVERED)


def _say(indonesian: str, english: str) -> str:
    return f"{indonesian}/{english}"


def _reset(config: Config) -> int:
    StateFile(config.spool, config.mode).forget()
    Spool(config.spool).drop_from()
    print(Words("Posisi dan antrean dilupakan.", "Position and spool are forgotten."))
    return DELIVERED


def _deliver(config: Config, is_confirmed: bool) -> int:
    run = Run(config, is_confirmed)
    try:
        run.run()
    finally:
        _tell(run.outcome, config, print)
    return ROWS_REFUSED if run.outcome.refused else DELIVERED


def _tell(outcome: Outcome, config: Config, write: Callable[[object], None]) -> None:
    if outcome.was_state_damaged:
        write(
            Words(
                "Catatan posisi rusak; dibaca lagi dari yang sebelumnya.",
                "The state was damaged; read again from the one before.",
            )
        )
    write(
        Words(
            f"Terkirim {outcome.sent} baris, tersimpan {outcome.stored}, tertolak {outcome.refused}, {outcome.waiting} bagian menunggu.",
            f"Sent {outcome.sent} rows, stored {outcome.stored}, refused {outcome.refused}; {outcome.waiting} parts wait.",
        )
    )
    if outcome.refused:
        write(Words(f"Baris tertolak: {config.spool / NAME}.", f"Refused rows: {config.spool / NAME}."))
    if outcome.without_cursor:
        write(
            Words(
                f"{outcome.without_cursor} baris tidak dikirim karena kolom kursornya kosong ([read] null_cursor).",
                f"{outcome.without_cursor} rows weren't sent since their cursor is empty ([read] null_cursor).",
            )
        )
