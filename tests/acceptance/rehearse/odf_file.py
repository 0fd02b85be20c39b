"""Writes an OpenDocument sheet as an office program would."""

from collections.abc import Sequence
from pathlib import Path

from simpul.papers.tables import write_ods


def write_ods_file(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write rows of text, the header first."""
    path.write_bytes(write_ods({"Lembar1": rows}))
