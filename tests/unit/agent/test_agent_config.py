"""The agent's settings file: a wrong one stops the start and says where."""

import subprocess
import sys
from pathlib import Path

import pytest

AGENT = Path(__file__).resolve().parents[3] / "agent"
RIGHT = (
    "[hub]\naddress = https://contoh.go.id/api/wilayah/v1/desa\nkey_file = key\n"
    "[source]\nkind = folder\nfolder = masuk\n[read]\nmode = merge\n"
)


def check(folder: Path, text: str, rights: int = 0o600, **environment: str) -> tuple[int, str]:
    """Run the agent's check on a settings file; return the exit code and what it said."""
    (folder / "key").write_text("spl_live_rahasia")
    (folder / "key").chmod(rights)
    (folder / "a.ini").write_text(text)
    command = [sys.executable, "-m", "simpul_agent", str(folder / "a.ini"), "--check"]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(AGENT / "src"), **environment}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("https://", "http://", "[hub] address"),
        ("/v1/desa", "", "[hub] address"),
        ("kind = folder", "kind = oracle", "[source] kind"),
        ("folder = masuk", "", "[source] folder"),
        ("mode = merge", "mode = upsert", "[read] mode"),
        ("mode = merge", "cursor = id", "[read] cursor"),
        ("mode = merge", "overlap_seconds = lima", "[read] overlap_seconds"),
        ("mode = merge", "mode = append\nnull_cursor = send", "[read] null_cursor"),
        ("key_file = key", "", "[hub] key_file"),
        ("key_file = key", "kunci = key", "[hub] kunci"),
        ("[read]", "[baca]", "[baca]"),
        ("[hub]", "hub", "baris 1"),
    ],
)
def test_wrong_setting_is_named(tmp_path: Path, old: str, new: str, place: str) -> None:
    code, told = check(tmp_path, RIGHT.replace(old, new, 1))
    assert (code, place in told) == (2, True), told


def test_key_that_others_can_read_is_refused_and_never_shown(tmp_path: Path) -> None:
    code, told = check(tmp_path, RIGHT, rights=0o640)
    assert (code, "chmod 600" in told, "rahasia" in told) == (2, True, False)


def test_right_settings_pass_and_the_missing_folder_is_told(tmp_path: Path) -> None:
    code, told = check(tmp_path, RIGHT)
    assert (code, "failed] source" in told) == (3, True), told


def test_key_may_come_from_the_environment(tmp_path: Path) -> None:
    code, _ = check(tmp_path, RIGHT.replace("key_file = key\n", ""), SIMPUL_KEY="spl_live_rahasia")
    assert code == 3
