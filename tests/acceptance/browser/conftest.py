"""The world of the tests in the browser: one hub for each test process, one browser for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_world import Grounds, World, open_grounds, open_world

from simpul.cli.browser import VARIABLE, find_browser


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the folder for the tutorial's pictures."""
    parser.addoption("--pictures", metavar="DIR", help="keep the tutorial's pictures of the real pages in this folder")


@pytest.fixture(scope="session")
def executable() -> str:
    """Give the browser's program; skip, saying so, where none is found."""
    found = find_browser()
    if found is None:
        pytest.skip(f"NO BROWSER: install chromium, or name one in {VARIABLE}; the pages are NOT tested")
    return found


@pytest.fixture(scope="session")
def grounds(executable: str) -> Iterator[Grounds]:
    """Give the hub and the accounts of its officers."""
    with open_grounds() as opened:
        yield opened


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, grounds: Grounds, executable: str) -> Iterator[World]:
    """Give the hub, the browser and the officers, each signed in by its own page."""
    chosen = request.config.getoption("--pictures", None)
    with open_world(grounds, executable, Path(chosen) if chosen else None) as opened:
        yield opened
