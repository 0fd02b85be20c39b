"""Spreadsheets for anyone: text stays text, numbers stay numbers, names are ones every office accepts."""

import io
import time
import unicodedata
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from simpul.kernel.clock import ZONE
from simpul.papers.tables import write_ods


def read_back(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def read_content(content: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read("content.xml").decode()


@pytest.mark.parametrize(
    "text", ["=1+1", "+62812", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0", "6305010001200001", "1E+15"]
)
def test_a_text_never_becomes_a_formula_or_a_number(text: str) -> None:
    content = write_ods({"Data": [["judul"], [text]]})
    assert read_back(content)["Data"][1] == [text]
    assert "formula" not in read_content(content)


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_any_printable_text_reads_back_composed(text: str) -> None:
    content = write_ods({"Data": [["judul"], [text]]})
    assert read_back(content)["Data"][1] == [unicodedata.normalize("NFC", text)]


def test_numbers_dates_and_truths_keep_their_kind() -> None:
    row = [2186, 98.5, Decimal("0.25"), date(2026, 11, 24), True]
    read = read_back(write_ods({"Data": [["a", "b", "c", "d", "e"], row]}))["Data"][1]
    assert read == [2186, 98.5, 0.25, date(2026, 11, 24), True]


def test_a_number_too_long_for_a_spreadsheet_stays_exact_as_text() -> None:
    assert read_back(write_ods({"Data": [["nik"], [6305010001200001]]}))["Data"][1] == ["6305010001200001"]


def test_an_instant_keeps_its_offset() -> None:
    at = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)
    assert read_back(write_ods({"Data": [["pada"], [at]]}))["Data"][1] == ["2026-11-24T09:00:00+08:00"]


def test_empty_cells_stay_empty_and_in_their_place() -> None:
    assert read_back(write_ods({"Data": [["a", "b", "c"], [None, "", "x"]]}))["Data"][1] == ["", "", "x"]


def test_line_ends_in_a_cell_are_kept() -> None:
    assert read_back(write_ods({"Data": [["a"], ["satu\r\ndua"]]}))["Data"][1] == ["satu\ndua"]


def test_sheet_names_are_short_plain_and_each_once() -> None:
    long = "data/penduduk [2026]: wilayah kecamatan Tapin Utara"
    names = list(read_back(write_ods([(long, [["a"]]), (long, [["b"]]), ("", [["c"]])])))
    assert names == ["data-penduduk -2026-- wilayah k", "data-penduduk -2026-- wilay 2", "Lembar"]


def test_sheets_that_differ_in_case_only_get_a_number() -> None:
    assert list(read_back(write_ods([("Data", [["a"]]), ("DATA", [["b"]])]))) == ["Data", "DATA 2"]


def test_a_sheet_without_rows_is_still_a_spreadsheet() -> None:
    assert list(read_back(write_ods({"Kosong": []}))) == ["Kosong"]


def test_fifty_thousand_cells_are_written_within_three_seconds() -> None:
    rows = [[f"baris {row}", row, "kolom", "aturan", "penjelasan"] for row in range(10_000)]
    started = time.perf_counter()
    write_ods({"Data": rows})
    assert time.perf_counter() - started < 3
