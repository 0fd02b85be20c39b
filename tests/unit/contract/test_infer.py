"""Proposals from real tables: every row counts, codes stay text, a few bad rows don't hide the type."""

import csv
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from contract_strategies import make_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from simpul.contract.infer import infer_columns
from simpul.contract.model import Column
from simpul.contract.shapes import DAMAGED, list_shapes
from simpul.contract.validator import compile_validator

AREAS = Path(__file__).parents[4] / "shared" / "data" / "wilayah_63.csv"


def infer_one(header: str, values: list[Any]) -> Column:
    return infer_columns([header], [[value] for value in values])[0]


def list_refused(columns: list[Column], rows: list[list[Any]]) -> list[int]:
    check = compile_validator(make_dataset(*columns), mode="text").check
    names = [column.name for column in columns]
    return [place for place, row in enumerate(rows) if check(dict(zip(names, row, strict=True)))[0] is None]


def test_area_list_of_the_province_is_understood() -> None:
    if not AREAS.exists():
        pytest.skip("the official list of area codes isn't here")
    with AREAS.open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    kode, nama = infer_columns(header, rows)
    assert (kode.logical_type, kode.length, kode.key, kode.required, kode.format) == (
        "string",
        13,
        True,
        True,
        "area_code",
    )
    assert (nama.logical_type, nama.key, nama.required, nama.pdp_class) == ("string", False, True, "tidak")
    assert list_refused([kode, nama], rows) == []


@pytest.mark.parametrize(
    ("header", "values", "logical", "form"),
    [
        ("kode", ["007", "012", "100"], "string", None),
        ("RT", ["001", "002"], "string", None),
        ("kode pos", ["71111", "71152"], "string", None),
        ("jumlah", ["0", "12", "-5"], "integer", None),
        ("jumlah", ["1.250", "987", "12.500"], "integer", "decimal_comma"),
        ("harga", ["1.250,50", "0,5"], "number", "decimal_comma"),
        ("harga", ["1250.5", "7"], "number", None),
        ("nilai", [1, 2.5], "number", None),
        ("nilai", [1.0, 2.0], "integer", None),
        ("aktif", ["ya", "Tidak"], "boolean", None),
        ("tanggal", ["2026-11-24", "2026-01-01"], "date", None),
        ("tanggal", ["24/11/2026", "01/12/2026"], "date", "dd/MM/yyyy"),
        ("tanggal", ["24-11-2026"], "date", "dd-MM-yyyy"),
        ("tanggal", [date(2026, 1, 1), "24/11/2026"], "date", "dd/MM/yyyy"),
        ("tanggal", ["12/31/2026"], "string", None),
        ("waktu", ["2026-11-24T08:00:00+08:00", "2026-11-24 08:00"], "timestamp", None),
        ("waktu", ["24/11/2026 08:00"], "timestamp", "dd/MM/yyyy HH:mm"),
        ("waktu", [datetime.fromisoformat("2026-11-24T08:30:00")], "timestamp", None),
        ("jam", ["08:00", "16:30:00"], "time", None),
        ("NIK", ["6305010101900001", "6305014101900002"], "string", "nik"),
        ("NIP", ["199001012023211003"], "string", "nip"),
        ("telepon", ["081234567890", "0511-3352255"], "string", "phone"),
        ("surel", ["a@tapinkab.go.id"], "string", "email"),
        ("kode wilayah", ["63.05", "63.06"], "string", "area_code"),
        ("suhu", ["63.05", "27.15"], "number", None),
        ("rekening", ["1234567890123456", "2234567890123457"], "string", None),
        ("rincian", [{"a": 1}], "object", None),
        ("catatan", ["", None], "string", None),
    ],
)
def test_type_is_proposed_from_the_values(header: str, values: list[Any], logical: str, form: str | None) -> None:
    column = infer_one(header, values)
    assert (column.logical_type, column.format) == (logical, form)
    assert list_refused([column], [[value] for value in values]) == []


def test_messy_rows_leave_the_type_standing_and_are_named() -> None:
    rows: list[list[Any]] = [
        [f"63050101019{n:05d}" if n % 10 else f"63050141019{n:05d}", f"{n % 28 + 1:02d}/03/1990", str(n)]
        for n in range(1, 41)
    ]
    rows[3][0] = "6,3E+15"
    rows[4][0] = ""
    rows[5][1] = "45992"
    rows[6][1] = "31/02/1990"
    rows[7][2] = "tiga"
    rows[8][2] = "8\u00a0"
    columns = infer_columns(["NIK", "Tanggal lahir", "Jumlah anak"], rows)
    assert [(one.logical_type, one.format) for one in columns] == [
        ("string", "nik"),
        ("date", "dd/MM/yyyy"),
        ("integer", None),
    ]
    assert columns[0].key
    assert list_refused(columns, rows) == [3, 4, 5, 6, 7, 8]


def test_key_is_the_named_unique_column() -> None:
    columns = infer_columns(["no", "nama", "id_desa"], [["1", "A", "x1"], ["2", "B", "x2"]])
    assert [column.name for column in columns if column.key] == ["id_desa"]


def test_code_and_period_make_a_key_together() -> None:
    rows = [[f"63.05.0{code}", year, code * year] for code in range(1, 5) for year in (2023, 2024, 2025)]
    columns = infer_columns(["kode_kecamatan", "tahun", "jumlah"], rows)
    assert [column.name for column in columns if column.key] == ["kode_kecamatan", "tahun"]


def test_no_key_where_nothing_is_unique() -> None:
    columns = infer_columns(["jenis", "nilai"], [["a", 1], ["a", 1], ["b", 2]])
    assert not any(column.key for column in columns)


def test_columns_that_may_be_empty_are_not_required() -> None:
    full, part = infer_columns(["a", "b"], [["x", "y"], ["z", ""], ["w"]])
    assert full.required
    assert not part.required


def test_personal_columns_are_proposed_without_an_example() -> None:
    columns = infer_columns(["NIK", "Nama", "Golongan darah", "Jumlah penduduk"], [["6305010101900001", "A", "O", "5"]])
    assert [column.pdp_class for column in columns] == ["umum", "umum", "spesifik", "tidak"]
    assert [column.example for column in columns] == [None, None, None, "5"]


def test_spaces_around_every_value_leave_free_text_that_nothing_refuses() -> None:
    rows = [[f" A{n}", f" {n}"] for n in range(9)]
    columns = infer_columns(["kode", " jumlah"], rows)
    assert [(column.logical_type, column.key) for column in columns] == [("string", False), ("string", False)]
    assert list_refused(columns, rows) == []


def test_header_without_rows_is_all_text() -> None:
    columns = infer_columns(["Nama", "", "nama"], [])
    assert [column.name for column in columns] == ["nama", "kolom", "nama_2"]
    assert {column.logical_type for column in columns} == {"string"}


CELLS = (
    st.none() | st.text(max_size=12) | st.integers() | st.floats() | st.booleans() | st.dates() | st.datetimes() | st.times()
    | st.from_regex(r"[0-9./,:-]{1,12}", fullmatch=True)
)  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=0, max_size=4), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_table_gets_columns_that_compile(rows: list[list[Any]]) -> None:
    columns = infer_columns(["kode", "tahun", "Jumlah"], rows)
    compile_validator(make_dataset(*columns), mode="text")
    assert [column.name for column in columns] == ["kode", "tahun", "jumlah"]


def is_sound(value: Any) -> bool:
    return value in (None, "") or list_shapes(value) != DAMAGED


CLEAN = (
    st.none()
    | st.just("")
    | st.text(st.characters(exclude_categories=("C", "Z", "M", "N"), exclude_characters="#"), max_size=8)
    | st.from_regex(r"-?[0-9]{1,4}([.,][0-9]{1,3}){0,3}", fullmatch=True)
    | st.from_regex(r"[0-9]{2}[./-][0-9]{2}[./-][0-9]{4}( [0-9]{2}:[0-9]{2}(:[0-9]{2})?)?", fullmatch=True)
    | st.from_regex(
        r"202[0-9]-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9](:[0-5][0-9](Z|\+08:00)?)?)?", fullmatch=True
    )
    | st.from_regex(r"6305[0-7][0-9]{10,13}", fullmatch=True)
    | st.from_regex(r"63\.0[1-9](\.0[0-9](\.[1-4]00[1-9])?)?", fullmatch=True)
    | st.sampled_from(("ya", "TIDAK", "true", "081234567890", "+6281234567890", "08123", "a@b.id", "07:30", "25:00"))
    | st.integers(-(10**14), 10**14)
    | st.floats(-1e9, 1e9).map(lambda value: round(value, 3))
    | st.dates(min_value=date(1900, 1, 1))
    | st.datetimes(min_value=datetime.fromisoformat("1900-01-01T00:00:00"))
    | st.booleans()
)


@given(
    st.sampled_from(("kode", "no", "tanggal", "nilai", "telepon", "nik", "kode_wilayah")),
    st.lists(CLEAN.filter(is_sound), max_size=4),
)
@settings(max_examples=400, deadline=None)
def test_a_short_clean_column_is_never_refused_by_its_own_proposal(header: str, values: list[Any]) -> None:
    column = infer_one(header, values)
    assert list_refused([column], [[value] for value in values]) == []


@pytest.mark.parametrize("amount", [20_000])
def test_a_large_table_is_read_in_seconds(amount: int) -> None:
    started = time.perf_counter()
    columns = infer_columns(["id", "nama", "nilai"], ([str(n), f"Nama {n}", f"{n}.5"] for n in range(amount)))
    assert [column.logical_type for column in columns] == ["integer", "string", "number"]
    assert time.perf_counter() - started < 10


def test_example_is_a_value_that_the_proposal_takes() -> None:
    column = infer_one("Kode", ["63.05.00", *(f"63.05.{number:02d}" for number in range(1, 30))])
    assert (column.format, column.example) == ("area_code", "63.05.01")
