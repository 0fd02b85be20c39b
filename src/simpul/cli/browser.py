"""Finding a Chromium for the tests, or installing Debian's where that is allowed."""

import os
import shutil
import subprocess
from pathlib import Path

from simpul.cli.supervisor import tell

VARIABLE = "SIMPUL_BROWSER"
"""Names the browser's program for the tests; set by hand, it wins."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_browser() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get(VARIABLE)
    found = named or next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    return found or (str(_MAC) if _MAC.exists() else None)


def ensure_browser() -> str | None:
    """Return a Chromium's path, installing Debian's package as root; None, said loudly, where there is none."""
    found = find_browser()
    apt = shutil.which("apt-get")
    if found is None and apt and os.geteuid() == 0:
        tell("memasang Chromium untuk uji … / installing Chromium for the tests …")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["update", "-q"],
            ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"],
        ):
            subprocess.run([apt, *command], env=environment, capture_output=True, check=False)  # noqa: S603 - fixed arguments
        found = find_browser()
    if found is None:
        tell("=" * 78)
        tell("NO BROWSER: the tests in a browser are SKIPPED. Install chromium, or name one in SIMPUL_BROWSER.")
        tell("TIDAK ADA PERAMBAN: uji halaman DILEWATI. Pasang chromium, atau sebutkan di SIMPUL_BROWSER.")
        tell("=" * 78)
    return found
