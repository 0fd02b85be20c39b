"""How papers look where it matters: long tables, long names, fonts, the SOP's own pages."""

import base64
import hashlib
import io
import re
import struct
import zipfile
import zlib
from pathlib import Path

from odfdo import Document
from pypdf import PdfReader

from simpul.papers.facts import make_example
from simpul.papers.fonts import FONTS_FOLDER, list_font_files
from simpul.papers.render import render_paper
from simpul.papers.sop import describe_procedure
from simpul.procedure.bpmn import read_procedure
from simpul.procedure.diagram import draw_diagram

SOP_FILE = Path(__file__).parents[3] / "library" / "procedures" / "splp.v1.bpmn"


def read_pages(kind: str, facts: dict[str, object]) -> list[str]:
    content = render_paper(kind, facts, ["pdf"])[0].content
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def make_png() -> str:
    """Return a red PNG of 2 × 4 points, in base64."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"".join(b"\0" + b"\xff\0\0" * 2 for _ in range(4)))
    header = struct.pack(">IIBBBBB", 2, 4, 8, 2, 0, 0, 0)
    return base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    ).decode()


def test_a_long_table_repeats_its_heading_and_numbers_its_pages() -> None:
    facts = make_example("unit-tes-integrasi")
    facts["results"] = facts["results"][:1] * 120
    pages = read_pages("unit-tes-integrasi", facts)
    assert len(pages) > 2
    assert all(
        "Diharapkan" in page and f"Halaman {number} dari {len(pages)}" in page for number, page in enumerate(pages, 1)
    )


def test_a_letter_of_one_page_bears_no_page_number() -> None:
    assert "Halaman" not in read_pages("surat-permohonan", make_example("surat-permohonan"))[0]


def test_a_name_of_200_letters_without_a_space_breaks_within_its_cell() -> None:
    facts = make_example("struktur-database")
    name = "".join(f"k{number:03}" for number in range(50))
    facts["datasets"][0]["elements"][0]["name"] = name
    page = read_pages("struktur-database", facts)[0]
    assert name not in page
    assert name in page.replace("\n", "")


def test_a_digest_can_be_copied_out_of_the_paper_unchanged() -> None:
    facts = make_example("program-api")
    text = read_pages("program-api", facts)[0].replace("\n", "")
    assert facts["files"][1]["sha256"] in text


def test_the_coat_of_arms_is_on_a_real_paper_and_not_on_a_sample() -> None:
    facts = make_example("surat-permohonan")
    facts["office"]["coat_of_arms"] = make_png()
    real, sample = (render_paper("surat-permohonan", facts, sample=mark) for mark in (False, True))
    images = [len(PdfReader(io.BytesIO(files[0].content)).pages[0].images) for files in (real, sample)]
    pictures = [
        [name for name in zipfile.ZipFile(io.BytesIO(files[1].content)).namelist() if name.startswith("Pictures/")]
        for files in (real, sample)
    ]
    assert images == [1, 0]
    assert pictures == [["Pictures/gambar1.png"], []]


def test_the_fonts_are_those_their_page_names() -> None:
    listed = dict(re.findall(r"\| (\S+\.(?:ttf|otf)) \| `([0-9a-f]{64})` \|", (FONTS_FOLDER / "README.md").read_text()))
    assert listed == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in list_font_files()}


def test_a_pdf_embeds_every_font_it_uses() -> None:
    content = render_paper("surat-permohonan", make_example("surat-permohonan"), ["pdf"])[0].content
    fonts = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    described = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts
    ]
    assert described
    assert all({"/FontFile2", "/FontFile3"} & set(one) for one in described)


def test_an_absent_name_leaves_room_to_sign() -> None:
    facts = make_example("berita-acara")
    pages = "\n".join(read_pages("berita-acara", facts))
    assert "Plt. Kepala Dinas Contoh Dua" in pages
    assert re.search(r"\(\.{20,}\)", pages)


def test_a_paper_agreed_in_the_hub_says_that_this_is_no_signature() -> None:
    pages = "\n".join(read_pages("berita-acara", make_example("berita-acara")))
    assert "Disetujui melalui Simpul oleh:" in pages
    assert "bukan tanda tangan" in pages


def test_a_signer_on_behalf_of_another_names_both_offices() -> None:
    facts = make_example("surat-permohonan")
    facts["signer"] |= {"acting": "a.n.", "on_behalf_of": "Kepala Dinas Contoh Satu", "position": "Sekretaris"}
    assert "a.n. Kepala Dinas Contoh Satu\nSekretaris" in read_pages("surat-permohonan", facts)[0]


def test_a_spreadsheet_of_a_paper_has_a_sheet_for_each_table() -> None:
    content = render_paper("laporan-hasil-validasi", make_example("laporan-hasil-validasi"), ["ods"])[0].content
    names = [table.name for table in Document(io.BytesIO(content)).body.tables]
    assert names == ["Keterangan", "Mutu wilayah", "Baris tertolak"]


def test_the_sop_is_printed_with_its_15_activities_and_four_lanes() -> None:
    procedure = read_procedure(SOP_FILE.read_bytes())
    text = "".join("".join(read_pages("sop", describe_procedure(procedure, make_example("sop")["office"]))).split())
    assert all("".join(step.name.split()) in text for step in procedure.steps)
    assert all(lane.name.replace(" ", "") in text for lane in procedure.lanes)


def test_the_sop_prints_its_legal_basis_as_signed_and_the_corrections_apart() -> None:
    procedure = read_procedure(SOP_FILE.read_bytes())
    pages = read_pages("sop", describe_procedure(procedure, make_example("sop")["office"]))
    assert "Nomor 24 Tahun 2009" in pages[0]
    assert "25 Tahun 2009" not in pages[0]
    assert "25 Tahun 2009" in "".join(pages[1:])


def test_a_note_on_a_law_bears_the_number_that_the_law_has_on_the_sop() -> None:
    facts = describe_procedure(read_procedure(SOP_FILE.read_bytes()), make_example("sop")["office"])
    assert [law["number"] for law in facts["notes"]] == ["1", "2", "3", "5"]
    assert re.search(r"^5 Peraturan Bupati Tapin", "\n".join(read_pages("sop", facts)[1:]), re.MULTILINE)


def test_a_row_of_a_table_stays_on_one_page() -> None:
    facts = make_example("dokumen-integrasi")
    row = facts["shares"][0] | {"purpose": "awal " + "kata " * 20 + "akhir"}
    facts["shares"] = [row] * 20
    pages = read_pages("dokumen-integrasi", facts)
    assert len(pages) > 2
    assert all(page.count("awal") == page.count("akhir") for page in pages)


def test_the_sop_shows_no_limit_that_the_copy_does_not_have() -> None:
    steps = describe_procedure(read_procedure(SOP_FILE.read_bytes()), {})["steps"]
    assert [step["time"] for step in steps if step["time"] and step["time"][0].isdigit()] == [
        "2 Jam",
        "2 Hari",
        "2 Bulan",
    ]


def test_the_three_decisions_of_the_sop_say_where_they_lead_back_to() -> None:
    steps = describe_procedure(read_procedure(SOP_FILE.read_bytes()), {})["steps"]
    back = {step["no"]: step["no_target"] for step in steps if step["no_target"]}
    assert back == {
        "3": "Tidak lengkap: ke no. 1",
        "6": "Tidak sepakat: ke no. 5",
        "14": "Tidak sesuai: ke no. 3",
    }
    assert all("decision" in step["symbols"] for step in steps if step["no"] in back)


def test_a_diagram_is_drawn_as_a_picture_of_the_sop() -> None:
    facts = make_example("sop") | {
        "diagram": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><text x="2" y="12">Alur</text></svg>'
    }
    assert "Diagram alur Prosedur Layanan SPLP, versi 1" in "\n".join(read_pages("sop", facts))


def test_a_tall_diagram_turns_its_page_upright_and_fits_on_it() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 900"><text x="2" y="890">UJUNG</text></svg>'
    content = render_paper("sop", make_example("sop") | {"diagram": svg}, ["pdf"])[0].content
    pages = PdfReader(io.BytesIO(content)).pages
    drawn = [page for page in pages if "Diagram alur" in page.extract_text()]
    assert [page.mediabox.width < page.mediabox.height for page in drawn] == [True]
    assert "UJUNG" in drawn[0].extract_text()


def test_the_diagram_of_the_procedure_itself_can_be_printed() -> None:
    procedure = read_procedure(SOP_FILE.read_bytes())
    pages = read_pages("sop", describe_procedure(procedure, make_example("sop")["office"], draw_diagram(procedure)))
    assert any("Mulai" in page and "Selesai" in page for page in pages)
