"""PostgreSQL's texts → exact values. Every column is asked for as text, which is exact in this server.

Arrays, ranges, bytea (`\\\\x…`), intervals and the rest stay the server's text.
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from simpul.kernel.words import Words
from simpul.sources.exact import Inexact, read_exact_number

_NO_MOMENT = Words(
    "Tanggal ini tidak dapat dipakai (infinity, sebelum Masehi, atau di luar tahun 9999).",
    "This date can't be used (infinity, before Christ, or beyond the year 9999).",
)
_NO_NUMBER = Words("Nilai ini bukan bilangan (NaN atau Infinity).", "This value isn't a number (NaN or Infinity).")
_PLAIN_NUMBER = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?")

Convert = Callable[[str], object]


class PostgresqlColumn(NamedTuple):
    """A column of a result as the server describes it."""

    name: str
    logical_type: str
    raw_type: str
    convert: Convert


def describe_column(name: str, raw_type: str) -> PostgresqlColumn:
    """Return a column by its type's name, as `format_type()` writes it.

    >>> describe_column("a", "numeric").logical_type, describe_column("b", "integer[]").logical_type
    ('number', 'string')
    """
    logical_type, convert = _TYPES.get(raw_type, ("string", str))
    return PostgresqlColumn(name, logical_type, raw_type, convert)


def _read_number(text: str) -> Decimal:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise Inexact("not-a-number", _NO_NUMBER, text)
    return Decimal(text)


def _read_date(text: str) -> str:
    return _check_moment(text, date.fromisoformat)


def _read_timestamp(text: str) -> str:
    return _check_moment(text, datetime.fromisoformat)


def _read_instant(text: str) -> str:
    return _check_moment(text.removesuffix("+00") + "Z" if text.endswith("+00") else text, datetime.fromisoformat)


def _read_time(text: str) -> str:
    return _check_moment(text, time.fromisoformat)


def _check_moment(text: str, parse: Callable[[str], object]) -> str:
    try:
        parse(text)
    except ValueError:
        raise Inexact("no-moment", _NO_MOMENT, text) from None
    return text


def _read_json(text: str) -> object:
    try:
        return json.loads(text, parse_float=read_exact_number)
    except (ValueError, RecursionError) as error:
        raise Inexact("not-json", Words("Isi kolom ini bukan JSON.", "This column's value isn't JSON.")) from error


_TYPES: dict[str, tuple[str, Convert]] = {
    "smallint": ("integer", int),
    "integer": ("integer", int),
    "bigint": ("integer", int),
    "oid": ("integer", int),
    "numeric": ("number", _read_number),
    "real": ("number", _read_number),
    "double precision": ("number", _read_number),
    "boolean": ("boolean", lambda text: text == "true"),
    "date": ("date", _read_date),
    "timestamp without time zone": ("timestamp", _read_timestamp),
    "timestamp with time zone": ("timestamp", _read_instant),
    "time without time zone": ("time", _read_time),
    "json": ("object", _read_json),
    "jsonb": ("object", _read_json),
}
