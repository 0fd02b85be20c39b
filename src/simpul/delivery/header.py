"""Finds the row of column names in a table and says clearly when there is none."""

import re
import statistics
from collections.abc import Iterable, Sequence
from datetime import date, time
from decimal import Decimal
from itertools import chain, islice

from simpul.delivery.errors import FileEmpty, HeaderRefused
from simpul.delivery.limits import COLUMNS, PREVIEW_ROWS
from simpul.delivery.sheet import FORMULA, Damaged, Notebook, Row
from simpul.kernel.words import Words

_DATA_LIKE = re.compile(
    r"[+-]?[\d.,]+(E[+-]?\d+)?%?|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}.*|\S*\d{6,}\S*|\d+(\.\d+)+", re.IGNORECASE
)
_YEAR = re.compile(r"(19|20)\d\d")
_UNSTORABLE = re.compile("[\x00-\x1f\ud800-\udfff]")
_NUMBERING = re.compile(r"\(\d{1,3}\)")


def read_header(rows: Iterable[Row], notebook: Notebook) -> tuple[list[str], Iterable[Row]]:
    """Split rows that aren't blank into the header's names and the rows below it.

    Title lines above the header (far fewer cells than the table) are passed over and noted. A row that repeats the
    header becomes `Damaged`, as does one of another length.

    Raises: FileEmpty without rows, HeaderRefused when no header is recognised or a name stands twice.
    """
    source = (row for row in rows if isinstance(row[1], Damaged) or any(not is_empty(cell) for cell in row[1]))
    preview = list(islice(source, PREVIEW_ROWS))
    if not preview:
        raise FileEmpty("empty-file", Words("Berkas tidak berisi apa pun.", "There is nothing in the file."))
    start = _find_header(preview)
    position, cells = preview[start]
    if start:
        message = Words("Baris judul di atas kepala kolom dilewati.", "Title lines above the header were passed over.")
        notebook.add("title-rows", message, preview[0][0])
    names = _check_names(cells, position)
    rest = preview[start + 1 :]
    if rest and _is_numbering(rest[0][1]):
        message = Words("Baris nomor kolom dilewati.", "The row of column numbers was passed over.")
        notebook.add("numbering-row", message, rest.pop(0)[0])
    first = list(islice(chain(rest, source), 1))
    if not first:
        message = Words("Berkas hanya berisi kepala kolom; belum ada baris data.", "The file has a header but no rows.")
        raise FileEmpty("no-rows", message)
    below = chain(first, rest[1:], source)
    return names, (_fit_row(row, names) for row in below)


def is_empty(cell: object) -> bool:
    """Say whether a cell holds nothing: None or an empty or blank text."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def clean_name(cell: object) -> str:
    """Return a header cell as a name: one line, single spaces, no byte-order mark.

    >>> clean_name("  Kode\\n Wilayah ")
    'Kode Wilayah'
    """
    text = f"{cell:g}" if isinstance(cell, float) else "" if cell is None else str(cell)
    return " ".join(text.replace("\ufeff", "").split())


def list_repeated(names: Sequence[str]) -> list[str]:
    """Return names that stand more than once (case aside), each once, in order."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
    repeated = dict.fromkeys(name for name in names if seen[name.casefold()] > 1)
    return list({name.casefold(): name for name in reversed(repeated)}.values())[::-1]


def _is_numbering(cells: list[object]) -> bool:
    """Say whether this is the row (1), (2), (3) … that stands under the header of many official tables."""
    filled = [cell for cell in cells if not is_empty(cell)]
    return bool(filled) and all(isinstance(cell, str) and _NUMBERING.fullmatch(cell.strip()) for cell in filled)


def _count_filled(cells: list[object]) -> int:
    return sum(not is_empty(cell) for cell in cells)


def _find_header(preview: list[Row]) -> int:
    counts = [_count_filled(cells) for _, cells in preview]
    usual = max(statistics.multimode(counts))
    for index, count in enumerate(counts):
        if (count > 1 or usual == 1) and 2 * count >= usual:
            return index
    return 0


def _check_names(cells: list[object], position: int) -> list[str]:
    where = f"baris/row {position}"
    if isinstance(cells, Damaged) and cells.finding.rule == FORMULA:
        message = Words("Nama kolom berisi rumus.", "A column's name is a formula.")
        hint = Words("Salin kepala kolom, lalu Tempel Nilai.", "Copy the header and paste it as values.")
        raise HeaderRefused(FORMULA, message, where=where, hint=hint)
    names = [clean_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    _check_is_header(cells[: len(names)], where)
    if "" in names:
        number = names.index("") + 1
        message = Words(
            f"Kolom ke-{number} tidak bernama pada kepala kolom.", f"Column {number} has no name in the header."
        )
        raise HeaderRefused("header-unnamed", message, where=where)
    if len(names) > COLUMNS:
        message = Words(f"Lebih dari {COLUMNS} kolom.", f"More than {COLUMNS} columns.")
        raise HeaderRefused("too-many-columns", message, where=where)
    check_names(names, where)
    return names


def check_names(names: Sequence[str], where: str) -> None:
    """Check that no name stands twice or holds what the database can't store. Raises: HeaderRefused."""
    if any(_UNSTORABLE.search(name) for name in names):
        message = Words("Nama kolom memuat tanda yang tidak sah.", "A column's name holds an illegal character.")
        raise HeaderRefused("header-character", message, where=where)
    repeated = list_repeated(names)
    if repeated:
        shown = ", ".join(name[:60] for name in repeated[:10])
        message = Words(
            f"Nama kolom muncul lebih dari sekali: {shown}.", f"Column names stand more than once: {shown}."
        )
        raise HeaderRefused("header-repeated-name", message, where=where)


def _check_is_header(cells: list[object], where: str) -> None:
    looks = [_is_data_like(cell) for cell in cells]
    if not looks or looks[0] or 2 * sum(looks) > len(looks):
        message = Words(
            "Kepala kolom tidak ditemukan: baris pertama tampak seperti data.",
            "No header was found: the first row looks like data.",
        )
        raise HeaderRefused("no-header", message, where=where)


def _is_data_like(cell: object) -> bool:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, (int, str)) and _YEAR.fullmatch(str(cell)):
        return False
    if isinstance(cell, (int, float, Decimal, date, time)):
        return True
    return isinstance(cell, str) and bool(_DATA_LIKE.fullmatch(cell.strip()))


def _is_same_name(cell: object, name: str) -> bool:
    return isinstance(cell, str) and clean_name(cell).casefold() == name.casefold()


def _fit_row(row: Row, names: list[str]) -> Row:
    position, cells = row
    if isinstance(cells, Damaged):
        return row
    width = len(names)
    if len(cells) > width and all(is_empty(cell) for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) != width:
        message = Words(
            f"Baris ini memuat {len(cells)} kolom, padahal kepala kolom memuat {width}. Periksa tanda pemisah dan tanda kutip.",
            f"This row has {len(cells)} cells where the header has {width}. Look at delimiters and quotes.",
        )
        return position, Damaged(cells, "row-length", message)
    if _is_same_name(cells[0], names[0]) and all(map(_is_same_name, cells, names)):
        message = Words("Kepala kolom terulang di tengah data. Hapus baris ini.", "The header again. Delete this row.")
        return position, Damaged(cells, "header-again", message)
    return position, cells
