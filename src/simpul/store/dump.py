"""PostgreSQL's own dump and restore programs, fed and read as streams."""

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from simpul.store.account import plain_environment
from simpul.store.binaries import Binaries, list_binaries
from simpul.store.errors import DumpFailed, NoBinaries
from simpul.store.pools import read_dsn

_BLOCK_BYTES = 1 << 18
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def find_client(server_major: int, *, exact: bool = False) -> Binaries:
    """Return dump and restore programs for a server: of its own major, else of a newer one unless `exact`.

    Raises: NoBinaries.
    """
    usable = [one for one in list_binaries() if one.has("pg_dump", "pg_restore")]
    same = [one for one in usable if one.major == server_major]
    newer = [] if exact else [one for one in usable if one.major > server_major]
    if not same + newer:
        raise NoBinaries(wanted=server_major)
    return (same + newer)[0]


def dump_database(program: Path, dsn: str, *options: str) -> Iterator[bytes]:
    """Yield a dump as `pg_dump` writes it. Flat memory; one consistent snapshot.

    Raises: DumpFailed, at the end.
    """
    with tempfile.TemporaryFile() as said, _start(program, dsn, options, said, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - asked for one line above
        try:
            while block := process.stdout.read(_BLOCK_BYTES):
                yield block
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            raise _fail(program, said)


def restore_database(program: Path, dsn: str, pieces: Iterable[bytes], *options: str) -> None:
    """Feed a dump to `pg_restore` or `psql`.

    Raises: DumpFailed; what `pieces` raises, after the program was ended.
    """
    with tempfile.TemporaryFile() as said, _start(program, dsn, options, said, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - asked for one line above
        try:
            # A program that failed closes its end; its own words tell more than the broken pipe.
            with suppress(BrokenPipeError):
                for piece in pieces:
                    process.stdin.write(piece)
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        if process.wait() != 0:
            raise _fail(program, said)


def _start(
    program: Path,
    dsn: str,
    options: Iterable[str],
    said: Any,
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    parts = read_dsn(dsn)
    environment = plain_environment() | {_VARIABLES[name]: value for name, value in parts.items() if name in _VARIABLES}
    command = [str(program), "--no-password", *options]
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=said, env=environment, cwd="/")  # noqa: S603 - own arguments, no shell


def _fail(program: Path, said: Any) -> DumpFailed:
    said.seek(0)
    lines = said.read(2000).decode(errors="replace").strip().splitlines() or ["-"]
    return DumpFailed(program=program.name, text=lines[0])
