"""XLSX and ODS: values, dates, formulas, merges, the sheet that is read."""

import datetime
import re

import openpyxl
import pytest
from delivery_sheets import make_ods, make_xlsx, rewrite
from openpyxl.worksheet.formula import ArrayFormula

from simpul.delivery.errors import FileEmpty, HeaderRefused
from simpul.delivery.formats import Damaged, open_rows

DAY = datetime.date(2026, 7, 3)
MOMENT = datetime.datetime(2026, 7, 3, 8, 30)  # noqa: DTZ001 - a sheet's cell has no zone
TABLE = [["kode", "tanggal", "saat", "n", "f"], ["007", DAY, MOMENT, 63, 1.5], ["63.01", None, None, -5, 0.1]]


def read(content: bytes, name: str):
    sheet = open_rows(content, name)
    return sheet, list(sheet.rows)


def rules(sheet) -> list[str]:
    return [note.rule for note in sheet.notes]


@pytest.mark.parametrize(("make", "name"), [(make_xlsx, "d.xlsx"), (make_ods, "d.ods")])
def test_cells_keep_their_types(make, name):
    sheet, rows = read(make(TABLE), name)
    assert sheet.header == TABLE[0]
    assert not sheet.text_only
    assert rows == [(2, ["007", DAY, MOMENT, 63, 1.5]), (3, ["63.01", None, None, -5, 0.1])]
    assert isinstance(rows[0][1][3], int)


@pytest.mark.parametrize(("make", "name"), [(make_xlsx, "d.xlsx"), (make_ods, "d.ods")])
def test_a_number_past_fifteen_digits_stays_a_float_so_that_its_damage_can_be_named(make, name):
    _, rows = read(make([["nik", "n"], [6305010101900001, 123456789012345]]), name)
    assert isinstance(rows[0][1][0], float)
    assert rows[0][1][1] == 123456789012345
    assert isinstance(rows[0][1][1], int)


@pytest.mark.parametrize(("make", "name"), [(make_xlsx, "d.xlsx"), (make_ods, "d.ods")])
def test_rows_keep_their_number_below_titles_and_blank_rows(make, name):
    table = [["Daftar Wilayah", None], [None, None], ["kode", "nama"], ["1", "a"], [None, None], ["2", "b"]]
    sheet, rows = read(make(table), name)
    assert rows == [(4, ["1", "a"]), (6, ["2", "b"])]
    assert "title-rows" in rules(sheet)


@pytest.mark.parametrize(
    ("make", "media_type"),
    [
        (make_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (make_ods, "application/vnd.oasis.opendocument.spreadsheet; charset=binary"),
    ],
)
def test_a_stored_body_without_a_name_is_read_by_its_media_type(tmp_path, make, media_type):
    body = tmp_path / "body"
    body.write_bytes(make([["kode", "nama"], ["1", "a"]]))
    assert list(open_rows(body, media_type).rows) == [(2, ["1", "a"])]


def store_results(content: bytes) -> bytes:
    """Give each formula of an .xlsx a stored result, as an office program does."""
    return rewrite(content, lambda _, part: re.sub(rb"</f><v ?/>|</f><v></v>", b"</f><v>2</v>", part), {})


def make_formula_ods(cell: str) -> bytes:
    """Return an .ods whose cell 77 is replaced."""
    mark = re.compile(
        rb'<table:table-cell[^>]*office:value="77"[^>]*>.*?</table:table-cell>|<table:table-cell[^>]*"77"[^>]*/>'
    )

    def write(name: str, part: bytes) -> bytes:
        return mark.sub(cell.encode(), part) if name == "content.xml" else part

    return rewrite(make_ods([["a", "b"], [1, 5], [2, 77], [3, 6]]), write, {})


ODS_FORMULA = (
    '<table:table-cell table:formula="of:=[.A3]+1" office:value-type="float" office:value="3">'
    "<text:p>3</text:p></table:table-cell>"
)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (make_xlsx([["a", "b"], [1, 5], [2, "=A3+1"], [3, 6]]), "d.xlsx"),
        (store_results(make_xlsx([["a", "b"], [1, 5], [2, "=A3+1"], [3, 6]])), "d.xlsx"),
        (make_formula_ods(ODS_FORMULA), "d.ods"),
        (make_formula_ods('<table:table-cell table:formula="of:=[.A3]+1"/>'), "d.ods"),
    ],
    ids=["xlsx without result", "xlsx", "ods", "ods without result"],
)
def test_a_formula_refuses_its_row_by_its_column_and_the_others_stay(content, name):
    sheet, rows = read(content, name)
    assert (rows[0], rows[2]) == ((2, [1, 5]), (4, [3, 6]))
    position, cells = rows[1]
    assert (position, cells.finding.rule, cells.finding.where) == (3, "formula", "b")
    assert "Tempel Nilai" in cells.finding.message.id
    assert "formula-cells" in rules(sheet)


def test_a_formula_is_named_by_its_column_where_the_table_starts_away_from_the_corner():
    def move(page):
        page["C5"], page["D5"], page["C6"], page["D6"] = "kode", "nama", "1", "=C6"

    _, rows = read(make_xlsx([], move), "d.xlsx")
    assert (rows[0][0], rows[0][1].finding.where) == (6, "nama")


def test_every_row_that_an_array_formula_fills_is_refused():
    def fill(page):
        page["B2"] = ArrayFormula("B2:B3", "=A2:A3*2")

    _, rows = read(store_results(make_xlsx([["a", "b"], [1, None], [2, 4], [3, 5]], fill)), "d.xlsx")
    assert [getattr(cells, "finding", None) and cells.finding.where for _, cells in rows] == ["b", "b", None]
    cell = ODS_FORMULA.replace("table:formula", 'table:number-matrix-rows-spanned="2" table:formula')
    _, rows = read(make_formula_ods(cell), "d.ods")
    assert [getattr(cells, "finding", None) and cells.finding.where for _, cells in rows] == [None, "b", "b"]


def test_a_formula_in_the_header_refuses_the_file():
    content = make_xlsx([["kode", '="na"&"ma"'], ["1", "x"]])
    with pytest.raises(HeaderRefused) as refused:
        read(store_results(content), "d.xlsx")
    assert refused.value.findings[0].rule == "formula"
    assert "Tempel Nilai" in refused.value.hint.id
    with pytest.raises(HeaderRefused):
        read(content, "d.xlsx")


def test_a_formula_in_a_title_or_on_another_sheet_does_no_harm():
    def more(page):
        page.parent.create_sheet("Hitungan").append(["x", "=1+1"])

    sheet, rows = read(make_xlsx([['="Daftar "&A3', None], [None, None], ["kode", "nama"], ["1", "a"]], more), "d.xlsx")
    assert (sheet.header, rows) == (["kode", "nama"], [(4, ["1", "a"])])


def test_an_error_cell_is_a_damaged_row():
    _, rows = read(make_xlsx([["a", "b"], [1, "#N/A"], [2, "x"]]), "d.xlsx")
    assert rows[0][1].finding.rule == "error-cell"
    assert rows[1] == (3, [2, "x"])


def test_rows_under_a_merged_cell_are_damaged_and_a_merged_title_is_not():
    table = [["Judul", None], ["kec", "desa"], ["A", "x"], ["A", "y"], ["B", "z"]]

    def merge(page):
        page.merge_cells("A1:B1")
        page.merge_cells("A3:A4")

    _, rows = read(make_xlsx([*table[:3], [None, "y"], table[4]], merge), "d.xlsx")
    assert rows[0] == (3, ["A", "x"])
    assert isinstance(rows[1][1], Damaged)
    assert rows[1][1].finding.rule == "merged-cells"
    assert rows[2] == (5, ["B", "z"])


def test_a_formula_kept_as_text_refuses_its_row():
    def write(page):
        page["A2"].value, page["A2"].data_type = "=cmd()", "s"

    _, rows = read(make_xlsx([["a", "b"], ["x", 1], ["y", 2]], write), "d.xlsx")
    assert isinstance(rows[0][1], Damaged)
    assert rows[0][1].finding.rule == "formula-text"
    assert rows[1] == (3, ["y", 2])


def test_the_first_visible_sheet_with_cells_is_read_and_the_others_are_noted():
    def more(page):
        book: openpyxl.Workbook = page.parent
        book.create_sheet("Kosong", 0)
        hidden = book.create_sheet("Rahasia", 1)
        hidden.append(["x", "y"])
        hidden.sheet_state = "hidden"
        book.active = 2

    sheet, rows = read(make_xlsx([["a", "b"], [1, 2]], more), "d.xlsx")
    assert sheet.header == ["a", "b"]
    assert rows == [(2, [1, 2])]
    assert "other-sheets" in rules(sheet)


def test_a_table_that_starts_away_from_the_corner_is_read_with_its_row_numbers():
    def move(page):
        page["C5"], page["D5"], page["C6"], page["D6"] = "kode", "nama", "1", "x"

    sheet, rows = read(make_xlsx([], move), "d.xlsx")
    assert sheet.header == ["kode", "nama"]
    assert rows == [(6, ["1", "x"])]


def test_merged_cells_of_an_ods_damage_their_rows():
    def merge(name: str, content: bytes) -> bytes:
        first, mark, last = content.rpartition(b"<table:table-cell")
        return first + mark + b' table:number-rows-spanned="2"' + last if name == "content.xml" else content

    table = [["kec", "desa"], ["A", "x"], ["B", "y"]]
    _, rows = read(rewrite(make_ods(table), merge, {}), "d.ods")
    assert rows == [(2, ["A", "x"]), (3, ["B", "y"])]
    _, rows = read(
        rewrite(
            make_ods(table),
            lambda n, c: (
                c.replace(b"<table:table-cell", b'<table:table-cell table:number-rows-spanned="2"', 3)
                if n == "content.xml"
                else c
            ),
            {},
        ),
        "d.ods",
    )
    assert [getattr(cells, "finding", None) and cells.finding.rule for _, cells in rows] == [
        "merged-cells",
        "merged-cells",
    ]


@pytest.mark.parametrize(("make", "name"), [(make_xlsx, "d.xlsx"), (make_ods, "d.ods")])
def test_sheets_without_rows_or_header_are_refused(make, name):
    with pytest.raises(FileEmpty):
        read(make([]), name)
    with pytest.raises(FileEmpty):
        read(make([["kode", "nama"]]), name)
    with pytest.raises(HeaderRefused):
        read(make([[63.01, "a"], [63.02, "b"]]), name)


def test_repeated_ods_rows_are_rows_of_their_own():
    def repeat(name: str, content: bytes) -> bytes:
        first, mark, last = content.rpartition(b"<table:table-row")
        return first + mark + b' table:number-rows-repeated="3"' + last if name == "content.xml" else content

    _, rows = read(rewrite(make_ods([["kode", "nama"], ["1", "a"]]), repeat, {}), "d.ods")
    assert rows == [(2, ["1", "a"]), (3, ["1", "a"]), (4, ["1", "a"])]
