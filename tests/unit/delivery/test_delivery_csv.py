"""CSV files as agencies really send them."""

import csv
import io

import pytest
from delivery_sheets import read_or_refuse
from hypothesis import given
from hypothesis import strategies as st

from simpul.delivery.errors import FileEmpty, FileRefused, HeaderRefused
from simpul.delivery.formats import Damaged, open_rows


def read(text: str | bytes, name: str = "data.csv"):
    sheet = open_rows(text if isinstance(text, bytes) else text.encode(), name)
    return sheet, list(sheet.rows)


def rules(sheet) -> list[str]:
    return [note.rule for note in sheet.notes]


def test_rows_carry_their_line_and_keep_leading_zeros():
    sheet, rows = read("kode,nama\n007,Satu\n\n63.01,Dua\n")
    assert sheet.header == ["kode", "nama"]
    assert sheet.text_only
    assert rows == [(2, ["007", "Satu"]), (4, ["63.01", "Dua"])]


def test_a_row_after_a_quoted_line_break_keeps_its_own_line():
    _, rows = read('kode,nama\n1,"a\nb"\n2,c\n')
    assert rows == [(2, ["1", "a\nb"]), (4, ["2", "c"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found(delimiter):
    lines = [["kode", "nama", "nilai"], ["1", "Tapin, Kab.", "1;2"], ["2", "x", "y"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(lines)
    sheet, rows = read(out.getvalue())
    assert sheet.header == lines[0]
    assert [cells for _, cells in rows] == lines[1:]


def test_excels_declared_delimiter_is_obeyed():
    sheet, rows = read("sep=;\nkode;nama\n1;a,b\n")
    assert sheet.header == ["kode", "nama"]
    assert rows == [(3, ["1", "a,b"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_each_unicode_encoding_is_read_without_a_note(encoding):
    sheet, rows = read("kode,nama\n1,Bélanda\n".encode(encoding))
    assert sheet.header == ["kode", "nama"]
    assert rows == [(2, ["1", "Bélanda"])]
    assert "encoding" not in rules(sheet)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp850"])
def test_an_older_encoding_is_refused_by_its_row(encoding):
    with pytest.raises(FileRefused) as caught:
        read("kode,nama\n1,x\n2,Bélanda\n".encode(encoding))
    [finding] = caught.value.findings
    assert (finding.rule, finding.where) == ("encoding", "baris/row 3")
    assert "UTF-8" in caught.value.hint.id


def test_an_older_encoding_far_down_is_refused_by_its_row():
    content = b"kode,nama\n" + b"1,xxxxxxxxxxxxxx\n" * 200_000 + "2,Bélanda\n".encode("latin-1")
    with pytest.raises(FileRefused) as caught:
        read(content)
    assert caught.value.findings[0].where == "baris/row 200002"


def test_a_ragged_row_is_damaged_and_the_others_stay():
    _, rows = read("a,b\n1,x\n2\n3,y,z\n4,w,\n")
    assert [position for position, cells in rows if isinstance(cells, Damaged)] == [3, 4]
    assert rows[1][1].finding.rule == "row-length"
    assert rows[3] == (5, ["4", "w"])


def test_a_bad_quote_damages_its_row_only():
    _, rows = read('a,b\n1,"x"y\n2,z\n')
    assert [getattr(cells, "finding", None) and cells.finding.rule for _, cells in rows] == ["quotes", None]


def test_a_quote_that_never_closes_refuses_the_file():
    with pytest.raises(FileRefused) as caught:
        read('a,b\n1,x\n2,"y\n3,z\n')
    assert caught.value.findings[0].rule == "open-quote"
    assert "3" in caught.value.findings[0].where


@pytest.mark.parametrize(
    ("text", "rule"),
    [("", "empty-file"), (" \n\n", "empty-file"), ("kode,nama\n", "no-rows"), ("kode,nama\n\n,\n", "no-rows")],
)
def test_a_file_without_rows_is_refused(text, rule):
    with pytest.raises(FileEmpty) as caught:
        read(text)
    assert caught.value.findings[0].rule == rule


@pytest.mark.parametrize(
    "text",
    ["63.01,Tanah Laut\n63.02,Kotabaru\n", "63,Kalsel\n64,Kaltim\n", "2024-01-02,x\n2024-01-03,y\n", "1,2\n3,4\n"],
)
def test_a_file_without_a_header_is_refused(text):
    with pytest.raises(HeaderRefused) as caught:
        read(text)
    assert caught.value.findings[0].rule == "no-header"


def test_a_header_with_one_name_twice_is_refused_by_that_name():
    with pytest.raises(HeaderRefused) as caught:
        read("kode,nama,Kode \n1,a,2\n")
    assert caught.value.findings[0].rule == "header-repeated-name"
    assert "kode" in caught.value.message.id.lower()


def test_a_header_with_an_unnamed_column_is_refused():
    with pytest.raises(HeaderRefused) as caught:
        read("kode,,nama\n1,2,a\n")
    assert caught.value.findings[0].rule == "header-unnamed"


def test_years_may_be_column_names():
    sheet, _ = read("kecamatan,2023,2024\nTapin Utara,1,2\n")
    assert sheet.header == ["kecamatan", "2023", "2024"]


def test_title_lines_and_column_numbers_are_passed_over_and_noted():
    sheet, rows = read("Daftar Wilayah,,\n,,\nkode,nama,luas\n(1),(2),(3)\n63,Kalsel,1\n")
    assert sheet.header == ["kode", "nama", "luas"]
    assert rows == [(5, ["63", "Kalsel", "1"])]
    assert {"title-rows", "numbering-row"} <= set(rules(sheet))


def test_a_header_again_in_the_middle_is_a_damaged_row():
    _, rows = read("kode,nama\n1,a\nKode,Nama\n2,b\n")
    assert rows[1][1].finding.rule == "header-again"


def test_formula_like_text_is_kept_and_noted():
    sheet, rows = read("a,b\nx,+62 (812) 3456\n@x,-5.5\n-,-\n- rusak (berat),x\n")
    assert not any(isinstance(cells, Damaged) for _, cells in rows)
    assert rows[0][1] == ["x", "+62 (812) 3456"]
    note = next(note for note in sheet.notes if note.rule == "formula-like-text")
    assert note.where == "baris/row 3, 5"


@pytest.mark.parametrize(
    "cell", ["=1+1", '"=HYPERLINK(1)"', "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0"]
)
def test_a_formula_refuses_its_row_and_the_others_stay(cell):
    _, rows = read(f"a,b\n1,{cell}\n2,x\n")
    assert isinstance(rows[0][1], Damaged)
    assert (rows[0][1].finding.rule, rows[0][1].finding.where) == ("formula-text", "b")
    assert rows[1] == (3, ["2", "x"])


def test_one_column_without_delimiter_is_read():
    sheet, rows = read("nama\nTapin\nBanjar\n")
    assert sheet.header == ["nama"]
    assert [cells for _, cells in rows] == [["Tapin"], ["Banjar"]]


cell = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_a_csv_writer_wrote_is_read_back(table, delimiter):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["alpha", "beta", "gamma"])
    writer.writerows(("x" + a, b, c) for a, b, c in table)
    sheet, rows = read(out.getvalue())
    assert sheet.header == ["alpha", "beta", "gamma"]
    assert [cells for _, cells in rows] == [["x" + a, b or None, c or None] for a, b, c in table]


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_a_clear_refusal(content):
    width, rows = read_or_refuse(content, "data.csv")
    assert all(position >= 2 for position, _ in rows)
    assert all(isinstance(cells, Damaged) or len(cells) == width for _, cells in rows)


def test_every_line_of_text_is_a_row_a_header_or_blank():
    lines = [f"{n},nilai {n}" + (",x" if n % 7 == 0 else "") for n in range(500)]
    _, rows = read("kode,nama\n" + "\n".join(lines) + "\n")
    assert len(rows) == 500
    assert sum(isinstance(cells, Damaged) for _, cells in rows) == len(range(0, 500, 7))
