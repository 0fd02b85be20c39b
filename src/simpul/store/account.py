"""The unprivileged system user that PostgreSQL runs as when the hub is started as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from simpul.store.errors import NoAccount

NAME = "simpul"


@dataclass(frozen=True)
class Account:
    """Who runs the database's programs: `uid` and `gid` of that user, or None for the one who runs the hub."""

    uid: int | None = None
    gid: int | None = None

    @property
    def is_other(self) -> bool:
        """Return whether programs change to another user before they start."""
        return self.uid is not None

    def give(self, path: Path) -> None:
        """Make this user the owner of `path`, where it differs from the hub's own."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def options(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` for a program of this user: user, plain environment, folder."""
        chosen: dict[str, Any] = {"env": plain_environment(), "cwd": "/", "umask": 0o077}
        if self.uid is not None:
            chosen |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return chosen

    def run(
        self, command: Sequence[str | Path], *, folder: Path = Path("/"), **more: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end as this user, in `folder`; `more` is added to its environment.

        Raises: OSError where the user can't reach the program.
        """
        options = self.options()
        options["env"] |= more
        options["cwd"] = folder
        return subprocess.run(  # noqa: S603 - the hub's own list of arguments, no shell
            [str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, check=False, **options
        )

    def start(self, command: Sequence[str | Path], output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own (Ctrl-C in the terminal doesn't reach it)."""
        return subprocess.Popen(  # noqa: S603 - the hub's own list of arguments, no shell
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **self.options(),
        )

    def can_enter(self, folder: Path) -> bool:
        """Return whether this user can pass through `folder` and everything above it."""
        try:
            return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder]).returncode == 0
        except OSError:
            return False


def plain_environment() -> dict[str, str]:
    """Return an environment without the caller's PG… variables, locale or password file."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent"}


def find_account() -> Account:
    """Return who runs the database: the user `simpul` when this process is root, else the caller.

    Makes that system user (no shell, no home) where it doesn't exist.

    Raises: NoAccount where it can't be made.
    """
    if os.geteuid() != 0:
        return Account()
    entry = _find_entry() or _make_entry()
    if entry is None or entry.pw_uid == 0:
        raise NoAccount
    return Account(entry.pw_uid, entry.pw_gid)


def _find_entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def _make_entry() -> pwd.struct_passwd | None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    if program is None:
        return None
    shell = "/usr/sbin/nologin" if Path("/usr/sbin/nologin").exists() else "/bin/false"
    subprocess.run(  # noqa: S603 - the hub's own list of arguments, no shell
        [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", shell, NAME],
        capture_output=True,
        check=False,
    )
    # Two starts at once: one of them makes the user, both find it.
    return _find_entry()
