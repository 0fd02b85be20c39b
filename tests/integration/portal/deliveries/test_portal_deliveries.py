"""Sending rows by the page, what became of a batch, and mending what was refused; values for the provider alone."""

import io
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_world import Database, read_text, sign_in
from service_world import NIK, Served, make_rows, write_csv
from simpul.delivery.formats import open_rows
from simpul.papers.tables import write_ods
from simpul.portal.audit.models import AuditEntry
from simpul.portal.deliveries.models import Batch, RefusedRow
from simpul.portal.services.models import Publication

PAGE = "/layanan/wilayah/data/desa/"
BAD_NIK = "12345"
BAD = f"63.05.77,Desa Tujuh,{BAD_NIK},maju,-7"
BATCH = re.compile(r"/kiriman/(\d+)/")


def send(served: Served, content: bytes, who: str = "penyedia", once: str = "", name: str = "desa.csv") -> Any:
    form = {"file": SimpleUploadedFile(name, content), "once": once or str(uuid.uuid4())}
    return sign_in(served.sop.persons[who]).post(PAGE, form)


def read_batch(response: Any) -> Batch:
    found = BATCH.fullmatch(response.headers["Location"])
    assert found is not None
    return Batch.objects.get(pk=found[1])


@pytest.fixture
def refused(served: Served, portal: Database) -> Batch:
    """Give a batch with one good and one bad row."""
    return read_batch(send(served, write_csv([*make_rows(1, start=50), BAD])))


def test_good_rows_are_stored_and_bad_ones_named(served: Served, refused: Batch) -> None:
    assert (refused.received, refused.inserted, refused.refused) == (2, 1, 1)
    text = read_text(sign_in(served.sop.persons["penyedia"]).get(f"/kiriman/{refused.pk}/"))
    for told in ("jumlah", "minimum", "desa.csv"):
        assert told in text, told


def test_form_sent_twice_is_one_delivery(served: Served, portal: Database) -> None:
    once = str(uuid.uuid4())
    first, second = (send(served, write_csv(make_rows(2, start=60)), once=once) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Batch.objects.filter(idempotency_key=once).count() == 1


def test_same_key_with_another_file_is_refused_and_the_page_gets_a_new_key(served: Served, portal: Database) -> None:
    once = str(uuid.uuid4())
    send(served, write_csv(make_rows(2, start=60)), once=once)
    answer = send(served, write_csv(make_rows(3, start=60)), once=once)
    assert answer.status_code == 422
    assert once not in read_text(answer)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("desa.csv", b"", "kosong"),
        ("desa.csv", b"kode,nama,aneh\n1,a,b\n", "aneh"),
        ("desa.xlsx", b"bukan berkas excel", "xlsx"),
        ("desa.exe", b"MZ\x90\x00", "CSV"),
        ("desa.csv", b"kode,kode,nama\n1,2,a\n", "kode"),
    ],
)
def test_unusable_file_is_refused_on_the_page(
    served: Served, portal: Database, name: str, content: bytes, told: str
) -> None:
    before = Batch.objects.count()
    answer = send(served, content, name=name)
    assert answer.status_code == 422
    assert "error-summary" in read_text(answer)
    assert told in read_text(answer)
    assert Batch.objects.count() == before


def test_page_without_a_file_says_so(served: Served, portal: Database) -> None:
    answer = sign_in(served.sop.persons["penyedia"]).post(PAGE, {"once": str(uuid.uuid4())})
    assert "Pilih berkas." in read_text(answer)


@pytest.mark.parametrize("who", ["pemanfaat", "tim_it", "bidang", "kepala_dinas", "auditor", "pemanfaat_program"])
def test_nobody_but_the_provider_sends_rows(served: Served, portal: Database, who: str) -> None:
    assert send(served, write_csv(make_rows(1)), who=who).status_code == 403
    assert 'type="file"' not in read_text(sign_in(served.sop.persons[who]).get(PAGE))


def test_charlie_finds_neither_dataset_nor_batch(served: Served, refused: Batch) -> None:
    charlie = sign_in(served.sop.persons["lain"])
    assert charlie.get(PAGE).status_code == 404
    assert send(served, write_csv(make_rows(1)), who="lain").status_code == 404
    for path in ("", "tertolak.ods"):
        assert charlie.get(f"/kiriman/{refused.pk}/{path}").status_code == 404
    assert charlie.post(f"/kiriman/{refused.pk}/perbaiki/").status_code == 404


def test_keeper_of_the_system_sees_no_batch(served: Served, refused: Batch) -> None:
    assert sign_in(served.sop.persons["pengelola_sistem"]).get(f"/kiriman/{refused.pk}/").status_code == 404


@pytest.mark.parametrize("who", ["tim_it", "sub_koordinasi", "bidang", "kepala_dinas", "auditor", "pemanfaat"])
def test_kominfo_and_consumers_see_reasons_and_never_values(served: Served, refused: Batch, who: str) -> None:
    client = sign_in(served.sop.persons[who])
    for query in ({}, {"nilai": "ya"}):
        text = read_text(client.get(f"/kiriman/{refused.pk}/", query))
        assert "minimum" in text
        for value in (BAD_NIK, "Desa Tujuh", NIK):
            assert value not in text, value
    assert client.get(f"/kiriman/{refused.pk}/tertolak.ods").status_code == 403
    assert client.post(f"/kiriman/{refused.pk}/perbaiki/").status_code == 403


def test_provider_opens_values_and_each_opening_is_logged(served: Served, refused: Batch) -> None:
    client = sign_in(served.sop.persons["penyedia"])
    assert ">-7<" not in read_text(client.get(f"/kiriman/{refused.pk}/"))
    assert not AuditEntry.objects.filter(kind="rows.refused_read").exists()
    assert ">-7<" in read_text(client.get(f"/kiriman/{refused.pk}/", {"nilai": "ya"}))
    assert AuditEntry.objects.filter(kind="rows.refused_read", object_id=str(refused.pk)).count() == 1


def test_refused_rows_at_rest_hold_no_readable_value(refused: Batch) -> None:
    kept = RefusedRow.objects.get(batch=refused)
    assert b"Desa Tujuh" not in bytes(kept.content)
    assert "Desa Tujuh" not in str(kept.findings)


def test_downloaded_table_mended_and_sent_back_is_stored(served: Served, refused: Batch) -> None:
    client = sign_in(served.sop.persons["penyedia"])
    content = b"".join(client.get(f"/kiriman/{refused.pk}/tertolak.ods"))
    sheet = open_rows(content, "baris-tertolak.ods")
    ((_, cells),) = list(sheet.rows)
    row = dict(zip(sheet.header, cells, strict=True))
    assert (row["nama"], row["Baris"]) == ("Desa Tujuh", str(refused.refused_rows.get().position))
    row |= {"jumlah": "7", "nik_kades": NIK}
    mended = write_ods({"Baris tertolak": [list(row), [str(cell) for cell in row.values()]]})
    once = str(uuid.uuid4())
    answers = [
        client.post(f"/kiriman/{refused.pk}/perbaiki/", {"file": SimpleUploadedFile("p.ods", mended), "once": once})
        for _ in range(2)
    ]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    made = read_batch(answers[0])
    assert (made.received, made.inserted, made.refused) == (1, 1, 0)
    assert "sudah diperbaiki" in read_text(client.get(f"/kiriman/{refused.pk}/"))


def test_mend_without_row_numbers_is_refused_on_the_page(served: Served, refused: Batch) -> None:
    client = sign_in(served.sop.persons["penyedia"])
    file = io.BytesIO(write_csv(make_rows(1)))
    file.name = "p.csv"
    answer = client.post(f"/kiriman/{refused.pk}/perbaiki/", {"file": file, "once": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert "Baris" in read_text(answer)


def test_closed_service_takes_no_rows(served: Served, portal: Database) -> None:
    Publication.objects.filter(pk=served.live.pk).update(state="ditutup")
    form = {"file": SimpleUploadedFile("desa.csv", write_csv(make_rows(1))), "once": str(uuid.uuid4())}
    answer = sign_in(served.sop.persons["penyedia"]).post(PAGE + "?tahap=live&v=1", form)
    assert answer.status_code == 422
    assert "tidak menerima data" in read_text(answer)


def test_batches_are_listed_with_their_counts_newest_first(served: Served, refused: Batch) -> None:
    text = read_text(sign_in(served.sop.persons["auditor"]).get(PAGE))
    assert text.index(f"/kiriman/{refused.pk}/") < text.index("</tbody>")
    assert BATCH.findall(text)[0] == str(refused.pk)


def test_upload_with_refused_rows_is_logged_as_done_not_as_refused(refused: Batch) -> None:
    assert not AuditEntry.objects.get(kind="rows.upload", detail__batch=refused.pk).refused


def test_a_batch_that_deleted_rows_says_how_many(served: Served, refused: Batch) -> None:
    Batch.objects.filter(pk=refused.pk).update(mode="replace", deleted=4321)
    text = read_text(sign_in(served.sop.persons["penyedia"]).get(f"/kiriman/{refused.pk}/"))
    assert "Dihapus dari data" in text
    assert "4.321" in text
    assert "replace" in text
