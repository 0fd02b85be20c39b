"""JSON texts of other servers: exact numbers, keys that stand twice named, records found by a path."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from simpul.kernel.words import Words
from simpul.sources.errors import SourceChanged, SourceRubbish
from simpul.sources.exact import read_exact_number
from simpul.sources.shape import DamagedRow, Place, SourceColumn, SourceRow

_DEEPEST_PLACE = 4
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")
_REPEATED = Words("Satu kunci muncul dua kali dalam objek ini.", "One key stands twice in this object.")
_NO_OBJECT = Words("Baris ini bukan objek JSON {…}.", "This row isn't a JSON object {…}.")


def read_json_text(body: bytes, media_type: str) -> Any:
    """Return the document. Raises: SourceRubbish for HTML, half JSON, another encoding, and what nests too deeply."""
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<") or "html" in media_type.lower():
        raise SourceRubbish(
            Words(
                "Sumber menjawab dengan halaman HTML, bukan JSON.", "The source answered with an HTML page, not JSON."
            ),
            hint=Words(
                "Periksa alamatnya; halaman masuk atau galat PHP sering menjadi sebabnya.",
                "Check the address; a sign-in page or a PHP error is often the cause.",
            ),
        )
    try:
        return json.loads(
            body.decode("utf-8-sig"), parse_float=read_exact_number, parse_constant=_refuse, object_pairs_hook=_pair
        )
    except UnicodeDecodeError as error:
        raise SourceRubbish(Words("Jawaban sumber bukan UTF-8.", "The source's answer isn't UTF-8.")) from error
    except (ValueError, RecursionError) as error:
        raise SourceRubbish(
            Words("Jawaban sumber bukan JSON yang utuh.", "The source's answer isn't whole JSON.")
        ) from error


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _pair(pairs: list[tuple[str, Any]]) -> SourceRow:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    names = [name for name, _ in pairs]
    repeated = next(name for name in names if names.count(name) > 1)
    return DamagedRow(made, repeated, "repeated-key", _REPEATED)


def find_value(document: Any, path: Sequence[str]) -> Any:
    """Return what lies at a path, None where there is nothing.

    >>> find_value({"data": {"items": [7]}}, ["data", "items", "0"])
    7
    """
    for step in path:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def list_records(document: Any, path: Sequence[str]) -> list[SourceRow]:
    """Return the records at a path; what isn't an object is a damaged row. Raises: SourceChanged where there is no list."""
    found = find_value(document, path)
    if isinstance(found, dict) and not path:
        found = [found]
    if not isinstance(found, list):
        where = ".".join(path) or "$"
        raise SourceChanged(
            Words(f"Tidak ada daftar baris pada {where} dalam jawaban.", f"The answer has no list of rows at {where}."),
            hint=Words("Perbaiki letak baris pada halaman sumber.", "Mend where the rows are, on the source's page."),
        )
    return [one if isinstance(one, dict) else DamagedRow({}, "", "not-an-object", _NO_OBJECT) for one in found]


def list_record_places(document: Any) -> list[Place]:
    """Return the paths at which lists of objects lie, the outer ones first."""
    return [Place(".".join(path), "records", f"{count}") for path, count in _walk(document, ())]


def _walk(document: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    if isinstance(document, list) and any(isinstance(one, dict) for one in document):
        yield path, len(document)
    elif isinstance(document, dict) and len(path) < _DEEPEST_PLACE:
        for name, inner in document.items():
            yield from _walk(inner, (*path, name))


def describe_records(rows: Sequence[SourceRow]) -> list[SourceColumn]:
    """Return the columns of records in the order first met, with what their values speak for."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [_describe(name, [row.get(name) for row in rows]) for name in names]


def _describe(name: str, values: Sequence[Any]) -> SourceColumn:
    kinds = [find_kind(value) for value in values if value is not None]
    met = set(kinds)
    logical = met.pop() if len(met) == 1 else "number" if met and met <= {"integer", "number"} else "string"
    raw = sorted({_name_json_type(value) for value in values if value is not None})
    return SourceColumn(name, logical, " | ".join(raw) or "null", any(value is None for value in values))


def find_kind(value: object) -> str:
    """Return the logical type that one JSON value speaks for.

    >>> find_kind("2026-02-30"), find_kind("2026-02-28"), find_kind("2026-02-28T08:00:00Z"), find_kind(True)
    ('string', 'date', 'timestamp', 'boolean')
    """
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return _find_text_kind(value)
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "string"
    return "integer" if isinstance(value, int) else "number"


def _find_text_kind(text: str) -> str:
    try:
        if _DATE.fullmatch(text):
            date.fromisoformat(text)
            return "date"
        if _TIMESTAMP.fullmatch(text):
            datetime.fromisoformat(text)
            return "timestamp"
    except ValueError:
        pass
    return "string"


def _name_json_type(value: object) -> str:
    names = {bool: "boolean", int: "integer", str: "string", dict: "object", list: "array", DamagedRow: "object"}
    return names.get(type(value), "number")
