"""What spreadsheets do to data, recognised by name: each recogniser says what happened and how to mend it."""

import re
from datetime import date, timedelta

from simpul.kernel.words import Words

_SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE]\+[0-9]{1,3}")
_ERROR_CELLS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
_INVISIBLE = frozenset("\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff\u00ad")
_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")
_EXACT_DIGITS = 15

Damage = tuple[str, Words]
"""The rule's id and its words."""

SCIENTIFIC: Damage = (
    "scientific-notation",
    Words(
        "Angka panjang berubah menjadi bentuk seperti 6,3E+15 dan sebagian angkanya hilang. "
        "Ubah kolom menjadi teks di lembar kerja, lalu ketik ulang dari sumbernya.",
        "A long number became a form like 6.3E+15 and lost digits. "
        "Make the column text in the spreadsheet, then type it again from the source.",
    ),
)
ROUNDED: Damage = (
    "rounded-number",
    Words(
        "Angka lebih dari 15 digit disimpan sebagai bilangan dan dibulatkan lembar kerja. "
        "Ubah kolom menjadi teks, lalu ketik ulang dari sumbernya.",
        "A number of more than 15 digits was stored as a number and rounded by the spreadsheet. "
        "Make the column text, then type it again from the source.",
    ),
)
INVISIBLE: Damage = (
    "invisible-character",
    Words(
        "Ada tanda yang tidak terlihat (misalnya spasi tak-putus). Hapus, lalu ketik ulang isinya.",
        "There is an invisible character (a no-break space, for example). Delete it and type the value again.",
    ),
)
FULL_WIDTH: Damage = (
    "full-width-digit",
    Words(
        "Ada angka yang bukan angka biasa (misalnya angka lebar). Ketik ulang dengan 0–9.",
        "There are digits that aren't ordinary ones (full-width, for example). Type them again with 0–9.",
    ),
)
STRAY_SPACE: Damage = (
    "stray-space",
    Words(
        "Ada spasi di awal atau akhir isian. Hapus spasinya (rumus TRIM dapat membantu).",
        "There is a space before or after the value. Remove it (the formula TRIM can help).",
    ),
)
ERROR_CELL: Damage = (
    "error-cell",
    Words(
        "Sel berisi galat rumus lembar kerja. Perbaiki rumusnya atau isi nilainya.",
        "The cell holds a spreadsheet formula error. Mend the formula or type the value.",
    ),
)
DATE_SERIAL: Damage = (
    "date-serial",
    Words(
        "Tanggal berubah menjadi nomor seri lembar kerja. Ubah format sel menjadi tanggal, lalu simpan ulang.",
        "The date became a spreadsheet serial number. Set the cell's format to date and save again.",
    ),
)


def find_text_damage(text: str) -> Damage | None:
    """Find the damage that can be seen in any text, the most telling first; None when there is none.

    >>> find_text_damage("6.3E+15")[0], find_text_damage(" 12")[0], find_text_damage("12")
    ('scientific-notation', 'stray-space', None)
    """
    if not text.isascii():
        if not _INVISIBLE.isdisjoint(text):
            return INVISIBLE
        if any(sign.isdigit() and not sign.isascii() for sign in text):
            return FULL_WIDTH
    if text != text.strip():
        return STRAY_SPACE
    if text in _ERROR_CELLS:
        return ERROR_CELL
    if _SCIENTIFIC.fullmatch(text):
        return SCIENTIFIC
    return None


def find_number_damage(value: int | float) -> Damage | None:
    """Find out whether a number cell that should hold a long code can't be trusted any more.

    A spreadsheet keeps 15 digits and writes 0 behind them; a float of 2**53 and more isn't exact.
    """
    if isinstance(value, float) and abs(value) >= 2**53:
        return ROUNDED
    digits = str(abs(int(value)))
    return ROUNDED if len(digits) > _EXACT_DIGITS and digits.endswith("0") else None


def is_date_serial(text: str) -> bool:
    """Tell whether a text looks like a spreadsheet's day number between 1954 and 2119 (20000 to 79999).

    >>> is_date_serial("45992"), is_date_serial("2026")
    (True, False)
    """
    return bool(_SERIAL.fullmatch(text)) and 20000 <= float(text) < 80000


def read_date_serial(serial: int) -> date:
    """Return the date that a spreadsheet's day number stands for (1900 system), to propose it to an officer.

    >>> read_date_serial(45992)
    datetime.date(2025, 12, 1)
    """
    return date(1899, 12, 30) + timedelta(days=serial)
