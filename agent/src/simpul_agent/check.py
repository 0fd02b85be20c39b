"""Tries each step of a delivery without keeping anything, and says which one fails."""

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any, Callable, NamedTuple

from simpul_agent.config import Config
from simpul_agent.drift import check_columns
from simpul_agent.errors import AgentError, Words
from simpul_agent.hub import HubClient
from simpul_agent.source import make_source
from simpul_agent.spool import Part
from simpul_agent.tokens import Unreadable

TRIAL_ROWS = 20
STEPS = ("config", "source", "name", "connection", "tls", "key", "grant", "columns", "hub")
"""The order in which a delivery can fail."""


class Trial(NamedTuple):
    """`failed`: the step that failed and its words, or none; `report`: what the hub would have done, empty if not asked."""

    failed: tuple[str, Words]
    report: dict[str, Any]
    unreadable: int
    exit_code: int


FINE = ("", Words("", ""))


def try_delivery(config: Config, limit_rows: int = TRIAL_ROWS) -> Trial:
    """Read some rows from the beginning and have the hub try them (`Prefer: tx=rollback`)."""
    report: dict[str, Any] = {}
    unreadable = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            part, unreadable = _read_part(config, Path(folder), limit_rows)
            client = HubClient(config.hub, takes_gzip=False)
            client.connect()
            if part is not None:
                report = client.deliver(part, Path(folder) / "body", is_trial=True, is_confirmed=True).data
                check_columns(report, Path(folder) / "body", part.media_type)
    except AgentError as error:
        return Trial((error.where, error.words), report, unreadable, error.exit_code)
    return Trial(FINE, report, unreadable, 0)


def _read_part(config: Config, folder: Path, limit_rows: int) -> tuple[Any, int]:
    source, unreadable, rows = make_source(config, {}), 0, 0
    with source.read() as lines, (folder / "body").open("wb") as body:
        for line in islice(lines, limit_rows):
            if isinstance(line, Unreadable):
                unreadable += 1
                continue
            if not rows and source.head:
                body.write(source.head + b"\n")
            body.write(line + b"\n")
            rows += 1
            if source.is_break:
                break
    # A trial merges: some rows of a whole would look like the deletion of all others.
    mode = "merge" if config.mode == "replace" else config.mode
    return (Part(0, source.media_type, mode, rows, "", "", {}) if rows else None), unreadable


def list_lines(trial: Trial, say: Callable[[str, str], str]) -> list[str]:
    """Return one line a step: passed, failed, or not reached."""
    failed = trial.failed[0]
    lines = []
    for step in STEPS:
        if failed == step:
            lines += [f"[{say('gagal', 'failed')}] {step}", str(trial.failed[1])]
            break
        lines.append(f"[ok] {step}")
    if failed and failed not in STEPS:
        lines += [f"[{say('gagal', 'failed')}] {failed}", str(trial.failed[1])]
    return lines
