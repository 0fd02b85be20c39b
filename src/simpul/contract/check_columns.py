"""What is wrong with one column of a contract."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from simpul.contract.constraints import read_bound
from simpul.contract.errors import ContractInvalid
from simpul.contract.model import (
    DATE_FORMATS,
    DECIMAL_COMMA,
    LOGICAL_TYPES,
    PDP_CLASSES,
    TEXT_FORMATS,
    TIMESTAMP_FORMATS,
    Column,
    Dataset,
)
from simpul.contract.names import is_safe_name
from simpul.contract.patterns import find_pattern_fault
from simpul.contract.validator import compile_validator
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

FORMATS_BY_TYPE = {
    "string": TEXT_FORMATS,
    "date": DATE_FORMATS,
    "timestamp": TIMESTAMP_FORMATS,
    "integer": (DECIMAL_COMMA,),
    "number": (DECIMAL_COMMA,),
}
_MAX_LENGTH = 1_000_000
_BOUNDED = ("integer", "number", "date", "timestamp", "time")


def list_column_findings(column: Column, where: str, zone: ZoneInfo) -> Iterator[Finding]:
    """List what is wrong with a column, in the order of its form's fields."""
    if not is_safe_name(column.name):
        yield Finding(where, "column-name", _NAME)
    if not column.title.strip():
        yield Finding(f"{where}/title", "concept-missing", _CONCEPT)
    if not column.definition.strip():
        yield Finding(f"{where}/definition", "definition-missing", _DEFINITION)
    if column.logical_type not in LOGICAL_TYPES:
        yield Finding(f"{where}/logical_type", "type-unknown", _TYPE)
        return
    shape = [*_check_size(column, where), *_check_options(column, where), *_check_bounds(column, where, zone)]
    yield from shape
    yield from _check_key(column, where)
    yield from _check_privacy(column, where)
    if not shape:
        yield from _check_example(column, where, zone)


def _check_size(column: Column, where: str) -> Iterator[Finding]:
    if column.length is not None and (column.logical_type != "string" or not 1 <= column.length <= _MAX_LENGTH):
        yield Finding(f"{where}/length", "length-invalid", _LENGTH)
    precision, scale = column.precision, column.scale
    if precision is None and scale is None:
        return
    if column.logical_type != "number" or precision is None or not 1 <= precision <= 100:
        yield Finding(f"{where}/precision", "digits-invalid", _DIGITS)
    elif not 0 <= (scale or 0) <= precision:
        yield Finding(f"{where}/scale", "digits-invalid", _DIGITS)


def _check_options(column: Column, where: str) -> Iterator[Finding]:
    allowed = FORMATS_BY_TYPE.get(column.logical_type, ())
    if column.format is not None and column.format not in allowed:
        choices = ", ".join(allowed) or "–"
        yield Finding(f"{where}/format", "format-unknown", _FORMAT.format(choices=choices))
    if column.pattern is not None:
        fault = _PATTERN_TYPE if column.logical_type != "string" else find_pattern_fault(column.pattern)
        if fault is not None:
            yield Finding(f"{where}/pattern", "pattern-unsafe", fault)
    codes = column.code_list
    if isinstance(codes, tuple) and (not codes or len(set(codes)) != len(codes) or "" in codes):
        yield Finding(f"{where}/code_list", "code-list-invalid", _CODES)
    if codes is not None and not _can_hold_codes(column):
        yield Finding(f"{where}/code_list", "code-list-type", _CODES_TYPE)


def _can_hold_codes(column: Column) -> bool:
    if column.logical_type == "string" or not isinstance(column.code_list, tuple):
        return column.logical_type == "string"
    return column.logical_type in ("integer", "number") and all(_is_number(code) for code in column.code_list)


def _is_number(code: str) -> bool:
    try:
        return Decimal(code).is_finite()
    except InvalidOperation:
        return False


def _check_bounds(column: Column, where: str, zone: ZoneInfo) -> Iterator[Finding]:
    given = [bound for bound in (column.minimum, column.maximum) if bound is not None]
    if not given:
        return
    if column.logical_type not in _BOUNDED:
        yield Finding(f"{where}/minimum", "bound-invalid", _BOUND)
        return
    try:
        bounds = [read_bound(column, bound, zone) for bound in given]
    except ContractInvalid as error:
        yield Finding(f"{where}/minimum", "bound-invalid", error.message)
        return
    if len(bounds) == 2 and bounds[0] > bounds[1]:  # type: ignore[operator]
        yield Finding(f"{where}/minimum", "bounds-reversed", _REVERSED)


def _check_key(column: Column, where: str) -> Iterator[Finding]:
    if column.key and not column.required:
        yield Finding(f"{where}/required", "key-not-required", _KEY)
    if (column.key or column.unique) and column.logical_type == "object":
        yield Finding(f"{where}/key", "key-type", _KEY_TYPE)


def _check_privacy(column: Column, where: str) -> Iterator[Finding]:
    if column.pdp_class not in PDP_CLASSES:
        yield Finding(f"{where}/pdp_class", "pdp-class-unknown", _PDP)
    if column.is_personal and not column.pdp_legal_basis.strip():
        yield Finding(f"{where}/pdp_legal_basis", "pdp-legal-basis-missing", _BASIS)
    if column.is_personal and not column.pdp_purpose.strip():
        yield Finding(f"{where}/pdp_purpose", "pdp-purpose-missing", _PURPOSE)


def _check_example(column: Column, where: str, zone: ZoneInfo) -> Iterator[Finding]:
    if column.example is None:
        return
    # A named list of codes isn't at hand here; everything else about the example is.
    alone = replace(column, code_list=column.code_list if isinstance(column.code_list, tuple) else None)
    values, _ = compile_validator(Dataset("example", columns=(alone,)), mode="text", zone=zone).check(
        {column.name: column.example}
    )
    if values is None:
        yield Finding(f"{where}/example", "example-invalid", _EXAMPLE)


_NAME = Words(
    "Nama elemen harus huruf kecil, angka, dan garis bawah, diawali huruf, dan bukan kata milik hub.",
    "A column's name takes lower-case letters, digits and underscores, starts with a letter, and is no word of the hub's.",
)
_CONCEPT = Words("Isi konsep elemen ini.", "Fill in the concept (konsep) of this column.")
_DEFINITION = Words("Isi definisi elemen ini.", "Fill in the definition (definisi) of this column.")
_TYPE = Words(f"Pilih salah satu tipe: {', '.join(LOGICAL_TYPES)}.", f"Choose one of: {', '.join(LOGICAL_TYPES)}.")
_LENGTH = Words("Panjang hanya untuk teks, paling sedikit 1 huruf.", "A length is for text only, at least 1 character.")
_DIGITS = Words(
    "Jumlah angka hanya untuk bilangan desimal: seluruhnya 1 sampai 100, di belakang koma tidak lebih dari itu.",
    "Digits are for decimal numbers only: 1 to 100 in all, and no more than that behind the point.",
)
_FORMAT = Words("Bentuk tidak dikenal. Pilihan: {choices}.", "Unknown format. Choices: {choices}.")
_PATTERN_TYPE = Words("Pola hanya untuk teks.", "A pattern is for text only.")
_CODES = Words(
    "Daftar kode tidak boleh kosong, ganda, atau memuat kode kosong.",
    "A code list can't be empty, hold a code twice, or hold an empty code.",
)
_CODES_TYPE = Words(
    "Daftar kode hanya untuk teks, atau untuk angka bila semua kodenya angka.",
    "A code list is for text, or for numbers where every code is a number.",
)
_BOUND = Words("Batas nilai hanya untuk angka, tanggal, dan waktu.", "Bounds are for numbers, dates and times only.")
_REVERSED = Words("Nilai terkecil melebihi nilai terbesar.", "The minimum is above the maximum.")
_KEY = Words("Elemen kunci harus wajib diisi.", "A key column must be required.")
_KEY_TYPE = Words("Objek tidak dapat menjadi kunci atau unik.", "An object can't be a key or unique.")
_PDP = Words(f"Pilih kelas data pribadi: {', '.join(PDP_CLASSES)}.", f"Choose one of: {', '.join(PDP_CLASSES)}.")
_BASIS = Words(
    "Elemen data pribadi wajib menyebut dasar hukumnya (UU 27/2022).",
    "A personal column must name its legal basis (UU 27/2022).",
)
_PURPOSE = Words(
    "Elemen data pribadi wajib menyebut tujuan pemrosesannya (UU 27/2022).",
    "A personal column must name the purpose of its use (UU 27/2022).",
)
_EXAMPLE = Words(
    "Contoh isian melanggar aturan elemennya sendiri. Perbaiki contohnya atau aturannya.",
    "The example breaks the column's own rules. Mend the example or the rules.",
)
