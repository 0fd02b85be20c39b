"""The command `procedure`: a sound file passes, a broken one is told, a drawing is written."""

import argparse
import runpy
from pathlib import Path
from xml.etree import ElementTree

import pytest

from simpul.cli import procedure as command
from simpul.procedure.errors import ProcedureInvalid

from .splp import FILE


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(words))


def test_check_passes_the_sop(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(FILE)) == 0
    assert "versi 1: 15 aktivitas, tidak ada temuan" in capsys.readouterr().out


def test_check_tells_what_a_file_breaks() -> None:
    with pytest.raises(ProcedureInvalid):
        run("check", str(Path(__file__).parent / "invalid" / "one-start--none.bpmn"))


def test_file_that_is_not_there_is_named() -> None:
    with pytest.raises(command.ProcedureFileMissing, match="tidak_ada"):
        run("check", "tidak_ada.bpmn")


def test_diagram_is_written_to_a_file(tmp_path: Path) -> None:
    assert run("diagram", str(FILE), "-o", str(tmp_path / "sop.svg")) == 0
    assert ElementTree.parse(tmp_path / "sop.svg").getroot().get("role") == "img"


def test_diagram_is_printed_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diagram", str(FILE), "--language", "en") == 0
    assert "Flow chart of Prosedur Layanan SPLP" in capsys.readouterr().out


def test_benchmark_measures_every_loop_and_checks_the_history() -> None:
    benchmark = runpy.run_path(str(FILE.parents[2] / "benchmarks" / "procedure.py"))
    measured = benchmark["measure_procedure"](loops=4)
    assert len(measured.loop_ms) == 4
    assert measured.events > 150
