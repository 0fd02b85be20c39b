"""Which user the hub's processes run as when the hub is started as root."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simpul.cli.project import ROOT, SOURCE
from simpul.kernel.settings import Settings
from simpul.kernel.words import Words
from simpul.store.account import Account, find_account
from simpul.store.passwords import FILE as ROLE_PASSWORDS

OWNED = ("run", "spool", "static")
"""Folders of SIMPUL_HOME in which the processes write."""

_PROBE = """
import os, sys
import granian, psycopg, simpul.kernel.settings
sys.exit(0 if os.access(sys.argv[1], os.X_OK) and os.access(sys.argv[2], os.R_OK | os.X_OK) else 1)
"""


@dataclass(frozen=True)
class Identity:
    """The account of the hub's processes, and why it isn't the one it should be (None: it is)."""

    account: Account
    reason: Words | None = None

    def options(self) -> Mapping[str, Any]:
        """Return the arguments of `subprocess` that change to this user; none for the caller's own."""
        if self.account.uid is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}


def find_identity(settings: Settings) -> Identity:
    """Return the user `simpul` where root starts the hub and that user can read Python, code and home.

    Cost: some 0.2 s as root (a Python is started as that user), nothing otherwise.
    """
    if os.geteuid() != 0:
        return Identity(Account())
    account = find_account()
    if not _can_run(account, find_existing(settings.SIMPUL_HOME)):
        return Identity(
            Account(),
            Words(
                f"Proses hub berjalan sebagai root: pengguna simpul tidak dapat membaca {sys.prefix}, {ROOT}, atau {settings.SIMPUL_HOME}.",
                f"The hub's processes run as root: the user simpul can't read {sys.prefix}, {ROOT} or {settings.SIMPUL_HOME}.",
            ),
        )
    return Identity(account)


def find_existing(folder: Path) -> Path:
    """Return the folder itself, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _can_run(account: Account, home: Path) -> bool:
    options = account.options()
    options["env"] |= {"PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", _PROBE, str(home), str(SOURCE)]
    try:
        return subprocess.run(command, capture_output=True, check=False, **options).returncode == 0  # noqa: S603 - our own list of arguments
    except OSError:
        return False


def give_home(settings: Settings, identity: Identity) -> None:
    """Make the processes' user the owner of the keys and folders of SIMPUL_HOME that they write to.

    The passwords of the database roles stay root's: a process knows its own role alone (ADR 2). Links aren't
    followed, since that user could have laid one.
    """
    uid, gid = identity.account.uid, identity.account.gid
    if uid is None or gid is None:
        return
    keys = settings.SIMPUL_HOME / "keys"
    for folder in (keys, *(settings.SIMPUL_HOME / name for name in OWNED)):
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            if path.name != ROLE_PASSWORDS:
                os.chown(path, uid, gid, follow_symlinks=False)
