"""The npm clients that programmers install, pinned with their digests, installed outside the tree."""

import fcntl
import re
import shutil
import subprocess
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parent / "integration" / "exchange" / "clients"
NODE_MAJOR = 20
INSTALL = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", "--prefer-offline"]


def install_clients(config: pytest.Config, spare: Path) -> Path:
    """Return the folder where the npm clients are installed; skip, saying so, where that can't be.

    Args: `spare` is used where pytest keeps no cache. Two test processes take turns.
    """
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js and npm are not installed here: the npm clients weren't tried")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if int(re.sub(r"\D.*", "", version.removeprefix("v"))) < NODE_MAJOR:
        pytest.skip(f"Node.js {version.strip()} is older than {NODE_MAJOR}: the npm clients weren't tried")
    cache = getattr(config, "cache", None)
    folder = Path(cache.mkdir("npm-clients")) if cache else spare
    with (folder / "turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    lock = (CLIENTS / "package-lock.json").read_bytes()
    installed = folder / "installed"
    if installed.exists() and installed.read_bytes() == lock:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(CLIENTS / name, folder)
    done = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip(f"npm could not fetch the clients, so they weren't tried: {done.stderr.strip()[-200:]}")
    installed.write_bytes(lock)
