"""Reads facts of a spreadsheet's XML that the values alone don't tell, before the values are loaded.

The reader of values holds the whole area between the first and the last filled cell in memory, shows a formula as its
stored result and an error cell as empty, and says nothing of merged cells in ODS. This scan streams the parts through
expat (no DTD, so no entity is ever expanded) with flat memory.
"""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from simpul.delivery.errors import FileHostile, FileRefused
from simpul.delivery.limits import CELLS, COLUMNS, ROWS
from simpul.kernel.words import Words

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)


@dataclass
class SheetFacts:
    """What a scan found in one sheet. Rows and columns count from 1, as the officer sees them."""

    name: str = ""
    hidden: bool = False
    filled: int = 0
    first_row: int = 0
    last_row: int = 0
    last_column: int = 0
    formulas: dict[int, int] = field(default_factory=dict)
    """Row → its first column with a formula, the cells that an array formula fills included."""
    errors: set[int] = field(default_factory=set)
    """Rows with a cell such as #REF!."""
    merged_across: set[int] = field(default_factory=set)
    """Rows with a cell merged with its right neighbour, as titles have it."""
    merged_down: set[int] = field(default_factory=set)
    """Rows with a cell that is covered by one above it."""

    merged_rows: int = 0

    def mark_merged(self, row: int, height: int, width: int) -> None:
        """Note that one cell at `row` covers others to its right or below it."""
        if width > 1:
            self.merged_across.add(row)
        self.merged_rows += height
        if self.merged_rows > 2 * ROWS:
            raise FileHostile("too-many-cells", Words("Terlalu banyak sel gabungan.", "Too many merged cells."))
        self.merged_down.update(range(row + 1, row + height))

    def mark_formula(self, row: int, column: int, height: int = 1) -> None:
        """Note that a formula stands at (row, column) and fills `height` rows. Raises: FileHostile past all limits."""
        if row + height - 1 > ROWS:
            raise FileHostile("too-many-cells", Words("Rumus mengisi terlalu banyak sel.", "A formula fills too much."))
        for one in range(row, row + height):
            self.formulas[one] = min(column, self.formulas.get(one, column))

    def mark(self, row: int, column: int, times: int = 1) -> None:
        """Count filled cells that end at (row, column). Raises: FileHostile when the area is beyond all limits."""
        self.filled += times
        self.first_row = min(self.first_row or row, row)
        self.last_row, self.last_column = max(self.last_row, row), max(self.last_column, column)
        height = self.last_row - self.first_row + 1
        if self.last_column > COLUMNS or height > ROWS or self.filled > CELLS or height * self.last_column > CELLS:
            message = Words(
                "Sel yang terisi tersebar di luar batas wajar lembar data.",
                "Filled cells are spread beyond the limits of a sane data sheet.",
            )
            hint = Words(
                f"Hapus sel di luar tabel; paling banyak {COLUMNS} kolom dan {CELLS // 1_000_000} juta sel. Data yang lebih besar kirim sebagai CSV.",
                f"Delete cells outside the table; at most {COLUMNS} columns and {CELLS // 1_000_000} million cells. Send larger data as CSV.",
            )
            raise FileHostile("too-many-cells", message, hint=hint)


def scan_xlsx(source: BinaryIO) -> tuple[SheetFacts, int] | None:
    """Return the facts of the first visible sheet with cells and how many sheets there are; None when all are empty."""
    with zipfile.ZipFile(source) as archive:
        sheets = _list_xlsx_sheets(archive)
        for name, hidden, path in sheets:
            facts = SheetFacts(name, hidden)
            if not hidden and path in archive.namelist():
                _parse(archive, path, _XlsxScan(facts))
                if facts.filled:
                    return facts, len(sheets)
    return None


def scan_ods(source: BinaryIO) -> tuple[SheetFacts, int] | None:
    """Return the facts of the first sheet with cells and how many sheets there are; None when all are empty.

    All sheets are scanned, because the reader of values loads all of an ODS at once.
    """
    with zipfile.ZipFile(source) as archive:
        scan = _OdsScan()
        _parse(archive, "content.xml", scan)
    return next(((facts, len(scan.sheets)) for facts in scan.sheets if facts.filled), None)


class _Handler:
    """What expat calls while it reads."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def text(self, data: str) -> None: ...


def _parse(archive: zipfile.ZipFile, path: str, handler: _Handler) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(path) as part:
            parser.ParseFile(part)
    except (expat.ExpatError, KeyError, LookupError, UnicodeError, ValueError) as error:
        message = Words("Isi lembar kerja rusak.", "The content of the sheet is broken.")
        raise FileRefused("broken-sheet", message) from error


def _refuse_doctype(*_: object) -> None:
    raise FileHostile(
        "xml-entities", Words("Berkas memuat deklarasi XML yang tidak diizinkan.", "The file declares XML entities.")
    )


class _WorkbookScan(_Handler):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, bool, str]] = []
        self.targets: dict[str, str] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        if local == "sheet" and tag.startswith(_MAIN):
            relation = next((attributes[f"{space} id"] for space in _RELATION if f"{space} id" in attributes), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), hidden, relation))
        elif local == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


def _list_xlsx_sheets(archive: zipfile.ZipFile) -> list[tuple[str, bool, str]]:
    scan = _WorkbookScan()
    _parse(archive, "xl/workbook.xml", scan)
    _parse(archive, "xl/_rels/workbook.xml.rels", scan)
    sheets = []
    for name, hidden, relation in scan.sheets:
        target = scan.targets.get(relation, "")
        sheets.append((name, hidden, target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    return sheets


def _read_reference(reference: str) -> tuple[int, int]:
    """Return (row, column), both from 1, of a cell's address.

    >>> _read_reference("AB12")
    (12, 28)
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError("cell address")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _read_area(reference: str) -> tuple[int, int, int, int]:
    """Return (row, column, height, width) of a range.

    >>> _read_area("B2:C10"), _read_area("A1")
    ((2, 2, 9, 2), (1, 1, 1, 1))
    """
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = _read_reference(first), _read_reference(last or first)
    return top, left, bottom - top + 1, right - left + 1


class _XlsxScan(_Handler):
    """Follows `row`, `c`, `f`, `v`, `is` and `mergeCell` of one worksheet part."""

    def __init__(self, facts: SheetFacts) -> None:
        self.facts, self.row, self.column = facts, 0, 0
        self.in_cell = self.has_formula = self.has_value = self.in_value = self.is_error = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        if local == "c":
            self.row, self.column = (
                _read_reference(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
            )
            self.has_formula = self.has_value = False
            self.is_error = attributes.get("t") == "e"
        elif local == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif local == "f":
            self.has_formula = True
            if attributes.get("t") in ("array", "dataTable"):
                top, left, height, _ = _read_area(attributes.get("ref", f"A{self.row}"))
                self.facts.mark_formula(top, left, height)
        elif local in ("v", "t"):
            self.in_value = True
        elif local == "mergeCell":
            top, left, height, width = _read_area(attributes.get("ref", ""))
            self.facts.mark_merged(top, height, width)

    def text(self, data: str) -> None:
        if self.in_value and data:
            self.has_value = True

    def end(self, tag: str) -> None:
        local = tag.rpartition(" ")[2]
        if local in ("v", "t"):
            self.in_value = False
        elif local == "c" and (self.has_value or self.has_formula):
            self.facts.mark(self.row, self.column)
            if self.has_formula:
                self.facts.mark_formula(self.row, self.column)
            if self.is_error:
                self.facts.errors.add(self.row)


class _OdsScan(_Handler):
    """Follows tables, rows and cells of an ODS, repeats included."""

    def __init__(self) -> None:
        self.sheets: list[SheetFacts] = []
        self.row = self.rows_repeated = self.column = self.columns_repeated = 0
        self.rows_filled = 1
        self.typed = self.has_text = self.in_text = self.has_formula = self.is_error = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        space, _, local = tag.rpartition(" ")
        if space == _TABLE:
            self._start_table_part(local, attributes)
        elif space == _TEXT and local == "p":
            self.in_text = True

    def _start_table_part(self, local: str, attributes: Mapping[str, str]) -> None:
        if local == "table":
            self.sheets.append(SheetFacts(attributes.get(f"{_TABLE} name", "")))
            self.row = self.rows_repeated = 0
        elif local == "table-row":
            self.row += self.rows_repeated
            self.rows_repeated = _read_repeat(attributes, "number-rows-repeated")
            self.column = 0
            if not self.row:
                self.row = 1
        elif local in ("table-cell", "covered-table-cell"):
            self.columns_repeated = _read_repeat(attributes, "number-columns-repeated")
            self.column += self.columns_repeated
            self.has_text = False
            self.typed = f"{_OFFICE} value-type" in attributes
            self.has_formula = f"{_TABLE} formula" in attributes
            self.rows_filled = _read_repeat(attributes, "number-matrix-rows-spanned")
            self.is_error = attributes.get(f"{_CALC} value-type") == "error"
            if self.sheets:
                height, width = (
                    _read_repeat(attributes, "number-rows-spanned"),
                    _read_repeat(attributes, "number-columns-spanned"),
                )
                self.sheets[-1].mark_merged(self.row, height, width)

    def text(self, data: str) -> None:
        if self.in_text and data:
            self.has_text = True

    def end(self, tag: str) -> None:
        space, _, local = tag.rpartition(" ")
        if space == _TEXT and local == "p":
            self.in_text = False
        elif space == _TABLE and local in ("table-cell", "covered-table-cell") and self.sheets:
            self._end_cell(self.sheets[-1])

    def _end_cell(self, facts: SheetFacts) -> None:
        if not (self.typed or self.has_text or self.has_formula):
            return
        facts.mark(self.row, self.column)
        facts.mark(self.row + self.rows_repeated - 1, self.column, self.rows_repeated * self.columns_repeated - 1)
        if self.has_formula:
            first = self.column - self.columns_repeated + 1
            facts.mark_formula(self.row, first, max(self.rows_repeated, self.rows_filled))
        if self.is_error:
            facts.errors.update(range(self.row, self.row + self.rows_repeated))


def _read_repeat(attributes: Mapping[str, str], name: str) -> int:
    repeat = int(attributes.get(f"{_TABLE} {name}", "1"))
    if repeat < 1:
        raise ValueError(name)
    return repeat
