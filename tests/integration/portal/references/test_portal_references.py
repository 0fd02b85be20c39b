"""Code lists from file to force: named bad rows, differences before anything counts, and deliveries held to them."""

import io
import json
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_world import Database, point_django, read_text, sign_in
from service_world import Served
from simpul.contract.model import Column, Contract, Dataset
from simpul.papers.tables import write_ods
from simpul.portal.activities.a05_definition import ColumnRow, read_dataset_row, write_dataset_row
from simpul.portal.activities.contract_facts import describe_datasets
from simpul.portal.activities.templatetags.contract_words import code_words
from simpul.portal.audit.models import AuditEntry
from simpul.portal.deliveries.actions import upload_rows
from simpul.portal.organizations.models import Organization
from simpul.portal.references.actions import Provenance, add_code_list, confirm_version, drop_version, propose_version
from simpul.portal.references.errors import (
    CodeListKept,
    CodeListNameTaken,
    CodeListUnusable,
    VersionDecided,
    VersionWaiting,
)
from simpul.portal.references.models import CodeList, CodeListVersion
from simpul.portal.references.organizations import refresh_organizations
from simpul.portal.references.publishing import publish_code_lists
from simpul.portal.references.queries import find_current, list_differences, list_uses
from simpul.portal.references.reading import read_entries
from simpul.portal.services.actions import get_application, issue_key
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.models import Dataset as DatasetRow
from simpul.portal.services.models import Grant
from simpul.store.code_lists import load_code_lists
from sop_world import Sop

FIRST = b"kode,nama,berlaku_mulai,berlaku_sampai\nA,Alfa,,\nB,Beta,,2020-12-31\nC,Gama,,\n"
SECOND = b"kode,nama,berlaku_mulai,berlaku_sampai\nA,Alfa Baru,,\nB,Beta,,2021-12-31\nD,Delta,2022-01-01,\n"
JSON = {"Content-Type": "application/json"}
FACTS = Provenance("Dinas Contoh", date(2020, 1, 1), "Keputusan 1/2020", "Domain publik")
CODED = Dataset(
    "desa",
    "Desa",
    "Desa di kabupaten",
    (
        Column("kode", "Kode", key=True, required=True, length=13),
        Column("jenis", "Jenis", code_list="jenis_uji", code_date="tanggal"),
        Column("tanggal", "Tanggal", logical_type="date"),
        Column("asal", "Asal", code_list="jenis_uji", when_unknown="catat"),
    ),
    "terbatas",
)


class Coded(Served):
    """A service whose contract names a code list."""

    @property
    def dataset_model(self) -> Dataset:
        return CODED

    @dataset_model.setter
    def dataset_model(self, value: Dataset) -> None:
        """The one above stays."""

    def send_lines(self, *rows: str) -> Any:
        content = "\n".join(["kode,jenis,tanggal,asal", *rows]).encode()
        return upload_rows(self.sop.persons["penyedia"], self.dataset, "desa.csv", content)


def make_list(sop: Sop, name: str, content: bytes = FIRST) -> CodeList:
    version = add_code_list(sop.persons["tim_it"], name, f"Daftar {name}", "", f"{name}.csv", content, FACTS)
    confirm_version(sop.persons["tim_it"], version)
    return version.code_list


@pytest.fixture(scope="module")
def coded(sop: Sop) -> Coded:
    """Give the module a live service whose contract names a confirmed list."""
    make_list(sop, "jenis_uji")
    return Coded(sop, "berkode")


def test_an_import_shows_its_differences_and_counts_only_once_confirmed(sop: Sop, portal: Database) -> None:
    code_list = make_list(sop, "jenis")
    page = sign_in(sop.persons["tim_it"])
    form = {"file": SimpleUploadedFile("dua.csv", SECOND), "source": "Dinas", "valid_from": "2022-01-01"}
    answer = page.post("/referensi/jenis/unggah", form)
    assert answer.headers["Location"] == "/referensi/jenis/v2/"
    text = read_text(page.get("/referensi/jenis/v2/"))
    for told in ("Alfa Baru", "Delta", "Gama", "Konfirmasi versi ini"):
        assert told in text, told
    version = code_list.versions.get(number=2)
    assert version.differences == {"added": 1, "removed": 1, "renamed": 1, "dated": 1}
    assert sorted((one.kind, one.code) for one in list_differences(version)) == [
        ("added", "D"), ("dated", "B"), ("removed", "C"), ("renamed", "A"),
    ]  # fmt: skip
    assert find_current(code_list) == code_list.versions.get(number=1)
    page.post("/referensi/jenis/v2/putuskan", {"keputusan": "pakai"})
    assert find_current(code_list) == version
    assert AuditEntry.objects.filter(kind="code_list.confirm", object_id=code_list.pk).count() == 2
    text = read_text(page.get("/referensi/jenis/"))
    assert "Keputusan 1/2020" in text
    assert "Delta" in text


def test_a_bad_file_is_refused_whole_and_each_bad_row_named(sop: Sop, portal: Database) -> None:
    code_list = make_list(sop, "buruk")
    bad = b"kode,nama,berlaku_mulai,berlaku_sampai\nA,Alfa,,\nA,Lagi,,\n,Kosong,,\nC,,,\nD,Delta,2020-02-02,2019-01-01\nE,Eps,x,\n"
    form = {"file": SimpleUploadedFile("buruk.csv", bad), "source": "Dinas", "valid_from": "2022-01-01"}
    answer = sign_in(sop.persons["bidang"]).post("/referensi/buruk/unggah", form)
    assert answer.status_code == 422
    text = read_text(answer)
    for told in (
        "baris 3, kode",
        "baris 4, kode",
        "baris 5, nama",
        "baris 6, berlaku_sampai",
        "baris 7, berlaku_mulai",
    ):
        assert told in text, told
    assert code_list.versions.count() == 1


def test_spreadsheets_are_read_and_a_number_with_a_lost_zero_is_named() -> None:
    book = openpyxl.Workbook()
    for row in (["Kode", "Nama", "Catatan"], ["63.05", "Tapin", "x"], [7, "Tujuh", "y"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    read = read_entries(out.getvalue(), "a.xlsx")
    assert [(one.code, one.name) for one in read.entries] == [("63.05", "Tapin"), ("7", "Tujuh")]
    assert read.left_out == ["Catatan"]
    book.active.append([63.1, "Barangkali 63.10", "z"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(CodeListUnusable) as caught:
        read_entries(out.getvalue(), "a.xlsx")
    assert [(one.where, one.rule) for one in caught.value.findings] == [("baris 4, kode", "code-number")]
    ods = write_ods({"Daftar": [["kode", "nama"], ["63.05", "Tapin"]]})
    assert [one.code for one in read_entries(ods, "a.ods").entries] == ["63.05"]


def test_the_whole_province_is_read(sop: Sop, portal: Database) -> None:
    path = Path(__file__).resolve().parents[5] / "shared" / "data" / "wilayah_63.csv"
    if not path.exists():
        pytest.skip(f"needs {path.name} beside the project")
    code_list = make_list(sop, "wilayah", path.read_bytes())
    assert find_current(code_list).entry_count == 2186


def test_many_codes_are_read_once_and_looked_up_ever_after(sop: Sop, portal: Database, long: bool) -> None:
    count = 100_000 if long else 2_000
    content = "kode,nama\n" + "".join(f"K{number:06d},Kode {number}\n" for number in range(count))
    clock = time.monotonic()
    make_list(sop, "banyak", content.encode())
    imported = time.monotonic() - clock
    link, today = get_driver_connection(), date(2026, 11, 24)
    timings = []
    for _ in range(2):
        clock = time.monotonic()
        codes = load_code_lists(link, ["banyak"], today)["banyak"]
        timings.append(time.monotonic() - clock)
    print(f"{count} codes: import {imported:.2f} s, first load {timings[0]:.3f} s, next {timings[1] * 1000:.1f} ms")
    assert len(codes.list_known()) == count
    assert f"K{count - 1:06d}" in codes
    assert timings[1] < max(timings[0] / 2, 0.01)


def test_only_one_version_waits_and_each_is_decided_once(sop: Sop, portal: Database) -> None:
    person, code_list = sop.persons["tim_it"], make_list(sop, "sekali")
    version = propose_version(person, code_list, "a.csv", SECOND, FACTS)
    with pytest.raises(VersionWaiting):
        propose_version(person, code_list, "a.csv", SECOND, FACTS)
    drop_version(person, version)
    with pytest.raises(VersionDecided):
        confirm_version(person, version)
    assert propose_version(person, code_list, "a.csv", SECOND, FACTS).number == 3
    with pytest.raises(CodeListNameTaken):
        add_code_list(person, "sekali", "Lagi", "", "a.csv", FIRST, FACTS)


def test_an_agency_reads_lists_and_changes_none(sop: Sop, portal: Database) -> None:
    code_list = make_list(sop, "baca")
    version = propose_version(sop.persons["tim_it"], code_list, "a.csv", SECOND, FACTS)
    page = sign_in(sop.persons["penyedia"], raise_request_exception=False)
    for address in ("/referensi/", "/referensi/baca/", "/referensi/baca/v2/"):
        text = read_text(page.get(address))
        assert "Konfirmasi versi ini" not in text
        assert "Unggah versi baru" not in text
    assert page.get("/referensi/baru/").status_code == 403
    assert page.post("/referensi/baca/unggah", {}).status_code == 403
    assert page.post("/referensi/baca/v2/putuskan", {"keputusan": "pakai"}).status_code == 403
    version.refresh_from_db()
    assert version.state == CodeListVersion.State.PROPOSED


def test_the_products_lists_are_in_force_from_the_start(portal: Database) -> None:
    names = set(CodeList.objects.values_list("name", flat=True))
    assert {"jenis_kelamin", "agama", "pendidikan", "status_perkawinan", "bulan", "wilayah_tapin"} <= names
    tapin = find_current(CodeList.objects.get(name="wilayah_tapin"))
    assert (tapin.entry_count, tapin.decision_number) == (148, "Kepmendagri 300.2.2-2138 Tahun 2025")


def test_the_organizations_list_follows_the_organizations(sop: Sop, portal: Database) -> None:
    refresh_organizations()
    code_list = CodeList.objects.get(name="instansi")
    before = find_current(code_list)
    refresh_organizations()
    assert find_current(code_list) == before
    Organization.objects.filter(code="lain").update(name="Dinas Berganti Nama (contoh)", valid_to="2026-01-01")
    refresh_organizations()
    after = find_current(code_list)
    assert after.number == before.number + 1
    assert (after.differences["renamed"], after.differences["dated"]) == (1, 1)
    with pytest.raises(CodeListKept):
        propose_version(sop.persons["tim_it"], code_list, "a.csv", SECOND, FACTS)


def test_a_row_is_held_to_the_list_on_its_own_day(coded: Coded, portal: Database) -> None:
    report = coded.send_lines("1,B,2020-12-31,A", "2,B,2021-01-01,A", "3,Z,2021-01-01,A", "4,A,,A")
    assert (report.inserted, report.refused) == (2, 2)
    assert {(one["column"], one["rule"]) for one in report.rules} == {("jenis", "code-date"), ("jenis", "code-list")}


def test_a_code_that_only_is_remarked_upon_passes_and_is_told(coded: Coded, portal: Database) -> None:
    report = coded.send_lines("5,A,,Z", "6,A,,Y", "7,A,,A")
    assert (report.inserted, report.refused) == (3, 0)
    assert [(one["where"], one["rule"]) for one in report.notes] == [("asal", "code-list")]
    assert report.notes[0]["id"].startswith("2 baris")


def test_what_is_confirmed_holds_from_the_next_delivery_on(coded: Coded, portal: Database) -> None:
    person = coded.sop.persons["tim_it"]
    assert coded.send_lines("8,D,2022-06-01,A").refused == 1
    code_list = CodeList.objects.get(name="jenis_uji")
    facts = Provenance("Dinas Contoh", date(2022, 1, 1))
    version = propose_version(person, code_list, "b.csv", SECOND, facts)
    assert coded.send_lines("8,D,2022-06-01,A").refused == 1
    confirm_version(person, version)
    assert coded.send_lines("8,D,2022-06-01,A", "9,C,2021-12-31,A", "10,C,2022-01-01,A").refused == 1
    assert coded.send_lines("11,D,2021-12-31,A").refused == 1


def test_the_sandbox_is_filled_with_codes_of_the_list(coded: Coded) -> None:
    assert DatasetRow.objects.get(publication=coded.sandbox, name="desa").row_count > 0
    assert [one.column for one in list_uses("jenis_uji")["jenis_uji"]] == ["jenis", "asal"]


def test_every_organization_reads_every_list_by_the_exchange(sop: Sop) -> None:
    make_list(sop, "terbit")
    sop.work()
    dataset = DatasetRow.objects.get(publication__context="referensi", publication__stage="live", name="terbit")
    assert dataset.row_count == 3
    version = CodeListVersion.objects.get(code_list__name="terbit")
    assert version.published_at is not None
    organizations = set(Grant.objects.filter(dataset=dataset).values_list("organization__code", flat=True))
    assert organizations == set(Organization.objects.values_list("code", flat=True))
    batches = dataset.batches.count()
    second = propose_version(sop.persons["tim_it"], version.code_list, "b.csv", SECOND, FACTS)
    confirm_version(sop.persons["tim_it"], second)
    sop.work()
    dataset.refresh_from_db()
    last = dataset.batches.first()
    assert (dataset.batches.count(), last.inserted, last.updated, last.deleted) == (batches + 1, 1, 2, 1)
    publish_as_worker(sop)
    assert dataset.batches.count() == batches + 1
    rows = get_driver_connection().execute("SELECT kode, nama FROM referensi_v1_live.terbit ORDER BY 1").fetchall()
    assert rows == [("A", "Alfa Baru"), ("B", "Beta"), ("D", "Delta")]
    page = sign_in(sop.persons["lain"])
    assert page.get("/layanan/referensi/").status_code == 200
    assert page.get("/layanan/referensi/data/terbit/").status_code in (200, 404)


def call(port: int, address: str, key: str, **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
    return urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}{address}", headers=headers, **options)
    )


def test_programs_read_a_list_and_follow_it_with_the_key_that_they_have(sop: Sop, exchange: int) -> None:
    code_list = make_list(sop, "dibaca")
    sop.work()
    programmer = sop.persons["lain_program"]
    key = issue_key(programmer, get_application(programmer, sop.organizations["lain"], "Aplikasi"), "live").text
    time.sleep(2)  # the exchange is told of the new service within a moment
    with call(exchange, "/api/referensi/v1/dibaca?kode=eq.B", key) as answer:
        assert json.load(answer) == [
            {"kode": "B", "nama": "Beta", "berlaku_mulai": None, "berlaku_sampai": "2020-12-31"}
        ]
        assert answer.headers["ETag"]
    confirm_version(sop.persons["tim_it"], propose_version(sop.persons["tim_it"], code_list, "b.csv", SECOND, FACTS))
    sop.work()
    with call(exchange, "/api/referensi/v1/dibaca/changes?since=0", key) as answer:
        text = answer.read().decode()
    assert "Alfa Baru" in text
    with call(exchange, "/api/referensi/v1/bulan?order=kode&limit=2", key) as answer:
        assert [one["nama"] for one in json.load(answer)] == ["Januari", "Februari"]
    with pytest.raises(urllib.error.HTTPError) as caught:
        call(exchange, "/api/referensi/v1/dibaca", key, data=b'{"kode":"X","nama":"X"}', headers=JSON, method="POST")
    assert caught.value.code == 403


def test_a_program_is_told_which_rows_name_a_code_of_another_day(coded: Coded, exchange: int) -> None:
    programmer = coded.sop.persons["penyedia_program"]
    organization = coded.sop.organizations["penyedia"]
    key = issue_key(programmer, get_application(programmer, organization, "Pengirim"), "live").text
    rows = [
        {"kode": "90", "jenis": "B", "tanggal": "2019-05-05"},
        {"kode": "91", "jenis": "B", "tanggal": "2026-05-05"},
    ]
    body = json.dumps(rows).encode()
    time.sleep(2)
    with call(exchange, "/api/berkode/v1/desa/batches", key, data=body, headers=JSON, method="POST") as answer:
        report = json.load(answer)
    assert (report["inserted"], report["refused"]) == (1, 1)
    assert report["rules"][0]["rule"] == "code-date"


def test_the_definition_form_offers_the_lists_and_papers_show_their_titles(sop: Sop, portal: Database) -> None:
    make_list(sop, "warna")
    row = {"name": "warna", "title": "Warna", "logical_type": "string", "pdp_class": "tidak"}
    shared = {**row, "code_reference": "warna", "code_date": "tanggal", "when_unknown": "catat"}
    form = ColumnRow(shared)
    assert ("warna", "Daftar warna") in form.fields["code_reference"].choices
    assert form.is_valid(), form.errors
    dataset = read_dataset_row(
        {"name": "d", "title": "D", "description": "", "access_class": "terbatas", "access_ground": "",
         "columns": [form.cleaned_data]}
    )  # fmt: skip
    column = dataset.columns[0]
    assert (column.code_list, column.code_date, column.when_unknown) == ("warna", "tanggal", "catat")
    written = write_dataset_row(dataset)["columns"][0]
    assert (written["code_reference"], written["code_list"], written["code_date"]) == ("warna", "", "tanggal")
    [facts] = describe_datasets(Contract("k", datasets=(dataset,)), "Aplikasi")
    assert facts["elements"][0]["code_list"] == "Daftar warna (warna), berlaku pada tanggal"
    assert code_words("warna") == "Daftar warna"
    assert list(ColumnRow({**shared, "code_list": "a; b"}).errors) == ["code_list"]
    assert list(ColumnRow({**row, "code_date": "tanggal"}).errors) == ["code_date"]
    assert list(ColumnRow({**row, "code_reference": "tidak_ada"}).errors) == ["code_reference"]


def publish_as_worker(sop: Sop) -> None:
    point_django(sop.database.dsn("worker"))
    try:
        publish_code_lists()
    finally:
        point_django(sop.database.dsn("portal"))
