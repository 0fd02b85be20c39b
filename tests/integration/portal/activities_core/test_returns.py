"""Whoever does an act again reads why, and no paper of a refused round reads as agreed."""

from io import BytesIO

from pypdf import PdfReader

from portal_world import read_text, sign_in
from simpul.portal.activities import actions as activities
from simpul.portal.activities.returns import Reason, list_reasons
from simpul.portal.papers.models import Paper
from sop_world import Play, Sop


def read_reasons(play: Play, no: int, act: str) -> list[Reason]:
    return list_reasons(play.find_act(no, act))


def read_paper(paper: Paper) -> str:
    pages = PdfReader(BytesIO(bytes(paper.content))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_applicant_reads_what_row_3_found_missing(sop: Sop) -> None:
    play = sop.open_case().reach(3)
    assert read_reasons(play, 3, "periksa") == []
    play.check(missing=("ponsel",))
    assert read_reasons(play, 1, "kirim") == [Reason("Nomor ponsel contact person", "Mohon dilengkapi.")]
    play.send_letter()
    assert read_reasons(play, 2, "disposisi") == []


def test_provider_reads_who_objected_and_papers_of_that_round_say_so(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    play.formulate()
    play.answer(pemanfaat="Kolom jumlah belum ada.")
    objection = Reason("Dinas Pemanfaat (contoh) (pemanfaat data)", "Kolom jumlah belum ada.")
    assert read_reasons(play, 5, "definisi") == [objection]
    ref = play.make_ref(5, "definisi")
    address = f"/permohonan/{play.number}/{ref.step}/{ref.round}/{ref.act}/?untuk={ref.organization}"
    assert "Kolom jumlah belum ada." in read_text(sign_in(sop.persons["penyedia"]).get(address))
    refused = play.case.papers.filter(step_no=6, media_type="application/pdf")
    assert {one.kind for one in refused} == {"dokumen-integrasi", "struktur-database"}
    assert all("Belum disepakati" in read_paper(one) for one in refused)
    play.define()
    play.formulate(columns="*")
    play.answer()
    agreed = play.case.papers.filter(step_no=6, round=2, media_type="application/pdf")
    assert agreed.count() == 3
    assert not any("Belum disepakati" in read_paper(one) for one in agreed)


def test_provider_reads_why_tim_it_gave_the_definition_back(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    play.complete(6, "rumus", {"sepakat": "tidak", "reason": "Kode belum unik."})
    assert read_reasons(play, 5, "definisi") == [Reason("Tim IT Kominfo", "Kode belum unik.")]


def test_step_that_bidang_gave_back_tells_its_reason(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    activities.send_back(sop.persons["bidang"], play.number, 4, "Pejabat berganti.")
    assert read_reasons(play, 4, "koordinasi")[0].text == "Pejabat berganti."
