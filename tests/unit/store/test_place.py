"""The cluster's place and its server's pid file, without a server."""

import os
from pathlib import Path

from simpul.store.account import Account
from simpul.store.binaries import probe
from simpul.store.place import Place, find_place
from simpul.store.server_process import find_running


def make_pid_file(folder: Path, pid: int) -> None:
    (folder / "postmaster.pid").write_text(f"{pid}\n{folder}\n1700000000\n5499\n/run\n127.0.0.1\n 1 2\nready   \n")


def test_a_socket_is_left_out_where_its_path_would_be_too_long() -> None:
    short = Place(Path("/srv/simpul/postgres"), Path("/k"), Account())
    assert short.find_socket_folder() == Path("/srv/simpul/postgres/run")
    assert Place(Path("/" + "x" * 90), Path("/k"), Account()).find_socket_folder() is None


def test_the_newest_complete_major_is_the_hubs(tmp_path: Path) -> None:
    place = find_place(tmp_path / "hub", Account())
    assert place.find_major() is None
    for folder in ("15/data", "18/moving", "18/data.new", "9x/data"):
        (place.root / folder).mkdir(parents=True)
    assert place.find_major() == 15
    (place.root / "18/moving").rename(place.root / "18/data")
    assert place.find_major() == 18


def test_an_ordinary_users_home_is_closed_to_others(tmp_path: Path) -> None:
    place = find_place(tmp_path / "hub", Account())
    assert (tmp_path / "hub").stat().st_mode & 0o077 == 0
    assert place.root.stat().st_mode & 0o077 == 0


def test_a_pid_file_of_a_dead_server_does_not_count(tmp_path: Path) -> None:
    assert find_running(tmp_path) is None
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    make_pid_file(tmp_path, child)
    assert find_running(tmp_path) is None


def test_a_pid_that_another_program_has_now_does_not_count(tmp_path: Path) -> None:
    make_pid_file(tmp_path, os.getpid())
    if Path("/proc/self/cmdline").exists():
        assert find_running(tmp_path) is None


def test_a_half_written_pid_file_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert find_running(tmp_path) is None


def test_a_folder_without_a_working_server_is_no_binaries(tmp_path: Path) -> None:
    assert probe(tmp_path) is None
    (tmp_path / "postgres").write_text("not a program")
    assert probe(tmp_path) is None
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n")
    (tmp_path / "postgres").chmod(0o755)
    found = probe(tmp_path)
    assert found
    assert (found.major, found.version) == (18, "18.6")
