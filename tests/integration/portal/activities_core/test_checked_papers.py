"""The papers of rows 8, 11 and 12 tell what is really there: the address, calls, counts, the age of the data in days."""

import json
from io import BytesIO

import pytest
from django.utils.translation import override
from pypdf import PdfReader

from sop_world import Play, Sop


@pytest.fixture(scope="module")
def play(sop: Sop) -> Play:
    """Give a case whose data are checked and reported."""
    return sop.open_case().reach(13)


def read_paper(play: Play, kind: str, part: str = "") -> str:
    paper = play.case.papers.get(kind=kind, media_type="application/pdf", name__contains=part)
    pages = PdfReader(BytesIO(bytes(paper.content))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_report_tells_the_age_of_the_data_in_days(play: Play) -> None:
    text = read_paper(play, "laporan-hasil-validasi")
    assert "umur data 0 hari, paling lama" in text
    assert text.count("Ketepatan waktu") == 1


def test_consumer_who_called_nothing_is_not_said_to_have_called(play: Play) -> None:
    text = read_paper(play, "validasi-aplikasi", "pemanfaat")
    assert "√ Program berjalan benar" in text
    assert "√ Aplikasi sendiri sudah memanggil layanan" not in text
    assert text.count("Membaca dari hub.") == 1


@pytest.mark.parametrize(("no", "root"), [(7, "api"), (8, "sandbox")])
def test_openapi_document_names_the_stage_of_its_row(play: Play, no: int, root: str) -> None:
    paper = play.case.papers.get(step_no=no, name__endswith="-openapi.json")
    [server] = json.loads(bytes(paper.content))["servers"]
    assert f"/{root}/{play.context}/v1" in server["url"]


def test_papers_speak_indonesian_whatever_the_officers_page_speaks(sop: Sop) -> None:
    play = sop.open_case().reach(2)
    with override("en"):
        play.dispose()
    assert "Periksa kelengkapannya" in read_paper(play, "lembar-disposisi")
