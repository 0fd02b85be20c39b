"""The checks of one value after its type was read: length, digits, bounds, pattern, codes, format.

A constraint takes the stored value and returns it (a phone number comes back as E.164), or raises `Fault`.
"""

from collections.abc import Callable, Container, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from simpul.contract import faults
from simpul.contract.errors import ContractInvalid
from simpul.contract.faults import Fault
from simpul.contract.model import TEXT_FORMATS, WHEN_UNKNOWN, Column
from simpul.contract.patterns import compile_pattern
from simpul.contract.readers import make_reader
from simpul.contract.reference_codes import DatedCodes
from simpul.kernel.identifiers import (
    find_area_code_fault,
    find_email_fault,
    find_nik_fault,
    find_nip_fault,
    find_phone_fault,
    normalize_phone,
)
from simpul.kernel.spreadsheets import find_text_damage
from simpul.kernel.words import Words

Constraint = Callable[[Any], object]
References = Mapping[str, Container[str]]
"""Code lists by name."""

_FORMAT_FAULTS: Mapping[str, Callable[[str], Words | None]] = {
    "nik": find_nik_fault,
    "nip": find_nip_fault,
    "phone": find_phone_fault,
    "area_code": find_area_code_fault,
    "email": find_email_fault,
}


def make_constraints(column: Column, references: References, zone: ZoneInfo) -> list[Constraint]:
    """Make a column's constraints, in the order in which they are told. Raises: ContractInvalid."""
    made: list[Constraint] = []
    if column.logical_type == "string":
        made += _make_text_constraints(column)
    if column.logical_type == "number" and column.precision is not None:
        made.append(_make_digits_check(column.precision, column.scale or 0))
    made += _make_bound_checks(column, zone)
    if column.code_list is not None:
        if isinstance(column.code_list, str) and (column.code_date or column.when_unknown != WHEN_UNKNOWN[0]):
            return made  # looked at with the whole row: `row_codes`
        codes = get_codes(column, references)
        is_numeric = column.logical_type in ("integer", "number") and isinstance(column.code_list, tuple)
        made.append(_make_number_check(column) if is_numeric else _make_code_check(codes))
    return made


def _make_text_constraints(column: Column) -> list[Constraint]:
    made: list[Constraint] = []
    if column.format in TEXT_FORMATS:
        made.append(_make_format_check(column.format))
    if column.length is not None:
        made.append(_make_length_check(column.length))
    if column.pattern:
        made.append(_make_pattern_check(column.pattern))
    return made


def _make_format_check(form: str) -> Constraint:
    find_fault = _FORMAT_FAULTS[form]

    def check(value: str) -> object:
        words = find_fault(value)
        if words is None:
            return normalize_phone(value) if form == "phone" else value
        damage = find_text_damage(value)
        raise Fault(f"format-{form}".replace("_", "-"), words) if damage is None else Fault.of(damage)

    return check


def _make_length_check(length: int) -> Constraint:
    words = faults.LENGTH.format(length=length)

    def check(value: str) -> object:
        if len(value) > length:
            raise Fault("length", words)
        return value

    return check


def _make_pattern_check(pattern: str) -> Constraint:
    search = compile_pattern(pattern)

    def check(value: str) -> object:
        if search(value) is None:
            raise Fault("pattern", faults.PATTERN)
        return value

    return check


def _make_digits_check(precision: int, scale: int) -> Constraint:
    too_fine = faults.SCALE.format(scale=scale)
    too_large = faults.PRECISION.format(digits=precision - scale)
    limit = Decimal(10) ** (precision - scale)

    def check(value: Decimal) -> object:
        if value.as_tuple().exponent < -scale and value.normalize().as_tuple().exponent < -scale:  # type: ignore[operator]
            raise Fault("scale", too_fine)
        if abs(value) >= limit:
            raise Fault("precision", too_large)
        return value

    return check


def _make_bound_checks(column: Column, zone: ZoneInfo) -> list[Constraint]:
    made: list[Constraint] = []
    if column.minimum is not None:
        made.append(_make_bound_check(read_bound(column, column.minimum, zone), "minimum", faults.MINIMUM, -1))
    if column.maximum is not None:
        made.append(_make_bound_check(read_bound(column, column.maximum, zone), "maximum", faults.MAXIMUM, 1))
    return made


def _make_bound_check(bound: Any, rule: str, words: Words, wrong_side: int) -> Constraint:
    shown = words.format(bound=bound)

    def check(value: Any) -> object:
        if (value < bound) if wrong_side < 0 else (value > bound):
            raise Fault(rule, shown)
        return value

    return check


def read_bound(
    column: Column, bound: int | float | str, zone: ZoneInfo
) -> Decimal | int | date | datetime | time | str:
    """Read a column's minimum or maximum as a value of its type. Raises: ContractInvalid."""
    try:
        value = make_reader(column, "json", zone)(bound)
    except Fault as fault:
        raise ContractInvalid(
            Words(
                f"Batas nilai kolom {column.name} tidak sesuai jenisnya.",
                f"The bound of column {column.name} doesn't fit its type.",
            )
        ) from fault
    return value  # type: ignore[return-value]


def _make_code_check(codes: Container[str]) -> Constraint:
    def check(value: object) -> object:
        code = value if isinstance(value, str) else str(value)
        if code not in codes:
            raise make_code_fault(code, codes)
        return value

    return check


def _make_number_check(column: Column) -> Constraint:
    """Numbers are the same code however they are written: 1 and 1.0."""
    try:
        numbers = frozenset(Decimal(code) for code in column.code_list or ())
    except InvalidOperation as error:
        raise ContractInvalid(
            Words(
                f"Daftar kode kolom {column.name} memuat yang bukan angka.",
                f"The code list of column {column.name} holds something that isn't a number.",
            )
        ) from error

    def check(value: object) -> object:
        if value not in numbers:
            raise Fault("code-list", faults.CODE_LIST)
        return value

    return check


def make_code_fault(code: str, codes: Container[str]) -> Fault:
    """Make the fault of a code that isn't valid; one that is valid on another day is told apart."""
    if isinstance(codes, DatedCodes) and codes.is_known(code):
        return Fault("code-date", faults.CODE_DATE)
    return Fault("code-list", faults.CODE_LIST)


def get_codes(column: Column, references: References) -> Container[str]:
    """Return a column's codes. Raises: ContractInvalid where its reference list isn't in the hub."""
    if isinstance(column.code_list, tuple):
        return frozenset(column.code_list)
    codes = references.get(str(column.code_list))
    if codes is None:
        raise ContractInvalid(
            Words(
                f"Daftar kode “{column.code_list}” milik kolom {column.name} belum ada di hub.",
                f"The code list “{column.code_list}” of column {column.name} isn't in the hub yet.",
            )
        )
    return codes
