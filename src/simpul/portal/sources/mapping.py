"""Which of a source's columns, or which constant, fills which column of the contract; and whether that still fits. Pure.

Values keep their exact value on the way: a whole number may become its text, a text of digits its number, a midnight its
date. Whatever isn't exactly of the contract's type is left as it is, and the contract's validator refuses that row.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from simpul.contract.model import Column, Dataset
from simpul.contract.names import make_name
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.sources.shape import SourceColumn

Converter = Callable[[object], object]
_FITS: Mapping[str, tuple[str, ...]] = {
    "string": ("string", "integer", "number", "date", "timestamp", "time"),
    "integer": ("integer", "number", "string"),
    "number": ("number", "integer", "string"),
    "boolean": ("boolean", "integer", "string"),
    "date": ("date", "timestamp", "string"),
    "timestamp": ("timestamp", "string"),
    "time": ("time", "string"),
    "object": ("object",),
}
"""Logical type of the contract → those of the source that may be exactly of it, the same first."""
_DIGITS = re.compile(r"-?[0-9]{1,100}")
_NUMBER = re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,100})?")
_MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(:00(\.0{1,9})?)?")
_TRUTH = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True)
class Filling:
    """What one column of the contract is filled with: a column of the source, or one text for all rows."""

    source: str = ""
    constant: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> "Filling":
        """Read what `to_dict` wrote."""
        return cls(data.get("source", ""), data.get("constant", ""))

    def to_dict(self) -> dict[str, str]:
        """Return plain JSON."""
        return {"source": self.source} if self.source else {"constant": self.constant}


NOTHING_SEEN = "null"
"""The raw type of a column that was empty in all rows that were looked at."""
JSON_NUMBERS = {"integer", "number"}
Mappings = Mapping[str, Filling]
"""The contract's column → what fills it; columns that stay empty aren't in it."""


def fits(source_type: str, column: Column) -> bool:
    """Tell whether values of a source's type may be exactly of a contract's column."""
    return not source_type or source_type in _FITS[column.logical_type]


def propose(columns: Sequence[SourceColumn], dataset: Dataset) -> dict[str, Filling]:
    """Propose a source for each column of the contract: the same name, or the title's, whose type fits.

    A column whose name only contains the other's words ("kode" and "kode_desa") is proposed where it is the only one.
    """
    found: dict[str, Filling] = {}
    for column in dataset.columns:
        wanted = {_plain(column.name), *([_plain(make_name(column.title))] if column.title else [])}
        fitting = [one for one in columns if _plain(one.name) in wanted and fits(one.logical_type, column)]
        if fitting:
            found[column.name] = Filling(fitting[0].name)
    taken = {one.source for one in found.values()}
    for column in dataset.columns:
        near = [one for one in columns if one.name not in taken and _is_near(one, column)]
        if column.name not in found and len(near) == 1:
            found[column.name] = Filling(near[0].name)
            taken.add(near[0].name)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _is_near(one: SourceColumn, column: Column) -> bool:
    ours, theirs = (set(re.findall(r"[a-z0-9]+", name.casefold())) for name in (column.name, one.name))
    return bool(ours and theirs) and (ours <= theirs or theirs <= ours) and fits(one.logical_type, column)


def list_unmatched(mapping: Mappings, columns: Sequence[SourceColumn]) -> list[str]:
    """Return the source's columns that fill nothing, in its order."""
    used = {filling.source for filling in mapping.values()}
    return [one.name for one in columns if one.name not in used]


def check_mapping(mapping: Mappings, columns: Sequence[SourceColumn], dataset: Dataset) -> list[Finding]:
    """Return what is wrong, each with the contract's column it is about; empty when rows can be fetched by it."""
    known = {one.name: one for one in columns}
    names = {column.name for column in dataset.columns}
    gone = Words("Kolom ini tidak ada lagi dalam kontrak.", "The contract has no such column any more.")
    found = [Finding(name, "unknown-column", gone) for name in mapping if name not in names]
    for column in dataset.columns:
        filling = mapping.get(column.name)
        if filling is None:
            if column.required or column.key:
                words = Words("Kolom wajib ini belum diisi dari mana pun.", "Nothing fills this required column yet.")
                found.append(Finding(column.name, "missing-column", words))
        elif filling.source and filling.source not in known:
            words = Words(f"Kolom sumber {filling.source} tidak ada.", f"The source has no column {filling.source}.")
            found.append(Finding(column.name, "column-gone", words))
        elif filling.source and not fits(known[filling.source].logical_type, column):
            theirs = known[filling.source].logical_type
            words = Words(
                f"Kolom sumber {filling.source} bertipe {theirs}, sedangkan kontrak meminta {column.logical_type}.",
                f"The source's column {filling.source} is {theirs}; the contract asks for {column.logical_type}.",
            )
            found.append(Finding(column.name, "type-differs", words))
    return found


class Drift(NamedTuple):
    """How a source differs from what its mapping was made for: what stops a run, and what is only to be known."""

    stops: list[Finding]
    notes: list[Words]


def find_drift(mapping: Mappings, before: Sequence[SourceColumn], now: Sequence[SourceColumn]) -> Drift:
    """Compare the source's columns with those that the mapping was made for.

    A mapped column that is gone or of another type stops the run; others that are new, gone or of another type are notes. Types that
    were only inferred from rows and couldn't be (all empty) aren't compared.
    """
    used = {filling.source for filling in mapping.values() if filling.source}
    old, new = ({one.name: one for one in columns} for columns in (before, now))
    stops, notes = [], []
    for name, column in old.items():
        told = _tell_change(column, new.get(name))
        if told is not None and name in used:
            stops.append(Finding(name, "column-gone" if name not in new else "type-changed", told))
        elif told is not None:
            notes.append(told)
    notes += [
        Words(f"Kolom baru di sumber: {name}. Belum dipetakan.", f"New column in the source: {name}. Not mapped yet.")
        for name in new
        if name not in old
    ]
    return Drift(stops, notes)


def _tell_change(before: SourceColumn, now: SourceColumn | None) -> Words | None:
    if now is None:
        return Words(f"Kolom {before.name} hilang dari sumber.", f"The column {before.name} is gone from the source.")
    if not _is_retyped(before, now):
        return None
    return Words(
        f"Tipe kolom {before.name} berubah dari {before.raw_type} menjadi {now.raw_type}.",
        f"The type of the column {before.name} changed from {before.raw_type} to {now.raw_type}.",
    )


def _is_retyped(before: SourceColumn, now: SourceColumn) -> bool:
    """Tell a real change from rows that merely look otherwise today: empty ones, whole numbers, texts like dates."""
    logical, raw = (before.logical_type, now.logical_type), (before.raw_type, now.raw_type)
    if logical[0] == logical[1] or raw[0] == raw[1] or NOTHING_SEEN in raw:
        return False
    return not set(raw) <= JSON_NUMBERS


def read_columns(described: Iterable[Sequence[Any]]) -> list[SourceColumn]:
    """Read the columns as `Source.described` keeps them."""
    return [SourceColumn(str(one[0]), str(one[1]), str(one[2]), bool(one[3])) for one in described]


def read_mapping(stored: Mapping[str, Mapping[str, str]]) -> dict[str, Filling]:
    """Read the mapping as `Source.mapping` keeps it."""
    return {name: Filling.from_dict(one) for name, one in stored.items()}


def make_converter(column: Column) -> Converter:
    """Return what brings a value of a program's source exactly to a contract's type, and leaves all others alone.

    >>> [make_converter(Column("a", logical_type="integer"))(one) for one in ("6305", "6305.5", "", None, "x")]
    [6305, '6305.5', None, None, 'x']
    >>> make_converter(Column("a", logical_type="date"))("2026-01-31 00:00:00")
    '2026-01-31'
    """
    convert = _CONVERTERS.get(column.logical_type)
    return _keep if convert is None else convert


def _keep(value: object) -> object:
    return value


def _to_text(value: object) -> object:
    if type(value) is str:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return format(value, "f") if isinstance(value, Decimal) and value.is_finite() else value


def _to_integer(value: object) -> object:
    if type(value) is int or value is None:
        return value
    if not isinstance(value, str):
        return value
    text = value.strip()
    return int(text) if _DIGITS.fullmatch(text) else _empty(value)


def _to_number(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else _empty(value)


def _to_boolean(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return value
    return _TRUTH.get(str(value).strip().lower(), _empty(value))


def _to_date(value: object) -> object:
    match = _MIDNIGHT.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else _empty(value)


def _empty(value: object) -> object:
    """Text alone can be empty; elsewhere an empty text stands for no value."""
    return None if value == "" else value


_CONVERTERS: Mapping[str, Converter] = {
    "string": _to_text,
    "integer": _to_integer,
    "number": _to_number,
    "boolean": _to_boolean,
    "date": _to_date,
    "timestamp": _empty,
    "time": _empty,
}
