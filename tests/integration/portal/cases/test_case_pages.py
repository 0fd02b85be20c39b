"""The page of a case: what everybody finds there, and what only some may do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_world import make_person, read_text, sign_in
from simpul.portal.audit.models import AuditEntry
from simpul.portal.cases.models import Attachment, Case
from simpul.portal.papers.models import Paper
from sop_world import SCAN, Play, Sop


@pytest.fixture(scope="module")
def returned(sop: Sop) -> Play:
    """A case that row 3 returned once, sent again with another phone number, and that waits for row 4."""
    play = sop.open_case()
    play.send_letter(contact_phone="")
    play.dispose()
    play.check(missing=("ponsel",))
    play.send_letter()
    play.dispose()
    play.check()
    return play


def get(sop: Sop, who: str, address: str) -> str:
    response = sign_in(sop.persons[who]).get(address)
    assert response.status_code == 200, read_text(response)
    return read_text(response)


def make_file() -> dict[str, object]:
    return {"kind": "berita-acara", "file": SimpleUploadedFile("ba.pdf", SCAN + b"1")}


def test_case_tells_every_round_and_what_changed_between_them(sop: Sop, returned: Play) -> None:
    page = get(sop, "penyedia", f"/permohonan/{returned.number}/")
    assert "putaran 2" in page
    assert "dikembalikan" in page
    assert "+6281234567890" in page
    assert "Yang berubah dari putaran sebelumnya" in page
    assert "<svg" in page
    assert 'class="sop-step sop-open" data-step="a04"' in page


def test_case_lists_each_paper_with_its_files(sop: Sop, returned: Play) -> None:
    page = get(sop, "bidang", f"/permohonan/{returned.number}/")
    papers = Paper.objects.filter(case=returned.case)
    assert papers.count() > 8
    for one in papers:
        assert f"/permohonan/{returned.number}/dokumen/{one.pk}/" in page


def test_paper_and_attachment_are_saved_never_shown(sop: Sop, returned: Play) -> None:
    paper = Paper.objects.filter(case=returned.case, media_type="application/pdf").first()
    scan = Attachment.objects.filter(case=returned.case).first()
    client = sign_in(sop.persons["auditor"])
    for address in (f"dokumen/{paper.pk}/", f"lampiran/{scan.pk}/"):
        response = client.get(f"/permohonan/{returned.number}/{address}")
        assert response.content.startswith(b"%PDF")
        assert response["Content-Disposition"].startswith("attachment")


def test_paper_of_another_case_is_not_found_under_this_one(sop: Sop, returned: Play) -> None:
    other = sop.open_case()
    paper = Paper.objects.filter(case=returned.case).first()
    assert sign_in(sop.persons["pemohon"]).get(f"/permohonan/{other.number}/dokumen/{paper.pk}/").status_code == 404


def test_charlie_finds_nothing_of_a_case(sop: Sop, returned: Play) -> None:
    client = sign_in(sop.persons["lain"])
    paper, scan = (
        Paper.objects.filter(case=returned.case).first(),
        Attachment.objects.filter(case=returned.case).first(),
    )
    for part in ("", f"dokumen/{paper.pk}/", f"lampiran/{scan.pk}/", "a04/1/koordinasi/", "rumusan/1/"):
        assert client.get(f"/permohonan/{returned.number}/{part}").status_code == 404
    for part in ("komentar/", "lampiran/", "menarik/", "menghentikan/", "mengembalikan/", "a04/1/koordinasi/ambil/"):
        assert client.post(f"/permohonan/{returned.number}/{part}", {"reason": "x", "text": "x"}).status_code in (
            302,
            404,
        )
    assert not returned.case.comments.exists()
    assert returned.open_steps == {4}


def test_return_gives_kominfo_a_message_to_copy_and_a_link(sop: Sop) -> None:
    play = sop.open_case()
    play.send_letter()
    play.dispose()
    play.check(missing=("proses_bisnis",))
    page = get(sop, "tim_it", f"/permohonan/{play.number}/")
    assert "https://wa.me/6281234567890?text=" in page
    assert "Salin pesan" in page
    assert "Contoh" not in page.split("pesan-teks")[2].split("</textarea>")[0]
    assert "wa.me" not in get(sop, "pemohon", f"/permohonan/{play.number}/")


def test_letter_opens_again_with_what_is_missing_and_what_was_written(sop: Sop) -> None:
    play = sop.open_case()
    play.send_letter()
    play.dispose()
    play.check(missing=("proses_bisnis",))
    page = get(sop, "pemohon", f"/permohonan/{play.number}/a01/2/kirim/?untuk=pemohon")
    assert "Mohon dilengkapi." in page
    assert 'value="Aplikasi Contoh"' in page


def test_auditor_reads_and_changes_nothing(sop: Sop, returned: Play) -> None:
    page = get(sop, "auditor", f"/permohonan/{returned.number}/")
    for word in ("Kerjakan", "Ambil", "Alihkan", "Kirim komentar", "Unggah berkas", "Di luar SOP"):
        assert word not in page
    client = sign_in(sop.persons["auditor"])
    assert client.post(f"/permohonan/{returned.number}/komentar/", {"text": "x"}).status_code == 403
    assert client.post(f"/permohonan/{returned.number}/lampiran/", make_file()).status_code == 403


def test_kepala_dinas_uploads_a_signed_scan_and_nothing_else(sop: Sop, returned: Play) -> None:
    client = sign_in(sop.persons["kepala_dinas"])
    page = read_text(client.get(f"/permohonan/{returned.number}/"))
    assert "Pindaian Berita Acara" in page
    assert "Lampiran lain" not in page
    client.post(f"/permohonan/{returned.number}/lampiran/", make_file())
    kept = Attachment.objects.get(case=returned.case, kind="berita-acara")
    assert (kept.step, kept.person) == ("a06", sop.persons["kepala_dinas"])
    assert AuditEntry.objects.filter(kind="case.attach", object_id=returned.number).exists()
    refused = client.post(f"/permohonan/{returned.number}/lampiran/", {**make_file(), "kind": "lampiran"})
    assert refused.status_code == 403


def test_hostile_file_is_refused_with_the_cause_on_the_case_page(sop: Sop, returned: Play) -> None:
    client = sign_in(sop.persons["tim_it"])
    values = {"kind": "lampiran", "file": SimpleUploadedFile("surat.pdf", b"MZ\x90 program")}
    page = read_text(client.post(f"/permohonan/{returned.number}/lampiran/", values, follow=True))
    assert "isinya bukan .pdf" in page


def test_comment_is_read_by_all_parties(sop: Sop, returned: Play) -> None:
    sign_in(sop.persons["pemanfaat"]).post(f"/permohonan/{returned.number}/komentar/", {"text": "Mohon <b>segera</b>."})
    assert "Mohon &lt;b&gt;segera&lt;/b&gt;." in get(sop, "penyedia", f"/permohonan/{returned.number}/")
    assert AuditEntry.objects.filter(kind="case.comment", person=sop.persons["pemanfaat"]).exists()


def test_empty_comment_is_told_and_not_kept(sop: Sop, returned: Play) -> None:
    before = returned.case.comments.count()
    client = sign_in(sop.persons["pemanfaat"])
    page = read_text(client.post(f"/permohonan/{returned.number}/komentar/", {"text": "  "}, follow=True))
    assert "Alasan wajib diisi." in page
    assert returned.case.comments.count() == before


def test_act_is_taken_and_then_held(sop: Sop) -> None:
    play = sop.open_case().reach(4)
    sign_in(sop.persons["sub_koordinasi"]).post(f"/permohonan/{play.number}/a04/1/koordinasi/ambil/")
    assert play.find_act(4, "koordinasi").holder == sop.persons["sub_koordinasi"]
    assert AuditEntry.objects.filter(kind="act.take", object_id=play.number).exists()


def test_bidang_hands_a_held_act_to_a_colleague(sop: Sop) -> None:
    play = sop.open_case().reach(4)
    colleague = make_person("Rekan Contoh", sop.kominfo, "sub_koordinasi")
    sign_in(sop.persons["sub_koordinasi"]).post(f"/permohonan/{play.number}/a04/1/koordinasi/ambil/")
    assert "Rekan Contoh" in get(sop, "bidang", f"/permohonan/{play.number}/")
    address = f"/permohonan/{play.number}/a04/1/koordinasi/alihkan/"
    sign_in(sop.persons["bidang"]).post(address, {"to": colleague.pk, "reason": "Cuti"})
    assert play.find_act(4, "koordinasi").holder == colleague
    assert "Diserahkan oleh Contoh bidang kepada Rekan Contoh. Cuti" in get(
        sop, "bidang", f"/permohonan/{play.number}/"
    )
    held = sign_in(sop.persons["sub_koordinasi"]).get(f"/permohonan/{play.number}/a04/1/koordinasi/")
    assert held.status_code == 409
    assert "Rekan Contoh" in read_text(held)


def test_act_is_not_handed_to_one_who_may_not_do_it(sop: Sop) -> None:
    play = sop.open_case().reach(4)
    address = f"/permohonan/{play.number}/a04/1/koordinasi/alihkan/"
    refused = sign_in(sop.persons["bidang"]).post(address, {"to": sop.persons["pemohon"].pk})
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("who", "way", "state"),
    [("pemohon", "menarik", Case.State.WITHDRAWN), ("bidang", "menghentikan", Case.State.STOPPED)],
)
def test_case_ends_outside_the_sop_only_with_a_reason(sop: Sop, who: str, way: str, state: str) -> None:
    play = sop.open_case().reach(3)
    client = sign_in(sop.persons[who])
    page = read_text(client.post(f"/permohonan/{play.number}/{way}/", {"reason": " "}, follow=True))
    assert "Alasan wajib diisi." in page
    assert play.case.state == Case.State.RUNNING
    client.post(f"/permohonan/{play.number}/{way}/", {"reason": "Tidak diperlukan lagi"})
    assert play.case.state == state
    assert "Tidak diperlukan lagi" in get(sop, "penyedia", f"/permohonan/{play.number}/")


def test_bidang_sends_a_case_back_to_an_earlier_activity(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    sign_in(sop.persons["bidang"]).post(f"/permohonan/{play.number}/mengembalikan/", {"no": "3", "reason": "Keliru"})
    assert play.open_steps == {3}
    assert "Dikembalikan oleh Bidang, di luar SOP" in get(sop, "bidang", f"/permohonan/{play.number}/")


def test_ways_out_are_not_for_others(sop: Sop, returned: Play) -> None:
    for who, way in (("penyedia", "menarik"), ("tim_it", "menghentikan"), ("sub_koordinasi", "mengembalikan")):
        client = sign_in(sop.persons[who])
        assert client.post(f"/permohonan/{returned.number}/{way}/", {"reason": "x", "no": "1"}).status_code == 403
    assert returned.open_steps == {4}


def test_contract_versions_tell_what_changed_and_who_objected(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    play.formulate()
    play.answer(pemanfaat="Nama harus lebih panjang.")
    play.define(nama={"title": "Nama", "required": True, "length": 90})
    play.formulate()
    last = play.case.contract_versions.order_by("-sequence").first()
    page = get(sop, "pemohon", f"/permohonan/{play.number}/rumusan/{last.sequence}/")
    assert "Diubah: panjang elemen “nama”" in page
    first = get(sop, "pemohon", f"/permohonan/{play.number}/rumusan/{last.sequence - 1}/")
    assert "Nama harus lebih panjang." in first
