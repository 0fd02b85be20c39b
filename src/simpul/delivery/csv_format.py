"""CSV as agencies really send it: any of four delimiters, ragged rows named.

The text is UTF-8, or UTF-16 with its mark. Older encodings (latin1, cp1252, cp850) can't be told apart from the bytes,
and a wrong guess damages names without a word; so they are refused, with the row and the way to save the file again.

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
from simpul.delivery.spreadsheet import mark_formulas
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
    encoding = _find_encoding(content)
    text = TextIOWrapper(open_source(content), encoding=encoding, newline="", errors="strict")
    delimiter, first_line = _find_delimiter(text, notebook)
    header, below = read_header(_read_rows(text, delimiter, first_line), notebook)
    return Sheet("csv", header, mark_formulas(iter(below), header, notebook), text_only=True, notebook=notebook)


def _find_encoding(content: bytes | Path) -> str:
    """Return the codec that decodes all of the content. Raises: FileRefused where there is none that is sure."""
    with open_source(content) as source:
        mark = source.read(4)
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig" if mark.startswith(codecs.BOM_UTF8) else "utf-8"
    _check_encoding(content, encoding)
    return encoding


def _check_encoding(content: bytes | Path, encoding: str) -> None:
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with open_source(content) as source:
        while True:
            chunk = source.read(_CHUNK_BYTES)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                found = error.object[: error.start].decode(encoding, errors="ignore")
                raise _refuse_encoding(line + found.count("\n")) from error
            if not chunk:
                return


def _refuse_encoding(line: int) -> FileRefused:
    message = Words("Teks berkas ini bukan UTF-8.", "The text of this file isn't UTF-8.")
    hint = Words(
        "Simpan ulang sebagai “CSV UTF-8”, atau kirim sebagai .xlsx atau .ods.",
        "Save it again as “CSV UTF-8”, or send it as .xlsx or .ods.",
    )
    return FileRefused("encoding", message, where=f"baris/row {line}", hint=hint)


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
