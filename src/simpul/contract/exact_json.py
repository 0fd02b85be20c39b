"""Writes JSON with its numbers exactly as they were given: a fraction is a Decimal, which `json` itself can't write."""

import json
from decimal import Decimal


def write_exact(value: object) -> str:
    """Return the JSON text of dicts, lists, texts, numbers, booleans and None; no digit is changed.

    Raises: ValueError for a number that JSON doesn't have; TypeError for anything else; RecursionError.

    >>> write_exact({"a": [Decimal("1.10"), 2, None]})
    '{"a": [1.10, 2, null]}'
    """
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("not a JSON number")
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(str(key), ensure_ascii=False)}: {write_exact(one)}" for key, one in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(write_exact, value)) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
