"""A hub to throw away, a browser, and an officer of each role signed in by its own page."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from browser_look import Looker
from playwright.sync_api import Browser, Page, sync_playwright

from simpul.cli.rehearsal.hub import ThrowawayHub, throwaway_hub
from simpul.cli.rehearsal.officers import Rehearsal
from simpul.store.launcher import open_database

SEED = Path(__file__).with_name("browser_seed.py")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=id-ID",
]
DESKTOP = {"width": 1180, "height": 820}
REHEARSED = {"pemanfaat": "pemohon", **{one: one for one in ("penyedia", "tim_it", "sub_koordinasi", "bidang")}}


@dataclass
class World:
    """Everything that the tests in the browser share."""

    hub: ThrowawayHub
    browser: Browser
    accounts: Mapping[str, Mapping[str, str]]
    pictures: Path | None
    looker: Looker = field(init=False)
    pages: dict[str, Page] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.looker = Looker(self.pictures)

    @property
    def portal(self) -> str:
        return f"http://127.0.0.1:{self.hub.settings.PORTAL_PORT}"

    def officer(self, key: str) -> Page:
        """Return the page of an officer, signed in the first time; its own context, as on an own computer."""
        if key not in self.pages:
            page = self.open_page()
            self.sign_in(page, key)
            self.pages[key] = page
        return self.pages[key]

    def open_page(self, **options: Any) -> Page:
        """Return a page of a fresh context, watched for whatever the browser complains about."""
        made: dict[str, Any] = {"base_url": self.portal, "locale": "id-ID", "viewport": DESKTOP, **options}
        context = self.browser.new_context(**made)
        context.set_default_timeout(20_000)
        page = context.new_page()
        self.looker.watch(page)
        return page

    def sign_in(self, page: Page, key: str) -> None:
        """Sign in by the form, as everybody does."""
        account = self.accounts[key]
        page.goto("/masuk/login/")
        page.fill("[name=login]", account["nip"])
        page.fill("[name=password]", account["password"])
        page.get_by_role("button", name="Masuk").click()
        page.get_by_role("heading", name="Tugas saya").wait_for()

    @contextmanager
    def rehearse(self) -> Iterator[Rehearsal]:
        """Give a case that is brought forward by the management API, which acts as the pages do."""
        tokens = {name: self.accounts[key]["token"] for name, key in REHEARSED.items()}
        rehearsal = Rehearsal(self.portal, tokens, is_shared=True)
        rehearsal.open()
        yield rehearsal
        rehearsal.close()


@dataclass(frozen=True)
class Grounds:
    """A hub to throw away with the accounts of its officers."""

    hub: ThrowawayHub
    accounts: Mapping[str, Mapping[str, str]]


@contextmanager
def open_grounds() -> Iterator[Grounds]:
    """Start a hub with its officers for the time of a `with` block."""
    with _demo_mode(), throwaway_hub() as hub:
        yield Grounds(hub, _seed(hub))


@contextmanager
def open_world(grounds: Grounds, executable: str, pictures: Path | None) -> Iterator[World]:
    """Start a browser for the time of a `with` block.

    Playwright keeps an event loop running in this thread meanwhile, which Django and asyncio don't bear: so no longer
    than one module.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        world = World(grounds.hub, browser, grounds.accounts, pictures)
        yield world
        browser.close()
    world.looker.shrink_pictures()


@contextmanager
def _demo_mode() -> Iterator[None]:
    """Let the hub mark each page and paper as sample data; its own sample cases aren't loaded."""
    before = os.environ.get("DEMO")
    os.environ["DEMO"] = "true"
    yield
    if before is None:
        os.environ.pop("DEMO", None)
    else:
        os.environ["DEMO"] = before


def _seed(hub: ThrowawayHub) -> dict[str, dict[str, str]]:
    with open_database(hub.settings) as database:
        done = subprocess.run(
            [sys.executable, str(SEED)],
            env={**hub.environment, "SIMPUL_DSN": database.owner_dsn},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    accounts: dict[str, dict[str, str]] = json.loads(done.stdout)
    return accounts
