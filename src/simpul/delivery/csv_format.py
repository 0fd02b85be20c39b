"""CSV as agencies really send it: any of four delimiters, UTF-8 or an older encoding, ragged rows named.

Memory: flat; the text is decoded and split as it is read.
"""

import codecs
import csv
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from simpul.delivery.errors import FileRefused
from simpul.delivery.header import read_header
from simpul.delivery.hostile import open_source
from simpul.delivery.limits import CELL_CHARACTERS, PREVIEW_ROWS, ROWS
from simpul.delivery.sheet import Damaged, Notebook, Row, Sheet
from simpul.delivery.spreadsheet import note_formula_like
from simpul.kernel.words import Words

csv.field_size_limit(CELL_CHARACTERS)

_DELIMITERS = (",", ";", "\t", "|")
_CHUNK_BYTES = 1024 * 1024
_SAMPLE_CHARACTERS = 64 * 1024


def read_csv(content: bytes | Path) -> Sheet:
    """Open a delimited text. Encoding and delimiter are found from the content.

    Raises: FileEmpty, HeaderRefused, FileRefused; while rows are read, FileRefused for a quote that never closes.
    """
    notebook = Notebook()
    encoding = _find_encoding(content, notebook)
    text = TextIOWrapper(open_source(content), encoding=encoding, newline="", errors="strict")
    delimiter, first_line = _find_delimiter(text, notebook)
    header, below = read_header(_read_rows(text, delimiter, first_line), notebook)
    return Sheet("csv", header, note_formula_like(iter(below), notebook), text_only=True, notebook=notebook)


def _find_encoding(content: bytes | Path, notebook: Notebook) -> str:
    """Return a codec that decodes all of the content; note it when it isn't UTF-8."""
    with open_source(content) as source:
        mark = source.read(4)
        if mark.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return _check_encoding(content, "utf-16")
    for encoding in ("utf-8", "cp1252", "latin-1"):
        if _can_decode(content, encoding):
            if encoding != "utf-8":
                message = Words(
                    f"Berkas bukan UTF-8; dibaca sebagai {encoding}. Periksa huruf beraksen.",
                    f"The file isn't UTF-8; it was read as {encoding}. Look at accented letters.",
                )
                notebook.add("encoding", message)
            return encoding
    raise AssertionError("latin-1 decodes every byte")


def _check_encoding(content: bytes | Path, encoding: str) -> str:
    if _can_decode(content, encoding):
        return encoding
    hint = Words("Simpan ulang sebagai CSV UTF-8.", "Save it again as CSV UTF-8.")
    raise FileRefused(
        "encoding", Words("Pengodean teks berkas ini rusak.", "The text encoding of this file is broken."), hint=hint
    )


def _can_decode(content: bytes | Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open_source(content) as source:
            while chunk := source.read(_CHUNK_BYTES):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _find_delimiter(text: TextIO, notebook: Notebook) -> tuple[str, int]:
    """Return the delimiter whose rows agree best, and the line that `text` is left at (2 after a `sep=` line)."""
    sample = text.read(_SAMPLE_CHARACTERS)
    text.seek(0)
    declared = sample[:6].rstrip("\r\n")
    if declared.lower().startswith("sep=") and len(declared) == 5 and sample[5:6] in ("\r", "\n"):
        text.readline()
        return declared[4], 2
    scores = [(_score_delimiter(sample, delimiter), delimiter) for delimiter in _DELIMITERS]
    best, delimiter = max(scores, key=lambda score: score[0])
    if best > 0 and delimiter != ",":
        shown = "TAB" if delimiter == "\t" else delimiter
        notebook.add("delimiter", Words(f"Tanda pemisah kolom: {shown}", f"Columns are delimited by {shown}"))
    return (delimiter if best > 0 else ","), 1


def _score_delimiter(sample: str, delimiter: str) -> float:
    """Return how many columns the rows agree on, weighed by how many agree; 0 when there is but one column."""
    widths: list[int] = []
    lines = sample.splitlines(keepends=True)
    try:
        for cells in csv.reader(lines, delimiter=delimiter):
            if any(cells):
                widths.append(len(cells))
            if len(widths) >= PREVIEW_ROWS:
                break
    except csv.Error:
        return 0
    if not widths:
        return 0
    usual = max(widths, key=widths.count)
    return (usual - 1) * widths.count(usual) / len(widths) if usual > 1 else 0


def _read_rows(text: TextIO, delimiter: str, first_line: int) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    position = first_line
    for _ in range(ROWS + 1):
        try:
            cells: list[object] = [cell or None for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            _check_quotes(error, position)
            message = Words("Tanda kutip pada baris ini tidak benar.", "The quotes in this row aren't right.")
            cells = Damaged([], "quotes", message)
        yield position, cells
        position = first_line + reader.line_num
    raise FileRefused(
        "too-many-rows",
        Words(f"Lebih dari {ROWS} baris.", f"More than {ROWS} rows."),
        hint=Words("Bagi menjadi beberapa berkas.", "Split it into several files."),
    )


def _check_quotes(error: csv.Error, position: int) -> None:
    """Check that a bad row ended within itself. Raises: FileRefused when a quote swallowed what follows."""
    text = str(error)
    if "unexpected end" in text or "field limit" in text:
        message = Words(
            "Tanda kutip yang dibuka pada baris ini tidak pernah ditutup.",
            "A quote opened in this row is never closed.",
        )
        hint = Words(
            'Tutup tanda kutipnya, atau tulis tanda kutip di dalam teks dua kali ("").',
            'Close it, or write a quote inside a text twice ("").',
        )
        raise FileRefused("open-quote", message, where=f"baris/row {position}", hint=hint) from error
