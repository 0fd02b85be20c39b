"""The agent's package: one wheel, no dependencies, from Python 3.9 on."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

AGENT = Path(__file__).resolve().parents[3] / "agent"
MINORS = [9, 10, 11, 12, 13, 14]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package from a copy of its folder."""
    folder = tmp_path_factory.mktemp("build")
    shutil.copytree(AGENT, folder / "agent", ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    program = "import sys, setuptools.build_meta as backend; print(backend.build_wheel(sys.argv[1]))"
    subprocess.run(
        [sys.executable, "-c", program, str(folder)], cwd=folder / "agent", check=True, capture_output=True, text=True
    )
    [made] = folder.glob("*.whl")
    return made


def test_code_runs_from_python_3_9_on() -> None:
    command = [
        sys.executable,
        "-c",
        "from vermin import main; main()",
        "-t=3.9-",
        "--no-tips",
        "--violations",
        str(AGENT / "src"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def find_python(minor: int) -> str | None:
    """Return a Python of that minor version which runs, None for none."""
    kept = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))
    for program in [shutil.which(f"python3.{minor}"), *map(str, kept)]:
        if (
            program
            and subprocess.run([program, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0
        ):
            return program
    return None


def check_command(command: list[str], folder: Path, **environment: str) -> None:
    """Check that the installed command tells its version, and what is wrong with a settings file."""
    told = subprocess.run([*command, "--version"], env=environment, capture_output=True, text=True, check=True).stdout
    assert re.fullmatch(r"simpul-agent \d+\.\d+\.\d+\n", told)
    config = folder / "desa.ini"
    config.write_text("[source]\nkind = folder\nfolder = x\n[hub]\naddress = http://contoh.go.id/api/a/v1/b\n")
    done = subprocess.run([*command, str(config)], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "https" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("minor", MINORS)
def test_package_runs_on_each_python_that_is_here(minor: int, wheel: Path, tmp_path: Path) -> None:
    python = find_python(minor)
    if python is None:
        pytest.skip(f"Python 3.{minor} isn't here")
    check_command([python, "-m", "simpul_agent"], tmp_path, PYTHONPATH=str(wheel))


def test_package_installs_by_pip_alone_without_a_network(wheel: Path, tmp_path: Path) -> None:
    python = next((found for found in map(find_python, MINORS) if found), None)
    if python is None:
        pytest.skip("no Python with ensurepip here")
    subprocess.run([python, "-m", "venv", str(tmp_path / "venv")], check=True, capture_output=True)
    programs = tmp_path / "venv" / "bin"
    install = [programs / "python", "-m", "pip", "install", "--quiet", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    check_command([str(programs / "simpul-agent")], tmp_path)


def test_examples_in_the_docstrings_are_true() -> None:
    program = (
        "import doctest, importlib, pkgutil, sys, simpul_agent\n"
        "names = [one.name for one in pkgutil.iter_modules(simpul_agent.__path__) if one.name != '__main__']\n"
        "found = [doctest.testmod(importlib.import_module('simpul_agent.' + name)) for name in names]\n"
        "print(sum(one.attempted for one in found))\n"
        "sys.exit(sum(one.failed for one in found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(AGENT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert int(done.stdout) >= 8


def test_package_and_module_tell_the_same_version() -> None:
    told = re.search(r'^version = "(.+)"', (AGENT / "pyproject.toml").read_text(), re.MULTILINE)
    assert told
    assert f'__version__ = "{told[1]}"' in (AGENT / "src" / "simpul_agent" / "__init__.py").read_text()


def test_code_is_wholly_typed(tmp_path: Path) -> None:
    options = [
        "--config-file=",
        "--strict",
        "--ignore-missing-imports",
        "--cache-dir",
        str(tmp_path),
        "-p",
        "simpul_agent",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options],
        cwd=tmp_path,
        env={"MYPYPATH": str(AGENT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
