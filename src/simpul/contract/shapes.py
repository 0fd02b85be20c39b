"""What one value looks like: the kinds of column it could belong to, so that `infer` can count them."""

import math
import re
from datetime import date, datetime, time
from functools import lru_cache

from simpul.contract.readers import FIRST_YEAR
from simpul.kernel.identifiers import (
    find_area_code_fault,
    find_email_fault,
    find_nik_fault,
    find_nip_fault,
    find_phone_fault,
)
from simpul.kernel.spreadsheets import find_number_damage, find_text_damage

DAMAGED = frozenset({"damaged"})
"""The shape of a value that a spreadsheet spoiled: it speaks neither for nor against a kind."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_POINT = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+")
_COMMA = re.compile(r"-?([0-9]{1,15}|[1-9][0-9]{0,2}(\.[0-9]{3})+),[0-9]{1,15}")
_PHONE = re.compile(r"(\+?62|0)[0-9 ()-]{7,16}")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})?")
_TIME = re.compile(r"[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?")
_DAY_FIRST = {
    re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}"): ("%d/%m/%Y", "date:dd/MM/yyyy"),
    re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4}"): ("%d-%m-%Y", "date:dd-MM-yyyy"),
    re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}"): (
        "%d/%m/%Y %H:%M:%S",
        "timestamp:dd/MM/yyyy HH:mm:ss",
    ),
    re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}"): ("%d/%m/%Y %H:%M", "timestamp:dd/MM/yyyy HH:mm"),
    re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}"): (
        "%d-%m-%Y %H:%M:%S",
        "timestamp:dd-MM-yyyy HH:mm:ss",
    ),
    re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4} [0-9]{2}:[0-9]{2}"): ("%d-%m-%Y %H:%M", "timestamp:dd-MM-yyyy HH:mm"),
}
_DATES = frozenset({"date", *(kind for _, kind in _DAY_FIRST.values() if kind.startswith("date"))})
_TIMESTAMPS = frozenset({"timestamp", *(kind for _, kind in _DAY_FIRST.values() if kind.startswith("timestamp"))})
"""ISO texts and typed cells are read beside whatever form a column declares."""
_ZERO_DATES = ("0000-00-00", "00/00/0000", "00-00-0000")


def list_shapes(value: object) -> frozenset[str]:
    """List the kinds that a value that isn't empty could be of; empty for free text.

    >>> sorted(list_shapes("63.01.01")), sorted(list_shapes("2026")), list_shapes("Rantau")
    (['area_code'], ['integer', 'number', 'number:decimal_comma'], frozenset())
    """
    return _list_text_shapes(value) if isinstance(value, str) else _list_cell_shapes(value)


def _list_cell_shapes(value: object) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset({"boolean"})
    if isinstance(value, int | float):
        return _list_number_shapes(value)
    if isinstance(value, datetime):
        return _TIMESTAMPS if value.time() != time() else _TIMESTAMPS | _DATES
    if isinstance(value, date):
        return _TIMESTAMPS | _DATES
    if isinstance(value, time):
        return frozenset({"time"})
    return frozenset({"object"} if isinstance(value, dict) else ())


def _list_number_shapes(value: int | float) -> frozenset[str]:
    if not math.isfinite(value):
        return frozenset()
    if find_number_damage(value) is not None:
        return DAMAGED
    if value == int(value):
        return _list_text_shapes(str(int(value)))
    return _list_text_shapes(repr(value)) - {"grouped", "integer:decimal_comma"} | {"number", "number:decimal_comma"}


@lru_cache(maxsize=8192)
def _list_text_shapes(text: str) -> frozenset[str]:
    if find_text_damage(text) is not None or text in _ZERO_DATES:
        return DAMAGED
    return frozenset(_list_number_texts(text) | _list_calendar_texts(text) | _list_identifiers(text))


def _list_number_texts(text: str) -> set[str]:
    if _INTEGER.fullmatch(text):
        grouped = {"integer:decimal_comma"} if len(text.lstrip("-")) <= 3 else set()
        return {"integer", "number", "number:decimal_comma"} | grouped
    if text.lower() in ("ya", "tidak", "true", "false"):
        return {"boolean"}
    shapes = {"number"} if _POINT.fullmatch(text) else set()
    if _GROUPED.fullmatch(text):
        shapes |= {"integer:decimal_comma", "number:decimal_comma", "grouped"}
    if _COMMA.fullmatch(text):
        shapes |= {"number:decimal_comma"}
    return shapes


def _list_calendar_texts(text: str) -> set[str]:
    if not 5 <= len(text) <= 32 or not text[0].isdigit():
        return set()
    if _ISO_DATE.fullmatch(text):
        return set(_DATES) if _is_iso(text) else set()
    if _ISO_TIMESTAMP.fullmatch(text):
        return set(_TIMESTAMPS) if _is_iso(text) else set()
    if _TIME.fullmatch(text):
        return {"time"} if text < "24" else set()
    for shape, (form, kind) in _DAY_FIRST.items():
        if shape.fullmatch(text) and _is_form(text, form):
            return {kind}
    return set()


def _list_identifiers(text: str) -> set[str]:
    shapes = set()
    if len(text) == 16 and find_nik_fault(text) is None:
        shapes.add("nik")
    if len(text) == 18 and find_nip_fault(text) is None:
        shapes.add("nip")
    if text[:1].isdigit() and len(text) <= 13 and find_area_code_fault(text) is None:
        shapes.add("area_code")
    if _PHONE.fullmatch(text) and find_phone_fault(text) is None:
        shapes.add("phone")
    if "@" in text and find_email_fault(text) is None:
        shapes.add("email")
    return shapes


def _is_iso(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).year >= FIRST_YEAR
    except ValueError:
        return False


def _is_form(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).year >= FIRST_YEAR  # noqa: DTZ007 - only its form matters
    except ValueError:
        return False
