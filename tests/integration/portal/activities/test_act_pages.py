"""The page of an act: nothing typed is lost, nothing is sent twice, and each one says what it needs."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal_world import make_person, read_text, sign_in
from simpul.portal.cases.models import Attachment, Draft
from simpul.portal.cases.permissions import LANES
from sop_world import CSV, SCAN, TODAY, Play, Sop


def make_address(play: Play, no: int, act: str, party: str = "", tail: str = "") -> str:
    ref = play.make_ref(no, act, party)
    query = f"?untuk={ref.organization}" if ref.organization else ""
    return f"/permohonan/{play.number}/{ref.step}/{ref.round}/{ref.act}/{tail}{query}"


def flatten(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested answers as a page's form sends them."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for index, row in enumerate(value):
                flat |= flatten(row, f"{prefix}{name}-{index}-")
        elif value is True:
            flat[prefix + name] = "on"
        elif value not in (False, None):
            flat[prefix + name] = value
    return flat


def act_as(play: Play, no: int, act: str, party: str = "") -> tuple[Client, str]:
    return sign_in(play.find_actor(no, act, party)), make_address(play, no, act, party)


def test_every_act_has_a_page_that_its_officer_can_open(sop: Sop) -> None:
    """The whole SOP, each open act seen by the one whose turn it is just before it is done."""
    play, seen = sop.open_case(), set()
    while play.open_steps:
        for act in list(play.case.open_acts.select_related("organization", "case")):
            who = sop.persons[act.organization.code if act.organization else act.actor]
            response = sign_in(who).get(
                make_address(play, act.step_no, act.act, act.organization.code if act.organization else "")
            )
            assert response.status_code == 200
            assert "Menurut SOP" in read_text(response)
            seen.add(act.step_no)
        play.reach(min(play.open_steps) + 1 if min(play.open_steps) < 15 else 16)
    assert seen == set(range(1, 16)) - {14}  # rows 13 and 14 are gone through in one go


def test_page_refuses_who_sees_the_case_but_whose_turn_it_is_not(sop: Sop) -> None:
    play = sop.open_case().reach(4)
    for who in ("pemohon", "tim_it", "auditor", "kepala_dinas"):
        assert sign_in(sop.persons[who]).get(make_address(play, 4, "koordinasi")).status_code == 403


def test_nobody_acts_for_another_party(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    play.formulate()
    address = make_address(play, 6, "pemanfaat_setuju", "pemanfaat")
    response = sign_in(sop.persons["penyedia"]).post(address, {"sepakat": "ya", "kirim": "ya"})
    assert response.status_code == 403
    assert play.find_act(6, "pemanfaat_setuju", "pemanfaat")


def test_wrong_letter_keeps_what_was_typed_says_what_is_wrong_where_and_keeps_the_file(sop: Sop) -> None:
    play = sop.open_case()
    client, address = act_as(play, 1, "kirim")
    typed = flatten({**play.write_letter(), "contact_phone": "12", "elements": [{"name": "kode"}, {"type": "teks"}]})
    response = client.post(address, {**typed, "signed_scan": SimpleUploadedFile("surat.pdf", SCAN), "kirim": "ya"})
    page = read_text(response)
    assert response.status_code == 422
    assert 'href="#id_contact_phone"' in page
    assert "Baris 2, Elemen data" in page
    assert 'name="elements-1-name"' in page
    assert 'aria-invalid="true"' in page
    scan = Attachment.objects.get(case=play.case, kind="surat-permohonan")
    assert f'name="signed_scan__id" value="{scan.pk}"' in page
    again = read_text(client.get(address))
    assert 'value="Aplikasi Contoh"' in again
    assert 'value="12"' in again
    assert f'name="signed_scan__id" value="{scan.pk}"' in again
    client.post(
        address, {**typed, "contact_phone": "0812 3456 7890", "elements-1-name": "nama", "signed_scan__id": scan.pk}
    )
    assert play.open_steps == {2}


def test_refused_file_is_told_at_its_field_and_the_rest_is_kept(sop: Sop) -> None:
    play = sop.open_case()
    client, address = act_as(play, 1, "kirim")
    file = SimpleUploadedFile("surat.pdf", b"bukan pdf")
    page = read_text(client.post(address, {**flatten(play.write_letter()), "signed_scan": file, "kirim": "ya"}))
    assert "isinya bukan .pdf" in page
    assert 'value="Aplikasi Contoh"' in read_text(client.get(address))
    assert play.open_steps == {1}


def test_draft_is_saved_without_any_check_and_sends_nothing(sop: Sop) -> None:
    play = sop.open_case()
    client, address = act_as(play, 1, "kirim")
    page = read_text(client.post(address, {"subject": "Setengah jadi", "simpan": "ya"}, follow=True))
    assert "Draf tersimpan" in page
    assert 'value="Setengah jadi"' in page
    assert play.open_steps == {1}
    assert not play.case.events.filter(kind="act_done").exists()


def test_loser_of_a_race_is_told_who_was_first_and_keeps_what_was_typed(sop: Sop) -> None:
    play = sop.open_case().reach(2)
    rival = make_person("Rekan Bidang", sop.kominfo, "bidang")
    client, address = sign_in(rival), make_address(play, 2, "disposisi")
    play.dispose()
    response = client.post(
        address, {"recipients": "tim_it", "instructions": "periksa", "note": "Tolong cepat", "kirim": "ya"}
    )
    page = read_text(response)
    assert response.status_code == 409
    assert "sudah diselesaikan oleh Contoh bidang" in page
    assert Draft.objects.get(case=play.case, saved_by=rival).answers["note"] == "Tolong cepat"
    assert "Tolong cepat" in read_text(client.get(f"/permohonan/{play.number}/"))
    assert "Tolong cepat" not in read_text(sign_in(sop.persons["bidang"]).get(f"/permohonan/{play.number}/"))
    assert play.open_steps == {3}


def test_late_sender_who_never_might_act_leaves_no_draft(sop: Sop) -> None:
    play = sop.open_case().reach(2)
    address = make_address(play, 2, "disposisi")
    play.dispose()
    response = sign_in(sop.persons["pemohon"]).post(address, {"note": "Bukan tugas saya", "kirim": "ya"})
    assert response.status_code == 409
    assert not Draft.objects.filter(case=play.case).exists()


def test_definition_is_read_from_a_file_and_typed_rows_are_checked_where_they_stand(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    client, address = act_as(play, 5, "definisi")
    tool = make_address(play, 5, "definisi", tail="alat/baca_berkas/")
    page = read_text(client.post(tool, {"file": SimpleUploadedFile("data desa.csv", CSV)}, follow=True))
    assert "3 kolom dan 3 baris" in page
    assert 'name="datasets-0-columns-2-name"' in page
    wrong = play.write_definition(nama={"title": "", "required": True})
    response = client.post(address, {**flatten(wrong), "kirim": "ya"})
    assert response.status_code == 422
    page = read_text(response)
    assert 'id="id_datasets-0-columns-1-title_error"' in page
    client.post(address, {**flatten(play.write_definition()), "kirim": "ya"})
    assert play.open_steps == {6}


def test_hostile_data_file_is_refused_and_the_draft_stays(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    client, address = act_as(play, 5, "definisi")
    client.post(address, {"title": "Sudah diketik", "simpan": "ya"})
    tool = make_address(play, 5, "definisi", tail="alat/baca_berkas/")
    for name, content in (
        ("a.csv", b""),
        ("a.csv", b"kode,kode\n1,2\n"),
        ("a.xlsx", b"PK\x03\x04 rusak"),
        ("a.exe", b"MZ"),
    ):
        response = client.post(tool, {"file": SimpleUploadedFile(name, content)})
        assert response.status_code in (409, 413, 415, 422), (name, response.status_code)
        assert "Sudah diketik" in read_text(response)


def test_data_file_of_formulas_alone_is_refused_with_the_way_to_mend_it(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    client, _ = act_as(play, 5, "definisi")
    book = openpyxl.Workbook()
    for row in (["kode", "jumlah"], ["1", "=1+1"], ["2", "=1+2"]):
        book.active.append(row)
    book.save(content := io.BytesIO())
    tool = make_address(play, 5, "definisi", tail="alat/baca_berkas/")
    response = client.post(tool, {"file": SimpleUploadedFile("rumus.xlsx", content.getvalue())})
    assert response.status_code == 422
    assert "Tempel Nilai" in read_text(response)


def test_columns_are_ticked_for_each_consumer_and_dataset(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    client, address = act_as(play, 6, "rumus")
    page = read_text(client.get(address))
    assert page.count('name="terms-0-columns"') == 3
    assert "Dinas Pemanfaat (contoh) – Desa" in page
    terms = {"terms-0-organization": "pemanfaat", "terms-0-dataset": "desa", "terms-0-columns": ["kode", "nama"]}
    terms |= {
        "terms-0-purpose": "Perencanaan",
        "terms-0-legal_basis": "Perpres 39/2019",
        "terms-0-valid_from": "2026-01-01",
    }
    terms |= {"deliveries-0-dataset": "desa", "deliveries-0-delivery": "upload", "deliveries-0-frequency": "bulanan"}
    terms |= {"deliveries-0-completeness": "90", "deliveries-0-validity": "90", "deliveries-0-refused_share": "10"}
    assert client.post(address, {**terms, "sepakat": "ya", "kirim": "ya"}).status_code == 302
    frozen = play.case.contract_versions.get(state="beku")
    assert frozen.definition["consumers"][0]["columns"] == ["kode", "nama"]


def test_promises_of_row_6_outlive_a_return_to_row_5(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    play.formulate()
    play.answer(pemanfaat="Belum sesuai.")
    play.define()
    client, address = act_as(play, 6, "rumus")
    page = read_text(client.get(address))
    assert "Belum sesuai." in page
    assert 'name="deliveries-0-completeness" value="50' in page
    assert '<option value="bulanan" selected>' in page


def test_contract_that_cannot_be_frozen_is_told_with_each_finding(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    play.define(nama={"title": "Nama", "pdp_class": "umum", "length": 60})
    client, address = act_as(play, 6, "rumus")
    assert "Definisi data belum dapat dibekukan" in read_text(client.get(address))
    terms = {
        "terms-0-organization": "pemanfaat",
        "terms-0-dataset": "desa",
        "terms-0-columns": ["kode"],
        "terms-0-purpose": "x",
    }
    response = client.post(address, {**terms, "sepakat": "ya", "kirim": "ya"})
    assert response.status_code == 422
    assert "SPL430" not in read_text(response).split("error-summary")[0]
    assert "Rumusan integrasi data belum dapat dibekukan" in read_text(response)
    assert play.open_steps == {6}


def test_agreement_on_an_older_page_is_refused(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    play.formulate()
    client, address = act_as(play, 6, "penyedia_setuju")
    response = client.post(address, {"sepakat": "ya", "version_digest": "0" * 64, "kirim": "ya"})
    assert response.status_code == 422
    assert "sudah berganti versi" in read_text(response)


def test_held_act_says_what_is_missing_and_waits_for_the_worker(sop: Sop) -> None:
    play = sop.open_case().reach(8)
    client, address = act_as(play, 8, "siapkan")
    response = client.post(address, {"kirim": "ya"})
    assert response.status_code == 409
    assert "API uji coba belum diterbitkan." in read_text(response)
    page = read_text(client.post(make_address(play, 8, "siapkan", tail="alat/terbitkan/"), follow=True))
    progress = make_address(play, 8, "siapkan", tail="keadaan/")
    assert f'hx-get="{progress}"' in page
    sop.work()
    part = read_text(client.get(progress))
    assert "hx-get" not in part
    assert "Terbuka" in part
    assert client.post(address, {"kirim": "ya"}).status_code == 302


def test_delivery_tells_counts_and_each_refused_row_without_its_values(sop: Sop) -> None:
    play = sop.open_case().reach(10)
    client, address = act_as(play, 10, "kirim_data")
    file = SimpleUploadedFile("data.csv", b"kode,nama,jumlah\n63.05.01,Tapin,9\n63.05.02,RAHASIA-NAMA,bukan angka\n")
    tool = make_address(play, 10, "kirim_data", tail="alat/unggah/")
    page = read_text(client.post(tool, {"dataset": "desa", "file": file}, follow=True))
    assert "2 baris diterima, 1 tersimpan, 1 tertolak" in page
    assert "jumlah" in page
    assert "RAHASIA-NAMA" not in page
    assert client.post(address, {"kirim": "ya"}).status_code == 302
    shown = sign_in(sop.persons["tim_it"]).get(make_address(play, 10, "konfirmasi"))
    assert "Baris tertolak yang belum diperbaiki: 1" in read_text(shown)


def test_sample_rows_are_seen_by_the_provider_and_by_nobody_at_kominfo(sop: Sop) -> None:
    play = sop.open_case().reach(11)
    client, address = act_as(play, 11, "penyedia_periksa")
    assert "Tapin Utara" in read_text(client.get(address))
    play.complete(11, "penyedia_periksa", {"counts_match": True, "sample_matches": True, "refused_known": True})
    for role in (*LANES, "kepala_dinas", "auditor"):
        assert "Tapin Utara" not in read_text(sign_in(sop.persons[role]).get(f"/permohonan/{play.number}/"))
    play.complete(11, "pemanfaat_periksa", {"program_works": True, "changed": "Membaca dari hub."})
    assert "Tapin Utara" not in read_text(sign_in(sop.persons["tim_it"]).get(make_address(play, 12, "laporkan")))


def test_trial_is_told_to_the_consumer_it_was_opened_to(sop: Sop) -> None:
    play = sop.open_case().reach(11)
    client, address = act_as(play, 11, "pemanfaat_periksa")
    assert "belum dibuka untuk percobaan" in read_text(client.get(address))
    provider = sign_in(sop.persons["penyedia"])
    tool = make_address(play, 11, "penyedia_periksa", tail="alat/buka_percobaan/")
    wrong = provider.post(tool, {"consumer": "pemanfaat", "until": "2020-01-01"})
    assert "Paling cepat hari ini" in read_text(wrong)
    provider.post(tool, {"consumer": "pemanfaat", "until": str(TODAY)})
    assert "untuk percobaan Anda sampai" in read_text(client.get(address))


@pytest.mark.parametrize("name", ["tidak-ada", "unggah"])
def test_tool_that_an_act_does_not_have_is_not_found(sop: Sop, name: str) -> None:
    play = sop.open_case()
    assert act_as(play, 1, "kirim")[0].post(make_address(play, 1, "kirim", tail=f"alat/{name}/")).status_code == 404


def test_act_that_never_was_is_not_open(sop: Sop) -> None:
    play = sop.open_case()
    client = sign_in(sop.persons["pemohon"])
    assert client.get(f"/permohonan/{play.number}/a09/1/sampaikan/").status_code == 409
    assert client.get(f"/permohonan/{play.number}/zzz/1/apa/").status_code == 409
    assert client.post(f"/permohonan/{play.number}/zzz/1/apa/", {"kirim": "ya"}).status_code == 409
