"""What stands in the place of a column that a grant masks, as SQL of type text.

A masked column is its mask everywhere: the inner subquery of a plan gives the mask under the column's name, so that what
stands outside (select, filters, order, aggregates, counts, cursors) never meets the value itself.

`hidden` is always null. `last4` keeps the last four characters of a text of at least eight, every other one is a `*`.
`hashed` is the HMAC-SHA-256 (RFC 2104) of the value's text in lower-case hexadecimal, computed by PostgreSQL with the key's
two padded blocks as parameters; the same value has the same hash under the same key, whatever the column or the session.
"""

from collections.abc import Mapping

from simpul.query.fragment import Fragment, combine, quote_name

KINDS = ("hidden", "hashed", "last4")
KIND = "text"
"""The type that a masked column has for the caller."""
SHOWN = 4
SHORTEST = 8
"""A shorter text would be half shown by its last four characters: it is masked whole."""

_BLOCK_BYTES = 64
_HIDDEN = Fragment("NULL::text")


def write_mask(mask: str, column: str, kind: str, key: bytes) -> Fragment:
    """Return the SQL of a mask.

    Args: `kind` is the column's PostgreSQL type; `key` the consumer's, 1 to 64 bytes.
    Raises: ValueError for a mask or a key that isn't one.
    """
    if mask == "hidden":
        return _HIDDEN
    text = _write_text(column, kind)
    if mask == "last4":
        covered = f"CASE WHEN length({text}) >= {SHORTEST} THEN length({text}) - {SHOWN} ELSE length({text}) END"
        return Fragment(f"(repeat('*', {covered}) || substr({text}, {covered} + 1))")
    if mask == "hashed":
        inner, outer = _pad_key(key)
        return combine(
            Fragment("encode(sha256(%s::bytea || sha256(%s::bytea || ", (outer, inner)),
            f"convert_to({text}, 'UTF8'))), 'hex')",
        )
    raise ValueError("a mask is taken from the closed list")


def _write_text(column: str, kind: str) -> str:
    """Return the value as text, the same in every session: an instant doesn't change with the session's time zone."""
    name = quote_name(column)
    if kind in {"timestamptz", "timestamp with time zone"}:
        return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    return f"{name}::text"


def _pad_key(key: bytes) -> tuple[bytes, bytes]:
    if not 1 <= len(key) <= _BLOCK_BYTES:
        raise ValueError("a mask's key has 1 to 64 bytes")
    block = key.ljust(_BLOCK_BYTES, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def show_columns(granted: Mapping[str, str], masks: Mapping[str, Fragment]) -> dict[str, str]:
    """Return the granted columns with the types that the caller sees, masked ones as texts.

    >>> show_columns({"kode": "text", "jumlah": "bigint"}, {"jumlah": Fragment("NULL::text")})
    {'kode': 'text', 'jumlah': 'text'}
    """
    return {name: KIND if name in masks else kind for name, kind in granted.items()}


def write_shown(name: str, masks: Mapping[str, Fragment]) -> Fragment:
    """Return a column as the inner subquery gives it: itself, or its mask under its name.

    >>> write_shown("nik", {"nik": Fragment("NULL::text")}).text, write_shown("kode", {}).text
    ('NULL::text AS "nik"', '"kode"')
    """
    written = quote_name(name)
    return masks[name].wrap("", f" AS {written}") if name in masks else Fragment(written)
