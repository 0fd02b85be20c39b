"""From staged rows to the dataset's table: repeats, conflicts, then update and insert, all by set.

Staged rows lie in a temporary table of the transaction, with the types of the dataset's own columns. Each function
that takes rows away from it returns them, so that none is lost.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from simpul.delivery.errors import DatasetMissing
from simpul.delivery.target import Target
from simpul.store.sql import SQL, Composable, Composed, Connection, Identifier, Literal, errors

_STAGED = Identifier("pg_temp", "staged_rows")


class Taken(NamedTuple):
    """A row taken from the staged ones: its position, whether it repeats an earlier row exactly, its values as JSON."""

    position: int
    same: bool
    values: str


def create_staging(connection: Connection[Any], target: Target, columns: Sequence[str]) -> None:
    """Make the empty staging table for `columns`. Raises: DatasetMissing when the dataset has no table yet."""
    drop_staging(connection)
    make = SQL(
        "CREATE TEMPORARY TABLE staged_rows ON COMMIT DROP AS SELECT 0::bigint AS _position, {columns} FROM {table} WITH NO DATA"
    )
    try:
        connection.execute(make.format(columns=_list(columns), table=_name_table(target)))
    except errors.UndefinedTable as error:
        raise DatasetMissing(name=target.name) from error


def drop_staging(connection: Connection[Any]) -> None:
    """Drop the staging table, so that one transaction may hold several deliveries."""
    connection.execute(SQL("DROP TABLE IF EXISTS {}").format(_STAGED))


def copy_staged(connection: Connection[Any], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows of (position, *values in the columns' order)."""
    statement = SQL("COPY {} (_position, {}) FROM STDIN").format(_STAGED, _list(columns))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def analyze_staged(connection: Connection[Any]) -> None:
    """Let the planner know how many rows there are."""
    connection.execute(SQL("ANALYZE {}").format(_STAGED))


def take_repeated(connection: Connection[Any], group: Sequence[str], columns: Sequence[str]) -> list[Taken]:
    """Take away rows whose `group` stands earlier in the batch; rows with an empty one don't count as equal."""
    statement = SQL(
        "WITH first AS (SELECT DISTINCT ON ({group}) * FROM {staged} ORDER BY {group}, _position)"
        " DELETE FROM {staged} s USING first f WHERE {match} AND s._position > f._position"
        " RETURNING s._position, {same}, to_jsonb(s)::text"
    )
    same = SQL("NOT {}").format(_differ(columns, "s", "f"))
    return _take(
        connection, statement.format(group=_list(group), staged=_STAGED, match=_match(group, "s", "f"), same=same)
    )


def take_occupied(connection: Connection[Any], target: Target, group: Sequence[str]) -> list[Taken]:
    """Take away rows whose unique `group` belongs to another row of the table already."""
    other = _differ(target.key, "s", "t") if target.key else SQL("true")
    statement = SQL(
        "DELETE FROM {staged} s USING {table} t WHERE {match} AND {other} RETURNING s._position, false, to_jsonb(s)::text"
    )
    return _take(
        connection,
        statement.format(staged=_STAGED, table=_name_table(target), match=_match(group, "s", "t"), other=other),
    )


def take_outdated(
    connection: Connection[Any], target: Target, columns: Sequence[str], base_version: int
) -> list[Taken]:
    """Take away rows that would overwrite a row which came after `base_version` of the dataset."""
    statement = SQL(
        "DELETE FROM {staged} s USING {table} t WHERE {match} AND t._version > {base} AND {differ}"
        " RETURNING s._position, false, to_jsonb(s)::text"
    )
    parts: dict[str, Composable] = {
        "staged": _STAGED,
        "table": _name_table(target),
        "match": _match(target.key, "s", "t"),
        "base": Literal(base_version),
        "differ": _differ(columns, "s", "t"),
    }
    return _take(connection, statement.format(**parts))


def count_staged(connection: Connection[Any]) -> int:
    """Return how many rows are left to merge."""
    row = connection.execute(SQL("SELECT count(*) FROM {}").format(_STAGED)).fetchone()
    return int(row[0]) if row else 0


def update_changed(
    connection: Connection[Any], target: Target, columns: Sequence[str], version: int, batch_id: int
) -> int:
    """Update rows of the same key whose values differ; return how many. Equal rows aren't touched."""
    others = [name for name in columns if name not in target.key]
    if not target.key or not others:
        return 0
    assign = SQL(", ").join(SQL("{0} = s.{0}").format(Identifier(name)) for name in others)
    statement = SQL(
        "UPDATE {table} t SET {assign}, _version = {version}, _batch = {batch} FROM {staged} s WHERE {match} AND {differ}"
    )
    parts = {
        "table": _name_table(target),
        "assign": assign,
        "staged": _STAGED,
        "version": Literal(version),
        "batch": Literal(batch_id),
    }
    done = connection.execute(
        statement.format(**parts, match=_match(target.key, "s", "t"), differ=_differ(others, "s", "t"))
    )
    return done.rowcount


def insert_new(connection: Connection[Any], target: Target, columns: Sequence[str], version: int, batch_id: int) -> int:
    """Insert rows whose key the table doesn't have (all rows without a key), in the batch's order; return how many."""
    missing = SQL("true")
    if target.key:
        known = SQL("SELECT FROM {} t WHERE {}").format(_name_table(target), _match(target.key, "s", "t"))
        missing = SQL("NOT EXISTS ({})").format(known)  # type: ignore[assignment]
    statement = SQL(
        "INSERT INTO {table} ({columns}, _version, _batch)"
        " SELECT {columns}, {version}, {batch} FROM {staged} s WHERE {missing} ORDER BY _position"
    )
    parts = {
        "table": _name_table(target),
        "columns": _list(columns),
        "version": Literal(version),
        "batch": Literal(batch_id),
    }
    return connection.execute(statement.format(**parts, staged=_STAGED, missing=missing)).rowcount


def _take(connection: Connection[Any], statement: Composed) -> list[Taken]:
    return [Taken(*row) for row in connection.execute(statement)]


def _name_table(target: Target) -> Identifier:
    return Identifier(target.schema, target.table)


def _list(columns: Sequence[str]) -> Composed:
    return SQL(", ").join(map(Identifier, columns))


def _match(columns: Sequence[str], left: str, right: str) -> Composed:
    return SQL(" AND ").join(SQL("{} = {}").format(Identifier(left, name), Identifier(right, name)) for name in columns)


def _differ(columns: Sequence[str], left: str, right: str) -> Composed:
    lefts, rights = (SQL(", ").join(Identifier(side, name) for name in columns) for side in (left, right))
    return SQL("(ROW({}) IS DISTINCT FROM ROW({}))").format(lefts, rights)
