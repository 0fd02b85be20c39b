"""Reads a database's table or query: in the order of the cursor, or all of it."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, Union

from simpul_agent.config import Config
from simpul_agent.errors import SourceFailed
from simpul_agent.position import Track
from simpul_agent.statement import Dialect, Statement, write_count_without_cursor, write_select
from simpul_agent.tokens import Inexact, Unreadable, read_json, write_row

Values = Sequence[Any]


class Session(Protocol):
    """One read-only look at a database: everything in it is of one moment."""

    dialect: Dialect

    def stream(self, statement: Statement) -> tuple[list[str], Iterator[Values]]:
        """Return the columns' names and the rows, a few at a time."""


class Reader(Protocol):
    """Opens sessions on one kind of database."""

    def open(self) -> AbstractContextManager[Session]:
        """Open a session. Raises: SourceFailed."""


class TableSource:
    """A table, or a query, as lines of NDJSON."""

    media_type, head, is_break = "application/x-ndjson", b"", False

    def __init__(self, config: Config, reader: Reader, position: dict[str, Any]) -> None:
        self._config, self._reader = config, reader
        self._track = Track(position, config.overlap_seconds)
        self.without_cursor = 0

    @contextmanager
    def read(self) -> Iterator[Iterator[Union[bytes, Unreadable]]]:
        """Give the lines after the position."""
        with self._reader.open() as session:
            yield self._read(session)

    def mark(self) -> dict[str, Any]:
        """Return the position after the line that was given last."""
        return self._track.mark()

    def _read(self, session: Session) -> Iterator[Union[bytes, Unreadable]]:
        start = self._track.start
        if self._config.cursor:
            _, [(count,)] = _read_all(session, write_count_without_cursor(self._config, session.dialect))
            if count and self._config.null_cursor == "send":
                yield from self._lines(session, write_select(self._config, session.dialect, None, nulls=True), False)
            else:
                self.without_cursor = int(count)
        yield from self._lines(session, write_select(self._config, session.dialect, start), bool(self._config.cursor))

    def _lines(self, session: Session, statement: Statement, is_tracked: bool) -> Iterator[Union[bytes, Unreadable]]:
        names, rows = session.stream(statement)
        sent = self._map_columns(names)
        places = self._place_cursor(names) if is_tracked else []
        for row in rows:
            line = _write_line(sent, row, self._config.json_columns)
            if not is_tracked:
                yield line
                continue
            noted = line if isinstance(line, bytes) else repr(row).encode()
            is_seen = self._track.is_seen(noted)
            cursor, *keys = (_read_key(row[place]) for place in places)
            self._track.add(cursor, keys, noted)
            if not is_seen:
                yield line

    def _map_columns(self, names: list[str]) -> list[tuple[str, int]]:
        if not self._config.columns:
            return [(name, place) for place, name in enumerate(names)]
        return [(to, _find_place(names, name)) for to, name in self._config.columns.items()]

    def _place_cursor(self, names: list[str]) -> list[int]:
        return [_find_place(names, name) for name in (self._config.cursor or "", *self._config.keys)]


def _find_place(names: list[str], name: str) -> int:
    if name not in names:
        raise SourceFailed(f"Kolom {name} tidak ada di sumber.", f"The source has no column {name}.")
    return names.index(name)


def _read_key(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def _write_line(sent: list[tuple[str, int]], row: Values, json_columns: Sequence[str]) -> Union[bytes, Unreadable]:
    pairs = [(name, read_json(row[place]) if name in json_columns else row[place]) for name, place in sent]
    try:
        return write_row(pairs)
    except Inexact:
        pass
    for pair in pairs:
        try:
            write_row([pair])
        except Inexact as error:
            return Unreadable(pair[0], error.rule)
    return Unreadable("", "unreadable")


def _read_all(session: Session, statement: Statement) -> tuple[list[str], list[Values]]:
    names, rows = session.stream(statement)
    return names, list(rows)
