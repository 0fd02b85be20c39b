"""Every kind of paper, drawn from its template's own examples in every format it offers."""

import io
import zipfile

import pytest
from odfdo import Document
from pypdf import PdfReader

from simpul.papers.facts import check_facts, make_example
from simpul.papers.render import PaperFile, list_papers, render_paper

MADE_AT = "2026-11-24T09:00:00+08:00"
KINDS = [paper.kind for paper in list_papers()]
OFFERED = [(paper.kind, form) for paper in list_papers() for form in paper.formats]


def render(kind: str, form: str, sample: bool = False, **changed: object) -> PaperFile:
    facts = make_example(kind) | {"made_at": MADE_AT} | changed
    return render_paper(kind, facts, [form], sample=sample)[0]


def read_pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def read_odf_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    return " ".join(str(one) for one in document.body.get_elements("descendant::text:p|descendant::text:h"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_a_template_satisfy_it(kind: str) -> None:
    assert check_facts(kind, make_example(kind)) == []


@pytest.mark.parametrize(("kind", "form"), OFFERED)
def test_a_paper_bears_the_registration_number_of_its_case_in_every_format(kind: str, form: str) -> None:
    content = render(kind, form).content
    text = read_pdf_text(content) if form == "pdf" else read_odf_text(content)
    if "case" in make_example(kind):
        assert "SPLP-2026-0001" in text or kind == "surat-permohonan"


@pytest.mark.parametrize("kind", KINDS)
def test_a_pdf_declares_pdf_a(kind: str) -> None:
    content = render(kind, "pdf").content
    metadata = PdfReader(io.BytesIO(content)).xmp_metadata
    assert metadata is not None
    assert b"pdfaid:part" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content


@pytest.mark.parametrize(("kind", "form"), OFFERED)
def test_the_same_facts_and_instant_give_the_same_bytes(kind: str, form: str) -> None:
    assert render(kind, form).content == render(kind, form).content


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_of_a_sample_says_that_it_is_no_official_paper(kind: str) -> None:
    pages = PdfReader(io.BytesIO(render(kind, "pdf", sample=True).content)).pages
    assert all("CONTOH – BUKAN NASKAH DINAS" in page.extract_text() for page in pages)


@pytest.mark.parametrize("kind", KINDS)
def test_a_real_paper_does_not_say_that_it_is_a_sample(kind: str) -> None:
    assert "BUKAN NASKAH DINAS" not in read_pdf_text(render(kind, "pdf").content)


@pytest.mark.parametrize(("kind", "form"), [one for one in OFFERED if one[1] != "pdf"])
def test_an_opendocument_sample_says_that_it_is_no_official_paper(kind: str, form: str) -> None:
    package = zipfile.ZipFile(io.BytesIO(render(kind, form, sample=True).content))
    assert "CONTOH – BUKAN NASKAH DINAS" in (package.read("styles.xml") + package.read("content.xml")).decode()


@pytest.mark.parametrize(("kind", "form"), [one for one in OFFERED if one[1] != "pdf"])
def test_an_opendocument_file_begins_with_its_media_type(kind: str, form: str) -> None:
    made = render(kind, form)
    first = zipfile.ZipFile(io.BytesIO(made.content)).infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert made.content[38 : 38 + len(made.media_type)].decode() == made.media_type


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_fits_f4_and_bookman_as_well(kind: str) -> None:
    office = make_example(kind)["office"] | {"paper": "f4", "font": "bookman", "font_points": 12}
    page = PdfReader(io.BytesIO(render(kind, "pdf", office=office).content)).pages[0]
    sides = sorted((float(page.mediabox.width), float(page.mediabox.height)))
    assert sides == pytest.approx([609.4, 935.4], abs=0.5)
