"""Values → JSON exactly as the source holds them; nothing is rounded. What JSON can't say makes its row unreadable."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple


class Unreadable(NamedTuple):
    """A row the agent can't send: its column and the rule it breaks. Never the value."""

    column: str
    rule: str


class Inexact(Exception):
    """A value has no exact form; `rule` says why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class Exact(str):
    """A number's text, or JSON's, that goes out as it stands."""


class Instant(str):
    """An instant in UTC as MySQL writes it: sent with its zone, compared as it stands."""


def write_row(pairs: Iterable[tuple[str, Any]]) -> bytes:
    """Return one line of NDJSON. Raises: Inexact.

    >>> write_row([("kode", "63"), ("luas", Decimal("1.50")), ("isi", Exact('{"a":1}')), ("kosong", None)])
    b'{"kode":"63","luas":1.50,"isi":{"a":1},"kosong":null}'
    """
    return ("{" + ",".join(f"{json.dumps(name)}:{write_token(value)}" for name, value in pairs) + "}").encode()


def write_token(value: Any) -> str:
    """Return a value's JSON. Raises: Inexact.

    >>> write_token(10**20), write_token(True), write_token(datetime(2026, 1, 2, 3)), write_token(time(4, 5))
    ('100000000000000000000', 'true', '"2026-01-02T03:00:00"', '"04:05:00"')
    """
    if isinstance(value, Exact):
        return str(value)
    if isinstance(value, Instant):
        return _dump(f"{value}Z")
    if value is None or isinstance(value, (bool, int, str)):
        return _dump(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise Inexact("not-finite")
        return format(value, "f")
    if isinstance(value, float):
        return write_token(Decimal(repr(value)))
    if isinstance(value, (datetime, date, time)):
        return _dump(value.isoformat())
    if isinstance(value, (list, tuple, dict)):
        return _dump_nested(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        try:
            return _dump(bytes(value).decode("utf-8"))
        except UnicodeDecodeError:
            raise Inexact("not-utf8") from None
    return _dump(str(value))


def _dump_nested(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{_dump(str(name))}:{write_token(one)}" for name, one in value.items()) + "}"
    return "[" + ",".join(write_token(one) for one in value) + "]"


def _dump(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Inexact("not-utf8") from None
    return text


def read_json(value: Any) -> Any:
    """Return a JSON text as it stands; anything else unchanged, for the hub to judge.

    >>> write_token(read_json('{"a": 1.10}')), write_token(read_json("{")), read_json(None)
    ('{"a": 1.10}', '"{"', None)
    """
    if not isinstance(value, str) or isinstance(value, Exact):
        return value
    try:
        json.loads(value)
    except ValueError:
        return value
    return Exact(" ".join(value.splitlines()))
