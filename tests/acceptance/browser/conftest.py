"""The world of the tests in the browser: one hub and one browser for each test process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_world import World, open_world

from simpul.cli.browser import VARIABLE, find_browser


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the folder for the tutorial's pictures."""
    parser.addoption("--pictures", metavar="DIR", help="keep the tutorial's pictures of the real pages in this folder")


@pytest.fixture(scope="session")
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Give the hub, the browser and the officers; skip, saying so, where no browser is found."""
    executable = find_browser()
    if executable is None:
        pytest.skip(f"NO BROWSER: install chromium, or name one in {VARIABLE}; the pages are NOT tested")
    chosen = request.config.getoption("--pictures", None)
    with open_world(executable, Path(chosen) if chosen else None) as opened:
        yield opened
