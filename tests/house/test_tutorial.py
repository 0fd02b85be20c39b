"""The tutorial and the ways to do things: their links lead somewhere, and their pictures are few, small and used."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("tutorial/*.md")),
    *sorted((ROOT / "docs").glob("how-to/*.md")),
]
PICTURES = sorted((ROOT / "docs/images").rglob("*.png"))
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
LARGEST_BYTES, MOST_PICTURES = 150_000, 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = [one for one in LINK.findall(page.read_text("utf-8")) if not re.match(r"https?:", one)]
    assert [one for one in links if not (page.parent / one).exists()] == []


def test_each_picture_is_small_and_stands_on_a_page() -> None:
    shown = {(page.parent / one).resolve() for page in PAGES for one in LINK.findall(page.read_text("utf-8"))}
    assert [picture.name for picture in PICTURES if picture.resolve() not in shown] == []
    assert [picture.name for picture in PICTURES if picture.stat().st_size > LARGEST_BYTES] == []
    assert 0 < len(PICTURES) <= MOST_PICTURES


def test_tutorial_goes_through_all_fifteen_rows() -> None:
    text = (ROOT / "docs/tutorial/dari-surat-sampai-layanan.md").read_text("utf-8")
    assert [int(no) for no in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)] == list(range(1, 16))
