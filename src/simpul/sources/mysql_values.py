"""MySQL's texts → exact values. What can't be exact raises `Inexact`, and its row is refused; nothing is rounded."""

import json
import re
import struct
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from pymysql.constants import FIELD_TYPE, FLAG

from simpul.kernel.words import Words
from simpul.sources.exact import Inexact, read_exact_number, refuse_text

BINARY = 63
"""The number of the character set "binary"."""
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?")
_ZERO = re.compile(rb"[0:. -]+")
_INTEGERS = (FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.INT24, FIELD_TYPE.YEAR)
_INTEGER_NAMES = dict(zip(_INTEGERS, ("tinyint", "smallint", "int", "bigint", "mediumint", "year"), strict=True))

ZERO_DATE = Words(
    "Tanggal bernilai nol (0000-00-00). Kosongkan di sumber, atau atur sumber agar tanggal nol dibaca kosong.",
    "The date is zero (0000-00-00). Empty it at the source, or set the source to read zero dates as empty.",
)
PART_DATE = Words("Tanggal tidak ada di kalender.", "The date isn't in the calendar.")
LONG_TIME = Words(
    "Waktu di luar 00:00:00 sampai 23:59:59. Ubah dengan kueri, misalnya menjadi detik (TIME_TO_SEC).",
    "The time is outside 00:00:00 to 23:59:59. Change it by a query, into seconds (TIME_TO_SEC) for example.",
)

Convert = Callable[[bytes], object]


class MysqlColumn(NamedTuple):
    """A column of a result as the server describes it."""

    name: str
    logical_type: str
    raw_type: str
    nullable: bool
    convert: Convert
    is_float: bool = False

    def as_json(self) -> "MysqlColumn":
        """Return the same column, read as JSON."""
        return self._replace(logical_type="object", raw_type="json", convert=read_json)


def describe_field(
    name: str, type_code: int, charset: int, flags: int, length: int, is_zero_empty: bool
) -> MysqlColumn:
    """Return a column from its description in a result's header."""
    nullable = not flags & FLAG.NOT_NULL
    unsigned = " unsigned" if flags & FLAG.UNSIGNED else ""
    if type_code in _INTEGERS:
        return MysqlColumn(name, "integer", _INTEGER_NAMES[type_code] + unsigned, nullable, _read_integer)
    if type_code == FIELD_TYPE.BIT:
        if length == 1:
            return MysqlColumn(name, "boolean", "bit(1)", nullable, lambda raw: raw != b"\0")
        return MysqlColumn(name, "integer", f"bit({length})", nullable, lambda raw: int.from_bytes(raw, "big"))
    if type_code in (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL):
        return MysqlColumn(name, "number", "decimal" + unsigned, nullable, _read_number)
    if type_code == FIELD_TYPE.DOUBLE:
        return MysqlColumn(name, "number", "double", nullable, _read_number)
    if type_code == FIELD_TYPE.FLOAT:
        return MysqlColumn(name, "number", "float", nullable, read_float, is_float=True)
    if type_code == FIELD_TYPE.JSON:
        return MysqlColumn(name, "object", "json", nullable, read_json)
    moment = _describe_moment(type_code, is_zero_empty)
    if moment is not None:
        return MysqlColumn(name, moment[0], moment[1], nullable, moment[2])
    kind = "enum" if flags & FLAG.ENUM else "set" if flags & FLAG.SET else "binary" if charset == BINARY else "text"
    return MysqlColumn(name, "string", kind, nullable, _read_text)


def _describe_moment(type_code: int, is_zero_empty: bool) -> tuple[str, str, Convert] | None:
    if type_code in (FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE):
        return "date", "date", lambda raw: _read_moment(raw, is_zero_empty, date.fromisoformat, "")
    if type_code == FIELD_TYPE.DATETIME:
        return "timestamp", "datetime", lambda raw: _read_moment(raw, is_zero_empty, datetime.fromisoformat, "")
    if type_code == FIELD_TYPE.TIMESTAMP:
        return "timestamp", "timestamp", lambda raw: _read_moment(raw, is_zero_empty, datetime.fromisoformat, "Z")
    return ("time", "time", _read_time) if type_code == FIELD_TYPE.TIME else None


def _read_integer(raw: bytes) -> int:
    return int(raw)


def _read_number(raw: bytes) -> Decimal:
    try:
        return Decimal(raw.decode("ascii"))
    except (InvalidOperation, UnicodeDecodeError) as error:
        raise Inexact("number", Words("Nilai ini bukan bilangan.", "This value isn't a number.")) from error


def read_float(raw: bytes) -> Decimal:
    """Return the shortest number that is this 4-byte float; the server sent it as the 8-byte one.

    >>> read_float(b"0.10000000149011612"), read_float(b"16777216")
    (Decimal('0.1'), Decimal('16777216'))
    """
    wide = float(raw)
    try:
        packed = struct.pack("f", wide)
    except OverflowError:
        return Decimal(raw.decode("ascii"))
    for digits in range(6, 10):
        short = f"{wide:.{digits}g}"
        if struct.pack("f", float(short)) == packed:
            return Decimal(short)
    return Decimal(raw.decode("ascii"))


def _read_text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse_text() from None


def read_json(raw: bytes) -> object:
    """Return a JSON document with exact numbers."""
    try:
        return json.loads(_read_text(raw), parse_float=read_exact_number)
    except (ValueError, RecursionError) as error:
        raise Inexact("not-json", Words("Isi kolom ini bukan JSON.", "This column's value isn't JSON.")) from error


def _read_moment(raw: bytes, is_zero_empty: bool, parse: Callable[[str], date], suffix: str) -> str | None:
    text = raw.decode("ascii", "replace")
    if _ZERO.fullmatch(raw):
        if is_zero_empty:
            return None
        raise Inexact("zero-date", ZERO_DATE, text)
    try:
        parse(text)
    except ValueError:
        raise Inexact("part-date", PART_DATE, text) from None
    return text + suffix


def _read_time(raw: bytes) -> str:
    text = raw.decode("ascii", "replace")
    if not _CLOCK.fullmatch(text):
        raise Inexact("time-range", LONG_TIME, text)
    return text
