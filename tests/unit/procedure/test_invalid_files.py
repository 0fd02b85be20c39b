"""Each file of the corpus is refused by the rule that its name tells, and every rule has a file."""

from pathlib import Path

import pytest

from simpul.kernel.errors import Finding
from simpul.procedure.bpmn import read_findings, read_procedure
from simpul.procedure.errors import ProcedureInvalid
from simpul.procedure.markup import LIMIT_BYTES, MARKUP_RULES
from simpul.procedure.validate import RULES

HERE = Path(__file__).parent
CORPUS = sorted((HERE / "invalid").glob("*.bpmn"))


def find_rules(xml: bytes) -> list[str]:
    return [finding.rule for finding in read_findings(xml)[1]]


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_invalid_file_is_refused_by_the_named_rule(file: Path) -> None:
    with pytest.raises(ProcedureInvalid) as refusal:
        read_procedure(file.read_bytes())
    assert file.stem.split("--")[0] in [finding.rule for finding in refusal.value.findings]


def test_corpus_leaves_out_no_rule() -> None:
    covered = {file.stem.split("--")[0] for file in CORPUS}
    assert covered == {*RULES, *MARKUP_RULES} - {"too-large"}


def test_file_that_the_corpus_was_made_from_is_valid() -> None:
    assert find_rules((HERE / "valid.bpmn").read_bytes()) == []


def test_file_beyond_the_size_limit_is_refused_unread() -> None:
    assert find_rules(b" " * (LIMIT_BYTES + 1)) == ["too-large"]


def test_comments_and_instructions_are_no_part_of_the_procedure() -> None:
    xml = (HERE / "valid.bpmn").read_bytes()
    noted = xml.replace(b"<bpmn:laneSet", b"<!-- catatan --><?catatan?><bpmn:laneSet").replace(
        b'== "ti', b'== <!-- x -->"ti'
    )
    assert read_procedure(noted) == read_procedure(xml)


def test_finding_says_where_and_what_in_both_languages() -> None:
    _, findings = read_findings((HERE / "invalid" / "act-actor--stranger.bpmn").read_bytes())
    assert findings == [
        Finding(
            "t4.satu",
            "act-actor",
            (
                "Yang bertindak harus salah satu dari pemohon, penyedia, pemanfaat, tim_it, sub_koordinasi, bidang.",
                "The actor must be one of pemohon, penyedia, pemanfaat, tim_it, sub_koordinasi, bidang.",
            ),
        )
    ]


def test_finding_of_the_markup_names_the_line() -> None:
    _, findings = read_findings((HERE / "invalid" / "no-timer--boundary.bpmn").read_bytes())
    assert findings[0].where == "boundaryEvent telat baris 23"
