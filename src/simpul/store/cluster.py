"""One private PostgreSQL cluster: made, configured, started, watched and stopped."""

import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from simpul.store.binaries import Binaries
from simpul.store.errors import ClusterFailed, PortTaken
from simpul.store.place import Place
from simpul.store.server_process import find_running, stop_process

SUPERUSER = "postgres"
START_SECONDS = 60.0

CONFIGURATION: dict[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0777",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    # No data in the log: an error's text may quote a value, so only the server's own events are written.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_connections": "off",
}
"""The server's settings, written anew at each start; a socket's path and the port are added."""


@dataclass(frozen=True)
class Cluster:
    """A data folder with the programs of its major; `durable` False (tests only) doesn't wait for the disk."""

    place: Place
    binaries: Binaries
    durable: bool = True
    folder: Path | None = None

    @property
    def major(self) -> int:
        """Return the cluster's major version."""
        return self.binaries.major

    @property
    def data(self) -> Path:
        """Return the data folder: the place's, or `folder` for a cluster that isn't the hub's yet."""
        return self.folder or self.place.data(self.major)

    def make(self, password: str) -> None:
        """Make an empty cluster: checksums on, UTF8, locale C, scram only; superuser `postgres`.

        A making that was interrupted leaves only a folder `data.new`, which is thrown away here.

        Raises: ClusterFailed.
        """
        self.place.make_folder(self.place.folder(self.major), for_database=False)
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        self.place.make_folder(fresh, for_database=True)
        with tempfile.NamedTemporaryFile("w", dir=self.place.folder(self.major)) as secret:
            secret.write(password)
            secret.flush()
            self.place.account.give(Path(secret.name))
            answer = self.place.account.run(self._list_init_arguments(fresh, secret.name))
        if answer.returncode != 0:
            self.place.start_log(self.major).write_bytes(answer.stdout + answer.stderr)
            raise ClusterFailed(log=self.place.start_log(self.major))
        fresh.rename(self.data)

    def _list_init_arguments(self, folder: Path, secret: str) -> list[str | Path]:
        access = ["--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={secret}"]
        kind = ["--encoding=UTF8", "--locale=C", "--data-checksums"]
        return [self.binaries.program("initdb"), "-D", folder, *access, *kind, *([] if self.durable else ["--no-sync"])]

    def start(self, port: int) -> subprocess.Popen[bytes]:
        """Start the server on 127.0.0.1:`port` and wait until it takes connections.

        Raises: PortTaken; ClusterFailed, naming the log.
        """
        check_port(port)
        self._write_configuration(port)
        deadline = time.monotonic() + START_SECONDS
        while True:
            with self.place.start_log(self.major).open("wb") as log:
                process = self.place.account.start([self.binaries.program("postgres"), "-D", self.data], log)
            if self._wait_until_ready(process, deadline):
                return process
            # After a kill of the server its children still hold the old memory for a moment.
            if b"shared memory" not in self.place.start_log(self.major).read_bytes() or time.monotonic() > deadline:
                raise ClusterFailed(log=self.place.start_log(self.major))
            time.sleep(0.2)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        """Return True when the server is ready, False when it ended; a long crash recovery is waited for."""
        while process.poll() is None:
            running = find_running(self.data)
            if running and running.pid == process.pid:
                if running.ready:
                    return True
                deadline = max(deadline, time.monotonic() + 1)
            elif time.monotonic() > deadline:
                stop_process(process.pid)
            time.sleep(0.02)
        return False

    def _write_configuration(self, port: int) -> None:
        folder = self.place.find_socket_folder()
        if folder:
            self.place.make_folder(folder, for_database=True)
            folder.chmod(0o755)
        self.place.make_folder(self.place.log(self.major), for_database=True)
        values = CONFIGURATION | {
            "port": str(port),
            "unix_socket_directories": str(folder or ""),
            "log_directory": str(self.place.log(self.major)),
        }
        if not self.durable:
            values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in values.items()]
        own = self.data / "simpul.conf"
        own.write_text("# Written by the hub at each start; changes here are lost.\n" + "".join(lines), "utf-8")
        self.place.account.give(own)
        _include_configuration(self.data / "postgresql.conf")


def _include_configuration(path: Path) -> None:
    line = "include 'simpul.conf'\n"
    text = path.read_text("utf-8")
    if line not in text:
        path.write_text(text + "\n" + line, "utf-8")


def check_port(port: int) -> None:
    """Check that nobody listens on 127.0.0.1:`port`.

    Raises: PortTaken.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(port=port) from error


def find_free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
