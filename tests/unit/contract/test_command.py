"""The `contract` command: check, diff and compile on real files, with exit codes."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest
from contract_strategies import make_contract

from simpul.cli.contract import add_arguments, run
from simpul.contract.errors import ContractInvalid, ContractUnreadable
from simpul.contract.model import Contract
from simpul.contract.odcs import write_odcs
from simpul.kernel.errors import NotFound


def run_command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(words))


def write_file(folder: Path, name: str, contract: Contract) -> str:
    path = folder / name
    path.write_text(write_odcs(contract), encoding="utf-8")
    return str(path)


def test_check_passes_a_good_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("check", write_file(tmp_path, "a.yaml", make_contract())) == 0
    assert "nothing found" in capsys.readouterr().out


def test_check_names_faults_and_unreadable_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = write_file(tmp_path, "b.yaml", make_contract(purpose=""))
    (tmp_path / "c.yaml").write_text("apiVersion: [", encoding="utf-8")
    assert run_command("check", bad, str(tmp_path / "c.yaml")) == 1
    shown = capsys.readouterr().out
    assert "b.yaml: purpose: [missing]" in shown
    assert "c.yaml: /: [unreadable]" in shown


def test_diff_marks_what_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write_file(tmp_path, "old.yaml", make_contract())
    new = write_file(tmp_path, "new.yaml", make_contract(title="Lain", consumers=()))
    assert run_command("diff", old, new) == 0
    assert [line[0] for line in capsys.readouterr().out.splitlines()] == ["~", "!"]


def test_compile_prints_the_publication(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("compile", "--stage", "live", write_file(tmp_path, "a.yaml", make_contract())) == 0
    assert json.loads(capsys.readouterr().out)["datasets"]["kecamatan"]["schema"] == "wilayah_v1_live"


def test_compile_refuses_a_contract_with_faults(tmp_path: Path) -> None:
    with pytest.raises(ContractInvalid):
        run_command("compile", write_file(tmp_path, "a.yaml", replace(make_contract(), title="")))


def test_missing_and_binary_files_get_a_clear_refusal(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        run_command("check", str(tmp_path / "none.yaml"))
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContractUnreadable):
        run_command("diff", str(tmp_path / "x.yaml"), str(tmp_path / "x.yaml"))
