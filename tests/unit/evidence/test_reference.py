"""The reference page names every field of a record and every rule of the verifier."""

import re
from pathlib import Path

import simpul.evidence
from simpul.evidence.record import CallRecord

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "evidence.md"
_RULE = re.compile(r'Finding\((?:[^()]|\([^()]*\))*?"([a-z]+(?:-[a-z]+)+)"')


def test_page_names_every_field_of_a_record() -> None:
    text = PAGE.read_text("utf-8")
    assert [name for name in CallRecord._fields if f"`{name}`" not in text] == []


def test_page_names_every_rule_of_the_verifier_and_no_other() -> None:
    folder = Path(str(simpul.evidence.__file__)).parent
    known = {rule for path in folder.glob("*.py") for rule in _RULE.findall(path.read_text("utf-8"))}
    table = PAGE.read_text("utf-8").partition("## What the verifier finds")[2].partition("\n## ")[0]
    told = {
        rule
        for line in table.splitlines()
        for rule in re.findall(r"`([a-z-]+)`", line.split("|")[1] if "|" in line else "")
    }
    assert len(known) > 20
    assert told == known
