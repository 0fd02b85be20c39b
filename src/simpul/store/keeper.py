"""Keeps the private cluster's server running for as long as the hub does: starts it again where it died."""

import fcntl
from dataclasses import dataclass

from simpul.kernel.settings import Settings
from simpul.store.account import find_account
from simpul.store.cluster import Cluster
from simpul.store.launcher import Database, find_binaries
from simpul.store.place import Place, find_place
from simpul.store.pools import read_dsn
from simpul.store.server_process import bury_dead, find_running


@dataclass
class Keeper:
    """Watches one cluster, inside its `open_database` block; the guard that was started there stops this server too."""

    place: Place
    major: int
    port: int

    def is_down(self) -> bool:
        """Return whether no server of the cluster runs."""
        return find_running(self.place.data(self.major)) is None

    def start_again(self) -> None:
        """Start the server on its old port, unless another process of the hub just did; wait until it is ready.

        Raises: PortTaken, ClusterFailed, NoBinaries, WrongMajor. Cost: the server's recovery, seconds as a rule.
        """
        with (self.place.root / "start.lock").open("a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if self.is_down():
                bury_dead(self.place.data(self.major))
                Cluster(self.place, find_binaries(self.place, self.major, None)).start(self.port)


def find_keeper(settings: Settings, database: Database) -> Keeper | None:
    """Return the keeper of the opened database; None where DATABASE_URL names a server that others look after."""
    if settings.DATABASE_URL:
        return None
    place = find_place(settings.SIMPUL_HOME, find_account())
    major = place.find_major()
    return None if major is None else Keeper(place, major, int(read_dsn(database.owner_dsn)["port"]))
