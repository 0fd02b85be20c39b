"""Where a hub's private cluster lies: `SIMPUL_HOME/postgres/<major>/…`, or a place that its user can enter."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from simpul.store.account import Account
from simpul.store.binaries import MAJORS
from simpul.store.errors import FolderUnusable

REFUGE = Path("/var/lib/simpul")
"""Where root's hub keeps its cluster when SIMPUL_HOME lies under a folder closed to others, such as /root."""

_SOCKET_LIMIT_BYTES = 107
_LONGEST_SOCKET = "/.s.PGSQL.65535.lock"


@dataclass(frozen=True)
class Place:
    """The folders of one hub's clusters; `root` belongs to the hub, what PostgreSQL writes to its account."""

    root: Path
    keys: Path
    account: Account

    def folder(self, major: int) -> Path:
        """Return the folder of one major version."""
        return self.root / str(major)

    def data(self, major: int) -> Path:
        """Return the data folder (PGDATA) of one major version."""
        return self.folder(major) / "data"

    def program(self, major: int) -> Path:
        """Return where the programs of one major version are kept."""
        return self.folder(major) / "program"

    def log(self, major: int) -> Path:
        """Return the folder of the server's log files."""
        return self.folder(major) / "log"

    def start_log(self, major: int) -> Path:
        """Return the file with what the server says before its log opens."""
        return self.folder(major) / "start.log"

    @property
    def lock(self) -> Path:
        """Return the file whose lock says who is using the cluster."""
        return self.root / "users.lock"

    def find_socket_folder(self) -> Path | None:
        """Return the folder of the server's socket, or None where its path would be too long for the system."""
        folder = self.root / "run"
        return folder if len(str(folder)) + len(_LONGEST_SOCKET) <= _SOCKET_LIMIT_BYTES else None

    def find_major(self) -> int | None:
        """Return the major of the hub's cluster (the newest complete one), or None before the first start."""
        made = [int(path.name) for path in self.root.iterdir() if path.name.isdigit() and (path / "data").is_dir()]
        return max(made, default=None)

    def make_folder(self, folder: Path, *, for_database: bool) -> Path:
        """Make a folder: the database's alone, or the hub's that the database can pass through."""
        folder.mkdir(exist_ok=True, parents=True)
        if for_database:
            folder.chmod(0o700)
            self.account.give(folder)
        else:
            folder.chmod(0o755 if self.account.is_other else 0o700)
        return folder


def find_place(home: Path, account: Account) -> Place:
    """Return where the cluster of this home lies, making its folders.

    Run as root, the database's user must be able to enter: the home itself is opened for passing through
    (0711); where something above it is closed, the cluster goes to a folder of its own below `REFUGE` and
    `home/postgres` becomes a link to it. Parents of the home are never loosened.

    Raises: FolderUnusable.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if account.is_other and not home.stat().st_mode & 0o001:
            home.chmod(home.stat().st_mode & 0o777 | 0o011)
        place = Place(_find_root(home, account), home / "keys", account)
        place.make_folder(place.root, for_database=False)
    except OSError as error:
        raise FolderUnusable(folder=home) from error
    if not account.can_enter(place.root):
        raise FolderUnusable(folder=place.root)
    return place


def _find_root(home: Path, account: Account) -> Path:
    wanted = home / "postgres"
    if wanted.is_symlink():
        return wanted.resolve()
    if account.can_enter(home):
        return wanted
    refuge = REFUGE / hashlib.sha256(str(home).encode()).hexdigest()[:12]
    refuge.mkdir(parents=True, exist_ok=True)
    for folder in (REFUGE, refuge):
        folder.chmod(0o755)
    wanted.symlink_to(refuge, target_is_directory=True)
    return refuge


def list_accepted() -> str:
    """Return the accepted majors as people write them."""
    return f"{MAJORS[0]}–{MAJORS[-1]}"
