"""XLSX and ODS by calamine: the first sheet with data, values as shown. A formula refuses its row.

Memory: the area of that sheet (at most `limits.CELLS` cells, some 30 bytes each); for ODS, of all sheets.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook

from simpul.delivery.errors import FileEmpty, FileRefused
from simpul.delivery.header import read_header
from simpul.delivery.hostile import open_source
from simpul.delivery.sheet import FORMULA, Damaged, Notebook, Row, Sheet
from simpul.delivery.sheet_scan import SheetFacts, scan_ods, scan_xlsx
from simpul.kernel.words import Words

_FORMULA = re.compile(r"=.+|[+@-][A-Za-z.]+\(.*|[+@-].*\|.*!.*", re.DOTALL)
"""What begins with "=", or calls a function or another program (DDE) after "+", "-" or "@"."""
_FORMULA_WORDS = Words(
    "Ada rumus di dalam sel (misalnya berawalan =). Ganti dengan hasilnya.",
    "A cell holds a formula (such as one that begins with =). Put its result in its place.",
)
_CELL_WORDS = Words(
    "Kolom ini berisi rumus. Salin selnya, lalu Tempel Nilai (tempel khusus: hanya nilai), kemudian kirim lagi.",
    "This column holds a formula. Copy the cell and paste it as a value (paste special: values), then send it again.",
)
_FORMULA_LIKE = re.compile(r"@.*|[+-](?![\d\s.,()+-]*\d[\d\s.,()+-]*$).+", re.DOTALL)
_EXACT_LIMIT = 10**15
"""A spreadsheet keeps 15 digits; a longer number may have lost its tail and stays a float, so that it is recognised."""


def read_spreadsheet(content: bytes | Path, kind: str) -> Sheet:
    """Open the first visible sheet that has cells.

    Raises: FileEmpty, FileRefused when it can't be read, HeaderRefused.
    """
    with open_source(content) as source:
        scanned = scan_xlsx(source) if kind == "xlsx" else scan_ods(source)
    if scanned is None:
        raise FileEmpty(
            "empty-file", Words("Semua lembar pada berkas ini kosong.", "All sheets of this file are empty.")
        )
    facts, sheet_count = scanned
    notebook = Notebook()
    _note_facts(facts, sheet_count, notebook)
    loaded = _load_sheet(content, facts.name)
    header, below = read_header(_read_rows(loaded, facts), notebook)
    left = loaded.start[1] if loaded.start else 0
    named = (_name_formula(row, facts.formulas, header, left) for row in below)
    return Sheet(kind, header, mark_formulas(named, header, notebook), notebook=notebook)


def mark_formulas(rows: Iterator[Row], header: list[str], notebook: Notebook) -> Iterator[Row]:
    """Pass rows on; damage those with a text that is a formula, which the next spreadsheet would run.

    Texts that only look like one (a phone number with +, a list with -) are kept unchanged, with a note.
    """
    message = Words(
        "Ada teks berawalan +, -, atau @; disimpan sebagai teks apa adanya.",
        "Texts begin with +, - or @; they are kept as plain text.",
    )
    for position, cells in rows:
        texts = [cell for cell in cells if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@")]
        formula = next((text for text in texts if _FORMULA.fullmatch(text)), None)
        if formula is not None and not isinstance(cells, Damaged):
            cells = Damaged(cells, "formula-text", _FORMULA_WORDS, header[cells.index(formula)])
        elif any(_FORMULA_LIKE.fullmatch(text) and text != "-" for text in texts):
            notebook.add("formula-like-text", message, position)
        yield position, cells


def _note_facts(facts: SheetFacts, sheet_count: int, notebook: Notebook) -> None:
    if facts.formulas:
        count = len(facts.formulas)
        message = Words(
            f"{count} baris berisi rumus dan tidak diterima. Salin, lalu Tempel Nilai.",
            f"{count} rows hold formulas and aren't taken. Copy them and paste the values.",
        )
        notebook.add("formula-cells", message)
    if sheet_count > 1:
        message = Words(
            f"Berkas memuat {sheet_count} lembar; hanya lembar pertama yang berisi dan tampak yang dibaca.",
            f"The file has {sheet_count} sheets; only the first visible one with data was read.",
        )
        notebook.add("other-sheets", message)


def _load_sheet(content: bytes | Path, name: str) -> CalamineSheet:
    try:
        workbook = CalamineWorkbook.from_filelike(open_source(content))
        return workbook.get_sheet_by_name(name)
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the Rust reader isn't an Exception
        message = Words("Lembar kerja tidak dapat dibaca.", "The sheet can't be read.")
        raise FileRefused("broken-sheet", message) from error


def _read_rows(sheet: CalamineSheet, facts: SheetFacts) -> Iterator[Row]:
    width = facts.last_column
    for position, values in enumerate(sheet.iter_rows(), start=1):
        cells = [_read_cell(value) for value in values]
        cells.extend([None] * (width - len(cells)))
        yield position, _mark_damage(position, cells, facts)


def _mark_damage(position: int, cells: list[object], facts: SheetFacts) -> list[object]:
    if position in facts.formulas:
        return Damaged(cells, FORMULA, _CELL_WORDS)
    if position in facts.errors:
        message = Words(
            "Ada sel galat (misalnya #REF! atau #N/A). Perbaiki rumusnya.",
            "A cell shows an error (#REF!, #N/A). Mend its formula.",
        )
        return Damaged(cells, "error-cell", message)
    filled = sum(cell is not None for cell in cells)
    if (filled and position in facts.merged_down) or (filled > 1 and position in facts.merged_across):
        message = Words(
            "Ada sel gabungan pada baris ini. Pisahkan dan isi setiap selnya.",
            "The row has merged cells. Split them and fill each one.",
        )
        return Damaged(cells, "merged-cells", message)
    return cells


def _name_formula(row: Row, formulas: Mapping[int, int], header: list[str], left: int) -> Row:
    """Say at which column the row's first formula stands, now that the columns have names.

    Args: `left` is how many empty columns the sheet has before its first.
    """
    position, cells = row
    place = formulas.get(position, 0) - left - 1
    if isinstance(cells, Damaged) and 0 <= place < len(header):
        return position, Damaged(cells, FORMULA, _CELL_WORDS, header[place])
    return row


def _read_cell(value: object) -> object:
    if isinstance(value, str):
        return value or None
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_LIMIT:
        return int(value)
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date()
    if isinstance(value, timedelta):
        return str(value)
    return value
