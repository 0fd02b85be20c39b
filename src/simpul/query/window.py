"""Reads which rows are wanted, from `limit` and `offset` or the Range header; writes Content-Range."""

import re

from simpul.query.errors import RangeInvalid
from simpul.query.model import Window

_NUMBER = re.compile(r"[0-9]{1,15}")
_OTHER_UNIT = re.compile(r"(?!items=)[a-z]+=")
_RANGE = re.compile(r"(?:items=)?([0-9]{1,15})-([0-9]{1,15})?")


def parse_window(limit: str | None, offset: str | None, range_header: str | None) -> Window:
    """Return the window; the parameters win over the header. A range of another unit (`bytes=`) is none of ours.

    Raises: RangeInvalid.

    >>> parse_window(None, None, "10-19")
    Window(offset=10, limit=10)
    """
    if limit is None and offset is None:
        return _parse_range(range_header) if range_header and not _OTHER_UNIT.match(range_header) else Window()
    return Window(_parse_number(offset) or 0, _parse_number(limit))


def _parse_number(text: str | None) -> int | None:
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise RangeInvalid()
    return int(text)


def _parse_range(text: str) -> Window:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise RangeInvalid()
    first, last = int(match[1]), match[2]
    if last is None:
        return Window(first)
    if int(last) < first:
        raise RangeInvalid()
    return Window(first, int(last) - first + 1)


def write_content_range(offset: int, rows: int, total: int | None) -> str:
    """Return the header's value: `first-last/total`, `*` where there is no row or no total.

    >>> write_content_range(0, 15, None), write_content_range(0, 0, 0)
    ('0-14/*', '*/0')
    """
    span = f"{offset}-{offset + rows - 1}" if rows else "*"
    return f"{span}/{'*' if total is None else total}"


def choose_status(offset: int, rows: int, total: int | None, *, is_exact: bool = True) -> int:
    """Return 206 when fewer rows than the known total are given, else 200.

    Raises: RangeInvalid when the offset lies past an exact total; just behind its last row is an empty page.
    """
    if total is None:
        return 200
    if is_exact and offset > total:
        raise RangeInvalid()
    return 206 if rows < total else 200
