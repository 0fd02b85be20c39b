"""What the readers of both database kinds share: the order of a check, and the question that they ask."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, Self

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.sources.cursors import CURSOR_TYPES, NULL_CURSOR
from simpul.sources.errors import SourceChanged, SourceFailed, describe_failure
from simpul.sources.exact import Inexact
from simpul.sources.gathering import Read
from simpul.sources.settings import DatabaseSettings
from simpul.sources.shape import Chunk, DamagedRow, Incremental, Mode, Place, ReadLimits, SourceColumn, SourceRow


class Question(NamedTuple):
    """Where to begin, by the cursor column; `since` None asks for all rows."""

    cursor: str
    logical_type: str
    since: str | None


class RawColumn(Protocol):
    """A column of a result and how its raw value becomes an exact one; `convert` raises Inexact."""

    @property
    def name(self) -> str: ...

    @property
    def convert(self) -> Callable[[Any], object]: ...


class DatabaseReader:
    """A reader of a table or query. A kind fills in how to ask."""

    mode: Mode = "json"

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings

    def check(self) -> list[Finding]:
        """Try name, network, TLS, sign-in, object, rights and the first row, in this order; stop at the first wrong."""
        try:
            self.list_places()
            columns = self.describe()
            self.preview(1)
        except SourceFailed as failure:
            return [describe_failure(failure)]
        return self._check_columns(columns)

    def list_places(self) -> list[Place]:
        raise NotImplementedError

    def describe(self) -> list[SourceColumn]:
        raise NotImplementedError

    def preview(self, limit_rows: int = 20) -> list[SourceRow]:
        raise NotImplementedError

    def read(self, since: str | None, limits: ReadLimits) -> Iterator[Chunk]:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_columns(self, columns: list[SourceColumn]) -> list[Finding]:
        chosen = self._settings.incremental
        if chosen is None:
            return []
        names = {column.name: column for column in columns}
        findings = [
            Finding("object", "changed", _say_missing(name))
            for name in (chosen.cursor_column, *chosen.key_columns)
            if name not in names
        ]
        cursor = names.get(chosen.cursor_column)
        if cursor is not None and not is_cursor_usable(cursor):
            findings.append(Finding("object", "cursor-type", _CURSOR_TYPE))
        elif cursor is not None and cursor.logical_type == "string" and chosen.overlap:
            findings.append(Finding("settings", "overlap", _TEXT_OVERLAP))
        return findings

    def _find_cursor(self, columns: list[SourceColumn]) -> SourceColumn | None:
        """Return the cursor column, None where all is read. Raises: SourceChanged where it isn't there or usable."""
        chosen = self._settings.incremental
        if chosen is None:
            return None
        found = next((column for column in columns if column.name == chosen.cursor_column), None)
        if found is None:
            raise SourceChanged(_say_missing(chosen.cursor_column))
        if not is_cursor_usable(found):
            raise SourceChanged(_CURSOR_TYPE)
        return found


_CURSOR_TYPE = Words(
    "Kolom penanda harus bilangan bulat, desimal, tanggal, waktu, atau teks.",
    "The cursor column must be an integer, a decimal, a date, a time stamp or text.",
)
_TEXT_OVERLAP = Words(
    "Kolom penanda berupa teks tidak mengenal tumpang tindih; isi 0.",
    "A cursor column of text knows no overlap; set it to 0.",
)


_UNORDERED = ("float", "double", "real", "double precision", "enum", "set", "binary")
"""Types whose values aren't exact, or are compared otherwise than they are sorted."""


def is_cursor_usable(column: SourceColumn) -> bool:
    """Tell whether a column's values are exact and in order."""
    return column.logical_type in CURSOR_TYPES and column.raw_type not in _UNORDERED


def _say_missing(name: str) -> Words:
    return Words(f"Kolom {name} tidak ada di sumber.", f"The source has no column {name}.")


def quote_with(sign: str) -> Callable[[str], str]:
    """Return the quoting of names by a sign, which is doubled within. Raises: SourceChanged for a name with NUL.

    >>> quote_with("`")("a`b")
    '`a``b`'
    """

    def quote(name: str) -> str:
        if "\0" in name:
            raise SourceChanged
        return sign + name.replace(sign, sign * 2) + sign

    return quote


def make_row(columns: Sequence[RawColumn], row: Sequence[Any]) -> SourceRow:
    """Return a row's exact values; a `DamagedRow` where one can't be exact, which names the first such column."""
    made: SourceRow = {}
    blame: tuple[str, Inexact] | None = None
    for column, raw in zip(columns, row, strict=True):
        try:
            made[column.name] = None if raw is None else column.convert(raw)
        except Inexact as inexact:
            made[column.name] = inexact.shown or None
            blame = blame or (column.name, inexact)
    if blame is None:
        return made
    return DamagedRow(made, blame[0], blame[1].rule, blame[1].message)


def take_rows(
    columns: Sequence[RawColumn], rows: Iterator[Sequence[Any]], chosen: Incremental | None
) -> Iterator[Read]:
    """Give each row with its cursor; rows without one are damaged where that is the policy."""
    for row in rows:
        made = make_row(columns, row)
        cursor = write_cursor(made, chosen.cursor_column) if chosen else None
        if chosen and cursor is None and chosen.null_cursor == "refuse":
            made = DamagedRow(made, chosen.cursor_column, "null-cursor", NULL_CURSOR)
        yield Read(made, cursor, sum(len(value) for value in row if value is not None))


def write_cursor(row: SourceRow, name: str) -> str | None:
    """Return the row's cursor as exact text; None where it is empty, zero or no date at all."""
    value = row.get(name)
    if value is None or (isinstance(row, DamagedRow) and row.finding.where == name):
        return None
    return str(value)
