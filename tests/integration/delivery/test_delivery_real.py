"""Real files from end to end: all areas of a province, and a spreadsheet that was made messy on purpose."""

import datetime
from pathlib import Path

import pytest
from delivery_bench import Bench, make_bench, prepare

from simpul.contract.infer import infer_columns
from simpul.contract.model import Column
from simpul.delivery.formats import open_rows
from simpul.store.launcher import Database

AREAS = Path(__file__).resolve().parents[4] / "shared" / "data" / "wilayah_63.csv"


@pytest.fixture(scope="module")
def delivery_database(database: Database) -> Database:
    return prepare(database)


@pytest.mark.skipif(not AREAS.exists(), reason="wilayah_63.csv is not beside the project")
def test_all_areas_of_a_province_are_stored_and_none_refused(delivery_database: Database):
    content = AREAS.read_bytes()
    sheet = open_rows(content, AREAS.name)
    bench = make_bench(delivery_database, infer_columns(sheet.header, (cells for _, cells in sheet.rows)))
    report = bench.send(content, AREAS.name)
    assert (report.received, report.inserted, report.refused) == (2186, 2186, 0)
    assert report.notes == []
    assert bench.target.key == ("kode",)
    assert bench.read("kode", "nama")[0] == ("63", "Kalimantan Selatan")
    assert bench.send(content, AREAS.name).unchanged == 2186


MESSY: list[tuple[list[object], str | None]] = [
    (["6305010101900001", "Contoh Satu", datetime.date(1990, 1, 1), 5, "08123456789"], None),
    (["6.30501E+15", "Contoh Dua", None, 5, None], "scientific-notation"),
    ([6305010101900000, "Contoh Tiga", None, 5, None], "rounded-number"),
    (["6305010101900002\u00a0", "Contoh Empat", None, 5, None], "invisible-character"),
    (["6305010101900003", "", None, 5, None], "required"),
    (["6305010101900004", "Contoh Lima", 45992, 5, None], "date-serial"),
    (["6305010101900005", "Contoh Enam", None, "lima", None], "type"),
    (["6305010101900001", "Lain", None, 5, None], "duplicate-key"),
    ([" 6305010101900006", "Contoh Tujuh", None, 5, None], "stray-space"),
    (["6305010101900007", "Contoh Delapan", None, "#N/A", None], "error-cell"),
    (["6305010101900008", "Contoh Sembilan", None, "=1+1", None], "formula"),
    (["6305010101900009", "Contoh Sepuluh", "00/00/0000", 5, None], "zero-date"),
    (["６305010101900010", "Contoh Sebelas", None, 5, None], "full-width-digit"),
    (["NIK", "Nama", "Tanggal", "Jumlah", "Telepon"], "header-again"),
    (["6305010101900011", "Contoh Duabelas", None, None, "123"], "format-phone"),
    (["6305010101900012", "Contoh Tigabelas", "2026-02-30", None, None], "type"),
    (["6305010101900013", "Contoh Empatbelas", None, 7.0, "+62 812-3456-7890"], None),
]


@pytest.mark.parametrize("title", [[], [["Daftar Penerima"], []]])
def test_each_bad_row_of_a_messy_spreadsheet_is_named(bench: Bench, title: list[list[object]], make_xlsx):
    bench.target = make_bench(
        bench.database,
        [
            Column("nik", title="NIK", key=True, required=True, format="nik", length=16),
            Column("nama", required=True, length=40),
            Column("tanggal", logical_type="date", format="dd/MM/yyyy"),
            Column("jumlah", logical_type="integer"),
            Column("telepon", format="phone"),
        ],
    ).target
    header: list[object] = ["NIK", "Nama", "Tanggal", "Jumlah", "Telepon"]
    report = bench.send(make_xlsx([*title, header, *(cells for cells, _ in MESSY)]), "data.xlsx")
    found = {row["position"]: row["findings"][0]["rule"] for row in report.refused_rows}
    first = len(title) + 2
    assert found == {first + index: rule for index, (_, rule) in enumerate(MESSY) if rule}
    assert (
        next(row["findings"][0]["column"] for row in report.refused_rows if row["position"] == first + 10) == "jumlah"
    )
    assert (report.received, report.inserted, report.refused) == (17, 2, 15)
    assert bench.read("telepon") == [("+628123456789",), ("+6281234567890",)]
