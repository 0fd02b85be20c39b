"""JSON: an array of objects, one object, or NDJSON (one object a line).

Numbers with a fraction come as Decimal, so that nothing is rounded. The header holds the keys of all objects, in the
order first met. Memory: the text; objects are decoded one at a time, twice (keys first).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from simpul.delivery.errors import FileEmpty, FileRefused, HeaderRefused
from simpul.delivery.header import check_names
from simpul.delivery.hostile import open_source
from simpul.delivery.limits import COLUMNS, JSON_DEPTH, ROWS
from simpul.delivery.sheet import Damaged, Row, Sheet
from simpul.kernel.words import Words

_SPACE = " \t\r\n"


class _Repeated(dict[str, Any]):
    """An object in which a key stands twice."""


def read_ndjson(content: bytes | Path) -> Sheet:
    """Open one object a line. A line that isn't one is a damaged row. Raises: FileEmpty, HeaderRefused, FileRefused."""
    text = _read_text(content)
    return _open_sheet("ndjson", lambda: _iterate_lines(text))


def read_json(content: bytes | Path) -> Sheet:
    """Open an array of objects, or one object. Raises: FileEmpty, HeaderRefused, FileRefused (naming the element)."""
    text = _read_text(content)
    return _open_sheet("json", lambda: _iterate_array(text))


def _read_text(content: bytes | Path) -> str:
    with open_source(content) as source:
        raw = source.read()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = Words("JSON harus UTF-8.", "JSON must be UTF-8.")
        hint = Words("Simpan atau kirim ulang sebagai UTF-8.", "Save or send it again as UTF-8.")
        raise FileRefused("encoding", message, where=f"baris/row {line}", hint=hint) from error


def _open_sheet(kind: str, iterate: Callable[[], Iterator[tuple[int, object]]]) -> Sheet:
    keys: dict[str, None] = {}
    count, is_uneven = 0, False
    for _, item in iterate():
        count += 1
        if isinstance(item, dict):
            is_uneven = is_uneven or (count > 1 and item.keys() != keys.keys())
            keys.update(dict.fromkeys(item))
        _check_size(count, len(keys))
    if not count:
        raise FileEmpty("no-rows", Words("Tidak ada baris data.", "There are no rows."))
    if not keys or "" in keys:
        raise HeaderRefused(
            "no-header",
            Words("Setiap baris harus objek dengan kunci bernama.", "Each row must be an object with named keys."),
        )
    header = list(keys)
    check_names(header, "")
    return Sheet(kind, header, _fit_rows(iterate(), header), is_uneven=is_uneven)


def _check_size(rows: int, columns: int) -> None:
    if columns > COLUMNS:
        raise HeaderRefused("too-many-columns", Words(f"Lebih dari {COLUMNS} kolom.", f"More than {COLUMNS} columns."))
    if rows > ROWS:
        raise FileRefused(
            "too-many-rows",
            Words(f"Lebih dari {ROWS} baris.", f"More than {ROWS} rows."),
            hint=Words("Bagi menjadi beberapa kiriman.", "Split it into several batches."),
        )


def _fit_rows(items: Iterable[tuple[int, object]], header: list[str]) -> Iterator[Row]:
    for position, item in items:
        if isinstance(item, Damaged):
            yield position, item
        elif isinstance(item, _Repeated):
            message = Words("Satu kunci muncul dua kali dalam objek ini.", "One key stands twice in this object.")
            yield position, Damaged(list(item.values()), "repeated-key", message)
        elif isinstance(item, dict):
            yield position, [item.get(name) for name in header]
        else:
            message = Words("Baris ini bukan objek JSON {…}.", "This row isn't a JSON object {…}.")
            yield position, Damaged([], "not-an-object", message)


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else _Repeated(made)


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_make_object, parse_float=Decimal, parse_constant=_refuse_constant)


def _decode(text: str, start: int) -> tuple[object, int]:
    """Decode the value at `start`. Raises: ValueError for what isn't JSON or is nested too deep."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError as error:
        raise ValueError("depth") from error
    if not _is_shallow(value, JSON_DEPTH):
        raise ValueError("depth")
    return value, end


def _is_shallow(value: object, depth: int) -> bool:
    if not isinstance(value, (dict, list)):
        return True
    children = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_is_shallow(child, depth - 1) for child in children)


def _iterate_lines(text: str) -> Iterator[tuple[int, object]]:
    start, position = 0, 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line, start, position = text[start:end].strip(_SPACE), end + 1, position + 1
        if line:
            yield position, _decode_line(line)


def _decode_line(line: str) -> object:
    try:
        value, end = _decode(line, 0)
    except ValueError:
        end, value = -1, None
    if end != len(line):
        message = Words("Baris ini bukan satu objek JSON yang utuh.", "This line isn't one whole JSON object.")
        return Damaged([], "not-json", message)
    return value


def _skip_space(text: str, index: int) -> int:
    while index < len(text) and text[index] in _SPACE:
        index += 1
    return index


def _iterate_array(text: str) -> Iterator[tuple[int, object]]:
    index = _skip_space(text, 0)
    if text[index : index + 1] != "[":
        value, index = _decode_element(text, index, 1)
        yield 1, value
        _check_end(text, index)
        return
    index, position = _skip_space(text, index + 1), 0
    if text[index : index + 1] == "]":
        _check_end(text, index + 1)
        return
    while True:
        position += 1
        value, index = _decode_element(text, index, position)
        yield position, value
        index = _skip_space(text, index)
        if text[index : index + 1] == "]":
            _check_end(text, index + 1)
            return
        if text[index : index + 1] != ",":
            raise _broken(text, index, position)
        index = _skip_space(text, index + 1)


def _decode_element(text: str, index: int, position: int) -> tuple[object, int]:
    try:
        return _decode(text, index)
    except ValueError as error:
        raise _broken(text, getattr(error, "pos", index), position) from error


def _check_end(text: str, index: int) -> None:
    if _skip_space(text, index) != len(text):
        message = Words("Ada isi sesudah akhir JSON.", "There is more after the end of the JSON.")
        hint = Words(
            "Satu objek per baris? Kirim sebagai NDJSON (application/x-ndjson, .ndjson).",
            "One object a line? Send it as NDJSON (application/x-ndjson, .ndjson).",
        )
        raise FileRefused("not-json", message, hint=hint)


def _broken(text: str, index: int, position: int) -> FileRefused:
    line = text.count("\n", 0, index) + 1
    message = Words(
        f"JSON rusak pada elemen ke-{position} (baris {line}).", f"The JSON breaks at element {position} (line {line})."
    )
    hint = Words(
        "Perbaiki JSON, atau kirim sebagai NDJSON agar baris lain tetap diterima.",
        "Mend the JSON, or send NDJSON so that other rows are kept.",
    )
    return FileRefused("not-json", message, where=f"elemen/element {position}", hint=hint)
