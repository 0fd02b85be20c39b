"""Looks at a page as a demanding officer would: complaints of the browser, barriers, a phone's width, a picture."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from browser_png import shrink
from playwright.sync_api import ConsoleMessage, Page, Response

PHONE = {"width": 390, "height": 844}
GRAVE = ("serious", "critical")

_SETTLE_MS = 100
"""Charts are drawn anew a moment after the width changes."""

_OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return "";
  const edge = document.documentElement.clientWidth;
  const boxed = (one) => one.closest(".table-box, .diagram, pre, .tabs");
  const guilty = [...document.querySelectorAll("body *")].filter((one) =>
    one.getBoundingClientRect().right > edge + 1 && !boxed(one));
  const names = guilty.slice(-3).map((one) => one.tagName.toLowerCase() + "." + one.className + " " +
    (one.textContent || "").trim().slice(0, 40));
  return `${wide} px too wide: ${names.join(" | ")}`;
}"""
_MAKE_READY = """(at) => {
  if (document.activeElement) document.activeElement.blur();
  const secret = document.querySelector(".secret");
  if (secret) secret.textContent = secret.textContent.replace(/_[^_]+$/, "_" + "x".repeat(43));
  const top = at && document.querySelector(at);
  window.scrollTo(0, top ? top.getBoundingClientRect().top + window.scrollY - 40 : 0);
}"""
_OWN_ANSWER = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@dataclass
class Looker:
    """Keeps what was found, by what it is about; each finding names its page."""

    pictures: Path | None
    console: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    taken: list[Path] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Collect what the browser complains about on each address of a page."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.console.append(f"{page.url}: {error}"))
        page.on("response", self._check)

    def _hear(self, message: ConsoleMessage) -> None:
        # A refused form is answered with a status of its own, which the browser notes; that is no fault of the page.
        if message.type in ("error", "warning") and not _OWN_ANSWER.match(message.text):
            self.console.append(f"{message.location.get('url', '')}: {message.text}")

    def _check(self, response: Response) -> None:
        if response.status >= 500:
            self.failures.append(f"{response.status} {response.request.method} {response.url}")
        elif response.status == 404 and response.request.resource_type != "document":
            self.failures.append(f"404 {response.url}")

    def look(self, page: Page, name: str, picture: str = "", at: str = "") -> None:
        """Examine a page as it stands now.

        Args: `picture` names its picture, where pictures are wanted; `at` is what its top shows (default: the header).
        """
        if picture:
            self.take_picture(page, picture, at)
        self.seen.append(name)
        found = Axe().run(page).response["violations"]
        for one in found:
            if one["impact"] in GRAVE:
                nodes = "; ".join(node["html"][:140] for node in one["nodes"][:3])
                self.barriers.append(f"{name}: {one['id']} ({one['impact']}, {len(one['nodes'])}): {nodes}")
        size = page.viewport_size
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.wait_for_timeout(_SETTLE_MS)
        too_wide = page.evaluate(_OVERFLOW)
        if too_wide:
            self.wide.append(f"{name}: {too_wide}")
        page.set_viewport_size(size)  # type: ignore[arg-type]

    def take_picture(self, page: Page, name: str, at: str = "") -> None:
        """Keep a picture of the page, if pictures are wanted. A key in it is covered: pictures are published."""
        if self.pictures is None:
            return
        self.pictures.mkdir(parents=True, exist_ok=True)
        page.evaluate(_MAKE_READY, at)
        path = self.pictures / f"{name}.png"
        page.screenshot(path=path, animations="disabled")
        self.taken.append(path)

    def shrink_pictures(self) -> None:
        """Make the pictures small, once nobody waits for the next page. Cost: some seconds each."""
        for path in self.taken:
            path.write_bytes(shrink(path.read_bytes()))
