"""The command line: help, exit codes, and errors in one line."""

from pathlib import Path

import pytest

from simpul.cli.main import main
from simpul.cli.project import read_version


def test_version_is_the_one_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"simpul {read_version()}\n"


def test_unknown_command_ends_with_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["config", "forget"])
    assert end.value.code == 2


def test_config_show_hides_the_database_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:rahasia@127.0.0.1/simpul")
    assert main(["config", "show"]) == 0
    told = capsys.readouterr().out
    assert "rahasia" not in told
    assert "DATABASE_URL=(hidden" in told


def test_wrong_setting_is_told_in_one_line_with_the_next_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_PORT", "delapan")
    assert main(["config", "show"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert "PORTAL_PORT" in lines[0]
    assert lines[1].startswith("  → ")
    assert "Traceback" not in "".join(lines)


def test_short_passphrase_is_refused_before_anything_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "passphrase").write_text("pendek\n")
    target = tmp_path / "backup"
    assert main(["backup", str(target), "--passphrase-file", str(tmp_path / "passphrase")]) == 1
    assert not target.exists()
    assert "SPLH04" in capsys.readouterr().err
