"""Facts that lack something, are of another form, or try to act as markup."""

import base64
import io
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from simpul.papers.errors import FactsIncomplete, FormatNotOffered, PaperNotFound, PictureRefused
from simpul.papers.facts import check_facts, make_example
from simpul.papers.fonts import read_coverage
from simpul.papers.places import PlaceMissing, fill_text
from simpul.papers.render import render_paper

HOSTILE = [
    '#panic("markup")',
    '#import "/etc/passwd"; $x^2$ *tebal* _miring_ @acuan <label> `kode` \\ // komentar /* x */ [',
    '"); #read("paper.typ") #("',
    "{case.number} {{x}} {0.__class__} %s ${PATH}",
    "</text:p><office:x/>&amp;]]>",
    "=1+1",
]


def letter(**changed: Any) -> dict[str, Any]:
    return make_example("surat-permohonan") | {"made_at": "2026-11-24T09:00:00+08:00"} | changed


def read_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def squeeze(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_fact_is_printed_as_it_was_typed(text: str) -> None:
    pdf, odt = render_paper("surat-permohonan", letter(business_process=text))
    assert squeeze(text) in squeeze(read_pdf(pdf.content))
    tree = etree.fromstring(zipfile.ZipFile(io.BytesIO(odt.content)).read("content.xml"))
    assert squeeze(text) in squeeze("".join(tree.itertext()))


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_cell_of_a_table_is_printed_as_it_was_typed(text: str) -> None:
    facts = make_example("dokumen-data-informasi")
    facts["datasets"][0]["elements"][0]["definition"] = text
    pdf, ods = render_paper("dokumen-data-informasi", facts)
    assert squeeze(text) in squeeze(read_pdf(pdf.content))
    content = zipfile.ZipFile(io.BytesIO(ods.content)).read("content.xml")
    assert b"table:formula" not in content
    assert squeeze(text) in squeeze("".join(etree.fromstring(content).itertext()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=60))
def test_any_text_at_all_can_be_printed(text: str) -> None:
    pdf, odt = render_paper("surat-permohonan", letter(business_process="x" + text))
    assert pdf.content.startswith(b"%PDF-")
    etree.fromstring(zipfile.ZipFile(io.BytesIO(odt.content)).read("content.xml"))


def test_a_character_that_the_font_lacks_is_shown_by_its_number() -> None:
    pdf = render_paper("surat-permohonan", letter(business_process="aplikasi 中 😀"), ["pdf"])[0]
    assert "aplikasi [U+4E2D] [U+1F600]" in read_pdf(pdf.content)


def test_a_character_that_turns_the_reading_direction_is_shown_by_its_number() -> None:
    pdf = render_paper("surat-permohonan", letter(business_process="lunas\u202e000"), ["pdf"])[0]
    assert "lunas[U+202E]000" in read_pdf(pdf.content)


@pytest.mark.parametrize("family", ["Liberation Sans", "TeX Gyre Bonum"])
def test_every_letter_that_indonesian_papers_need_is_covered(family: str) -> None:
    assert {ord(c) for c in "AZaz09–—“”‘’·√éÉ²%&@×"} <= read_coverage(family)


def test_missing_facts_are_all_named_at_once() -> None:
    facts = letter()
    del facts["business_process"], facts["contact"]["email"]
    with pytest.raises(FactsIncomplete) as refused:
        render_paper("surat-permohonan", facts)
    assert {finding.where for finding in refused.value.findings} == {"contact.email", "business_process"}


def test_a_wrong_date_is_named_without_its_value() -> None:
    findings = check_facts("surat-permohonan", letter(date="24/11/2026"))
    assert [finding.where for finding in findings] == ["date"]
    assert "24/11/2026" not in str(findings)


def test_a_missing_registration_number_is_named_where_the_paper_prints_it() -> None:
    facts = make_example("lembar-disposisi")
    del facts["case"]["number"]
    with pytest.raises(FactsIncomplete, match=r"case\.number"):
        render_paper("lembar-disposisi", facts)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "7"])
def test_what_is_no_number_is_refused_as_a_number(value: object) -> None:
    findings = check_facts("unit-tes-integrasi", make_example("unit-tes-integrasi") | {"duration_seconds": value})
    assert [finding.where for finding in findings] == ["duration_seconds"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(PaperNotFound, match="surat-cinta"):
        render_paper("surat-cinta", {})


def test_a_kind_can_not_name_a_file_elsewhere() -> None:
    with pytest.raises(PaperNotFound):
        render_paper("../papers/surat-permohonan", {})


def test_a_format_that_a_paper_does_not_offer_is_refused_with_those_it_does() -> None:
    with pytest.raises(FormatNotOffered, match="ods") as refused:
        render_paper("surat-permohonan", letter(), ["ods"])
    assert "pdf, odt" in str(refused.value.hint)


def test_a_coat_of_arms_that_is_no_png_is_refused() -> None:
    office = letter()["office"] | {"coat_of_arms": base64.b64encode(b"GIF89a").decode()}
    assert [finding.where for finding in check_facts("surat-permohonan", letter(office=office))] == [
        "office.coat_of_arms"
    ]


def test_a_broken_png_is_refused_as_a_picture() -> None:
    office = letter()["office"] | {"coat_of_arms": base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()}
    with pytest.raises(PictureRefused):
        render_paper("surat-permohonan", letter(office=office), ["pdf"])


def test_a_place_without_a_fact_is_an_error_that_names_it() -> None:
    with pytest.raises(PlaceMissing, match=r"case\.purpose"):
        fill_text("Tujuan: {case.purpose}", {"case": {}})
