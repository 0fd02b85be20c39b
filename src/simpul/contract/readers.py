"""Read one value as its column's type: from JSON, strictly, or from a text file or spreadsheet, as declared.

A reader takes a value that isn't empty and returns what psycopg stores (str, int, Decimal, bool, date,
aware datetime, time; an object as JSON text), or raises `Fault`. Nothing is guessed: a text that isn't in
a declared form is refused, and where a spreadsheet did it, the fault says so.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Literal
from zoneinfo import ZoneInfo

from simpul.contract import faults
from simpul.contract.exact_json import write_exact
from simpul.contract.faults import TYPES, Fault
from simpul.contract.model import DECIMAL_COMMA, Column
from simpul.kernel.spreadsheets import DATE_SERIAL, find_number_damage, find_text_damage, is_date_serial
from simpul.kernel.words import Words

Mode = Literal["json", "text"]
Reader = Callable[[object], object]

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_GROUPED_INTEGER = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3}){1,6}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?")
_COMMA_NUMBER = re.compile(r"[+-]?([0-9]{1,100}|[0-9]{1,3}(\.[0-9]{3}){1,30})(,[0-9]{1,100})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_LARGEST = 2**63 - 1
_MAX_EXPONENT = 100
FIRST_YEAR = 1000
"""An earlier year is a slip of the hand, and near the year 1 an instant in UTC falls before Christ."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FORM_PARTS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_TRUTH = {"true": True, "ya": True, "1": True, "false": False, "tidak": False, "0": False}


def make_reader(column: Column, mode: Mode, zone: ZoneInfo) -> Reader:
    """Make the reader of a column's type for a mode; naive timestamps are read in `zone`."""
    if column.logical_type == "string":
        return _make_string_reader(column, mode)
    if column.logical_type in ("date", "timestamp"):
        return _make_calendar_reader(column, mode, zone)
    json_reader = _JSON_READERS[column.logical_type]
    if mode == "json":
        return json_reader
    return _make_text_reader(column, json_reader)


def has_code_values(column: Column) -> bool:
    """Tell whether a string column holds codes rather than free text, so that a stray sign in it is damage."""
    return bool(column.format or column.code_list or column.pattern or column.key or column.unique)


def _make_string_reader(column: Column, mode: Mode) -> Reader:
    strict, numeric = has_code_values(column), column.format in ("nik", "nip", "phone")

    def read_json(value: object) -> object:
        if not isinstance(value, str):
            raise Fault("type", TYPES["string"])
        if _UNSTORABLE.search(value):
            raise Fault("unstorable-character", faults.UNSTORABLE)
        return value

    def read_text(value: object) -> object:
        if not isinstance(value, str):
            return _write_cell(value, numeric)
        damage = find_text_damage(value)
        if damage is not None and (strict or damage[0] in ("scientific-notation", "error-cell")):
            raise Fault.of(damage)
        return read_json(value)

    return read_json if mode == "json" else read_text


def _write_cell(value: object, numeric: bool) -> str:
    """Turn a spreadsheet's typed cell into the text it shows; long numbers that were rounded are refused."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and math.isfinite(value):
        damage = find_number_damage(value)
        if damage is not None:
            raise Fault.of(damage)
        if numeric and value != int(value):
            raise Fault("type", TYPES["string"])
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, date | time):
        return value.isoformat()
    raise Fault("type", TYPES["string"])


def _make_text_reader(column: Column, read_json: Reader) -> Reader:
    """A reader for text: its own form for text, the JSON rules for a spreadsheet's typed cells."""
    read_text = _TEXT_READERS[f"{column.logical_type}:{column.format}" if column.format else column.logical_type]

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value if isinstance(value, time) and column.logical_type == "time" else read_json(value)
        try:
            return read_text(value)
        except Fault as fault:
            raise _explain(value, fault) from fault

    return read


def _explain(text: str, fault: Fault) -> Fault:
    """Prefer the spreadsheet's damage as the reason, where there is one."""
    damage = find_text_damage(text)
    return fault if damage is None else Fault.of(damage)


def _read_json_integer(value: object) -> int:
    if isinstance(value, float | Decimal) and not isinstance(value, bool):
        value = int(value) if math.isfinite(value) and value == int(value) else value
    if isinstance(value, bool) or not isinstance(value, int):
        raise Fault("type", TYPES["integer"])
    if not -_LARGEST - 1 <= value <= _LARGEST:
        raise Fault("integer-range", faults.INTEGER_RANGE)
    return value


def _read_json_number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Fault("type", TYPES["number"])
    number = Decimal(repr(value)) if isinstance(value, float) else _to_decimal(value)
    if not number.is_finite():
        raise Fault("type", TYPES["number"])
    exponent = number.as_tuple().exponent
    if number.adjusted() > _MAX_EXPONENT or (isinstance(exponent, int) and exponent < -4 * _MAX_EXPONENT):
        raise Fault("number-range", faults.INTEGER_RANGE)
    return number


def _to_decimal(value: int | Decimal) -> Decimal:
    try:
        return Decimal(value)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise Fault("number-range", faults.INTEGER_RANGE) from error


def _read_json_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise Fault("type", TYPES["boolean"])
    return value


def _read_json_time(value: object) -> time:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise Fault("type", TYPES["time"])
    try:
        return time.fromisoformat(value)
    except ValueError as error:
        raise Fault("type", TYPES["time"]) from error


def _read_json_object(value: object) -> str:
    if not isinstance(value, dict):
        raise Fault("type", TYPES["object"])
    try:
        text = write_exact(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise Fault("type", TYPES["object"]) from error
    # NUL is written as an escape; the text type of the database takes neither.
    if "\\u0000" in text or _UNSTORABLE.search(text):
        raise Fault("unstorable-character", faults.UNSTORABLE)
    return text


_JSON_READERS: dict[str, Reader] = {
    "integer": _read_json_integer,
    "number": _read_json_number,
    "boolean": _read_json_boolean,
    "time": _read_json_time,
    "object": _read_json_object,
}


def _read_text_integer(value: object) -> int:
    text = str(value)
    if not _INTEGER.fullmatch(text):
        raise Fault("type", TYPES["integer"])
    return _read_json_integer(int(text))


def _read_grouped_integer(value: object) -> int:
    text = str(value)
    return _read_text_integer(text.replace(".", "") if _GROUPED_INTEGER.fullmatch(text) else text)


def _read_text_number(value: object) -> Decimal:
    if not _NUMBER.fullmatch(str(value)):
        raise Fault("type", TYPES["number"])
    return Decimal(str(value))


def _read_comma_number(value: object) -> Decimal:
    if not _COMMA_NUMBER.fullmatch(str(value)):
        raise Fault("type", TYPES["decimal_comma"])
    return Decimal(str(value).replace(".", "").replace(",", "."))


def _read_text_boolean(value: object) -> bool:
    truth = _TRUTH.get(str(value).lower())
    if truth is None:
        raise Fault("type", TYPES["boolean"])
    return truth


def _read_text_object(value: object) -> str:
    try:
        return _read_json_object(json.loads(str(value), parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        raise Fault("type", TYPES["object"]) from error


_TEXT_READERS: dict[str, Reader] = {
    "integer": _read_text_integer,
    f"integer:{DECIMAL_COMMA}": _read_grouped_integer,
    "number": _read_text_number,
    f"number:{DECIMAL_COMMA}": _read_comma_number,
    "boolean": _read_text_boolean,
    "time": _read_json_time,
    "object": _read_text_object,
}


def _make_calendar_reader(column: Column, mode: Mode, zone: ZoneInfo) -> Reader:
    """A reader of dates or timestamps: ISO always; in text also the declared form and typed cells."""
    is_date = column.logical_type == "date"
    iso = _DATE if is_date else _TIMESTAMP
    form = _make_strptime_form(column.format) if mode == "text" and column.format else None
    words = TYPES[column.logical_type].format(form=f" / {column.format}" if form else "")

    def finish(moment: datetime) -> object:
        if moment.year < FIRST_YEAR:
            raise Fault("type", words)
        if is_date:
            return moment.date()
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

    def read_text_form(text: str) -> object:
        if iso.fullmatch(text):
            return finish(datetime.fromisoformat(text))
        if form and len(text) == len(column.format or "") and text.isascii() and " " not in text[:10]:
            return finish(datetime.strptime(text, form))  # noqa: DTZ007 - finish() sets the zone
        raise ValueError("no declared form")

    def read(value: object) -> object:
        if not isinstance(value, str):
            return _read_cell_moment(value, is_date, mode, words, finish)
        try:
            return read_text_form(value)
        except ValueError as error:
            raise _explain_calendar(value, mode, words) from error

    return read


def _make_strptime_form(form: str) -> str:
    for part, sign in _FORM_PARTS.items():
        form = form.replace(part, sign)
    return form


def _read_cell_moment(
    value: object, is_date: bool, mode: Mode, words: Words, finish: Callable[[datetime], object]
) -> object:
    """Take a spreadsheet's own date cell; a bare number where a date belongs is a lost format."""
    if mode == "text":
        if isinstance(value, datetime) and not (is_date and value.time() != time()):
            return finish(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return finish(datetime(value.year, value.month, value.day))  # noqa: DTZ001 - finish() sets the zone
        if isinstance(value, int | float) and is_date_serial(repr(value)):
            raise Fault.of(DATE_SERIAL)
    raise Fault("type", words)


def _explain_calendar(text: str, mode: Mode, words: Words) -> Fault:
    if text.startswith(("0000-00-00", "00/00/0000", "00-00-0000")):
        return Fault("zero-date", faults.ZERO_DATE)
    if mode == "text" and is_date_serial(text):
        return Fault.of(DATE_SERIAL)
    return _explain(text, Fault("type", words))
