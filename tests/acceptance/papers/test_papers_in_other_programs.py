"""Papers as other programs see them: nothing beyond the margins, opened by an office without complaint."""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from simpul.papers.facts import make_example
from simpul.papers.render import list_papers, render_paper

KINDS = [paper.kind for paper in list_papers()]
OFFERED = [(paper.kind, form) for paper in list_papers() for form in paper.formats if form != "pdf"]
SHORT_FACTS = {"no", "symbols", "lanes", "paper", "font", "font_points", "acting", "role", "access"}
SMALLEST_MARGIN_POINTS = 40
pdftotext, soffice = shutil.which("pdftotext"), shutil.which("soffice")


def stretch(facts: Any) -> Any:
    """Make every text long, and every identifier a long word, as agencies do."""
    if isinstance(facts, dict):
        return {name: fact if name in SHORT_FACTS else stretch(fact) for name, fact in facts.items()}
    if isinstance(facts, list):
        return [stretch(one) for one in facts for _ in range(3)]
    if isinstance(facts, str) and not re.match(r"\d{4}-\d\d-\d\d", facts):
        return (
            f"{facts} Penyelenggaraan_Pemerintahan_Berbasis_Elektronik_{'x' * 60} dan {facts}"
            if len(facts) > 1
            else facts
        )
    return facts


def list_words_beyond_margins(file: Path) -> list[str]:
    found = subprocess.run([str(pdftotext), "-bbox", str(file), "-"], capture_output=True, text=True, check=True).stdout
    words: list[tuple[float, float, float, str]] = []
    width = 0.0
    for line in found.splitlines():
        if page := re.search(r'<page width="([\d.]+)"', line):
            width = float(page[1])
        elif word := re.search(r'xMin="([-\d.]+)".* xMax="([-\d.]+)".*>(.*)</word>', line):
            words.append((width, float(word[1]), float(word[2]), word[3]))
    margin = SMALLEST_MARGIN_POINTS
    return [text for wide, left, right, text in words if left < margin or right > wide - margin]


@pytest.mark.skipif(pdftotext is None, reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize("kind", KINDS)
def test_no_word_goes_beyond_the_margins_however_long_the_names(kind: str, tmp_path: Path) -> None:
    facts = stretch(make_example(kind)) | {"made_at": "2026-11-24T09:00:00+08:00"}
    file = tmp_path / "paper.pdf"
    file.write_bytes(render_paper(kind, facts, ["pdf"])[0].content)
    assert list_words_beyond_margins(file) == []


@pytest.mark.skipif(soffice is None, reason="LibreOffice (soffice) is not installed")
def test_an_office_opens_every_opendocument_paper(tmp_path: Path) -> None:
    for kind, form in OFFERED:
        (tmp_path / f"{kind}.{form}").write_bytes(render_paper(kind, make_example(kind), [form])[0].content)
    files = sorted(str(file) for file in tmp_path.iterdir())
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [str(soffice), home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path / "made"), *files]
    subprocess.run(command, capture_output=True, check=True, timeout=240)
    made = {file.name for file in (tmp_path / "made").iterdir()}
    assert made == {f"{kind}.pdf" for kind, _ in OFFERED}


def test_a_paper_is_made_in_well_under_a_second() -> None:
    render_paper("surat-permohonan", make_example("surat-permohonan"))
    started = time.perf_counter()
    for kind in KINDS:
        render_paper(kind, make_example(kind))
    assert (time.perf_counter() - started) / len(KINDS) < 0.5
