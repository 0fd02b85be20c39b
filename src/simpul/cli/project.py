"""Where the project's own files lie, for the commands that need more than the code."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "src"


def read_version() -> str:
    """Return the version that `pyproject.toml` states."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])
