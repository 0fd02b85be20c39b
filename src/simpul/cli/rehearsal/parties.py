"""Asks the portal for the invented parties of a rehearsal, in a process of its own with the owner's address."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from simpul.kernel.errors import SimpulError
from simpul.kernel.settings import Settings
from simpul.kernel.words import Words
from simpul.store.launcher import open_database

_PREPARE = "import json; from simpul.portal.commands import setup; setup(); from simpul.portal.rehearsing import prepare_parties; print(json.dumps(prepare_parties()))"
_DISMISS = "from simpul.portal.commands import setup; setup(); from simpul.portal.rehearsing import dismiss_parties; dismiss_parties()"


class PartiesFailed(SimpulError):
    code = "SPL465"
    message = Words("Para pihak gladi tidak dapat disiapkan.", "The rehearsal's parties can't be prepared.")


def prepare_parties(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """Return a token for each officer of the rehearsal. Raises: PartiesFailed."""
    tokens: dict[str, str] = json.loads(_run(settings, environment, _PREPARE))
    return tokens


def dismiss_parties(settings: Settings, environment: Mapping[str, str]) -> None:
    """Take them out again. Raises: PartiesFailed."""
    _run(settings, environment, _DISMISS)


def _run(settings: Settings, environment: Mapping[str, str], code: str) -> str:
    with open_database(settings) as database:
        done = subprocess.run(  # noqa: S603 — our own code in our own interpreter
            [sys.executable, "-c", code],
            env={**os.environ, **environment, "SIMPUL_DSN": database.owner_dsn},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        print(done.stderr[-2000:], file=sys.stderr)
        raise PartiesFailed
    return done.stdout
