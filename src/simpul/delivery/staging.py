"""Staged rows: those of a delivery that passed their checks, in a temporary table of the transaction.

They have the types of the dataset's own columns. Each function that takes rows away from them returns them, so that
none is lost.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from simpul.delivery.errors import DatasetMissing
from simpul.delivery.target import Target
from simpul.store.sql import SQL, Composable, Composed, Connection, Identifier, Literal, errors

STAGED = Identifier("pg_temp", "staged_rows")
SPARED = Identifier("pg_temp", "spared_keys")


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
        connection.execute(make.format(columns=list_names(columns), table=name_table(target)))
    except errors.UndefinedTable as error:
        raise DatasetMissing(name=target.name) from error


def drop_staging(connection: Connection[Any]) -> None:
    """Drop the staging table, so that one transaction may hold several deliveries."""
    connection.execute(SQL("DROP TABLE IF EXISTS {}").format(STAGED))


def copy_staged(connection: Connection[Any], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows of (position, *values in the columns' order)."""
    statement = SQL("COPY {} (_position, {}) FROM STDIN").format(STAGED, list_names(columns))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def analyze_staged(connection: Connection[Any]) -> None:
    """Let the planner know how many rows there are."""
    connection.execute(SQL("ANALYZE {}").format(STAGED))


def create_spared(connection: Connection[Any], target: Target) -> None:
    """Make the empty table of keys that a replacement spares although their rows were refused."""
    drop_spared(connection)
    make = SQL("CREATE TEMPORARY TABLE spared_keys ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA")
    connection.execute(make.format(list_names(target.key), name_table(target)))


def drop_spared(connection: Connection[Any]) -> None:
    """Drop that table, if it is there."""
    connection.execute(SQL("DROP TABLE IF EXISTS {}").format(SPARED))


def copy_spared(connection: Connection[Any], target: Target, keys: Iterable[Sequence[object]]) -> None:
    """Write keys to be spared, each in the order of the dataset's key."""
    statement = SQL("COPY {} ({}) FROM STDIN").format(SPARED, list_names(target.key))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for key in keys:
            copy.write_row(key)


def take_repeated(connection: Connection[Any], group: Sequence[str], columns: Sequence[str]) -> list[Taken]:
    """Take away rows whose `group` stands earlier in the batch; rows with an empty one don't count as equal."""
    statement = SQL(
        "WITH first AS (SELECT DISTINCT ON ({group}) * FROM {staged} ORDER BY {group}, _position)"
        " DELETE FROM {staged} _s USING first _f WHERE {match} AND _s._position > _f._position"
        " RETURNING _s._position, {same}, to_jsonb(_s)::text"
    )
    same = SQL("NOT {}").format(write_difference(columns, "_s", "_f"))
    return _take(
        connection,
        statement.format(group=list_names(group), staged=STAGED, match=write_match(group, "_s", "_f"), same=same),
    )


def take_occupied(
    connection: Connection[Any], target: Target, group: Sequence[str], match: Sequence[str]
) -> list[Taken]:
    """Take away rows whose unique `group` belongs to another row of the table already; `match` says which is the same."""
    other = SQL("({}) IS NOT TRUE").format(write_match(match, "_s", "_t")) if match else SQL("true")
    statement = SQL(
        "DELETE FROM {staged} _s USING {table} _t WHERE {match} AND {other} RETURNING _s._position, false, to_jsonb(_s)::text"
    )
    return _take(
        connection,
        statement.format(staged=STAGED, table=name_table(target), match=write_match(group, "_s", "_t"), other=other),
    )


def take_known(connection: Connection[Any], target: Target, match: Sequence[str]) -> list[Taken]:
    """Take away rows that the table has already."""
    statement = SQL(
        "DELETE FROM {staged} _s USING {table} _t WHERE {match} RETURNING _s._position, false, to_jsonb(_s)::text"
    )
    return _take(
        connection, statement.format(staged=STAGED, table=name_table(target), match=write_match(match, "_s", "_t"))
    )


def drop_known(connection: Connection[Any], target: Target, match: Sequence[str]) -> int:
    """Take away rows that the table has already, which may stay as they are there; return how many."""
    statement = SQL("DELETE FROM {staged} _s USING {table} _t WHERE {match}")
    parts = {"staged": STAGED, "table": name_table(target), "match": write_match(match, "_s", "_t")}
    return connection.execute(statement.format(**parts)).rowcount


def take_unknown(connection: Connection[Any], target: Target, match: Sequence[str]) -> list[Taken]:
    """Take away rows that the table doesn't have."""
    statement = SQL(
        "DELETE FROM {staged} _s WHERE NOT EXISTS (SELECT FROM {table} _t WHERE {match})"
        " RETURNING _s._position, false, to_jsonb(_s)::text"
    )
    return _take(
        connection, statement.format(staged=STAGED, table=name_table(target), match=write_match(match, "_s", "_t"))
    )


def take_rekeyed(connection: Connection[Any], target: Target, key: Sequence[str], match: Sequence[str]) -> list[Taken]:
    """Take away rows that would give another key to a row of the table that `match` finds."""
    statement = SQL(
        "DELETE FROM {staged} _s USING {table} _t WHERE {match} AND {differ}"
        " RETURNING _s._position, false, to_jsonb(_s)::text"
    )
    parts: dict[str, Composable] = {
        "staged": STAGED,
        "table": name_table(target),
        "match": write_match(match, "_s", "_t"),
        "differ": write_difference(key, "_s", "_t"),
    }
    return _take(connection, statement.format(**parts))


def take_outdated(
    connection: Connection[Any], target: Target, columns: Sequence[str], base_version: int
) -> list[Taken]:
    """Take away rows that would overwrite a row which came after `base_version` of the dataset."""
    statement = SQL(
        "DELETE FROM {staged} _s USING {table} _t WHERE {match} AND _t._version > {base} AND {differ}"
        " RETURNING _s._position, false, to_jsonb(_s)::text"
    )
    parts: dict[str, Composable] = {
        "staged": STAGED,
        "table": name_table(target),
        "match": write_match(target.key, "_s", "_t"),
        "base": Literal(base_version),
        "differ": write_difference(columns, "_s", "_t"),
    }
    return _take(connection, statement.format(**parts))


def count_staged(connection: Connection[Any]) -> int:
    """Return how many rows are left to merge."""
    row = connection.execute(SQL("SELECT count(*) FROM {}").format(STAGED)).fetchone()
    return int(row[0]) if row else 0


def _take(connection: Connection[Any], statement: Composed) -> list[Taken]:
    return [Taken(*row) for row in connection.execute(statement)]


def name_table(target: Target) -> Identifier:
    """Return the dataset's table, quoted."""
    return Identifier(target.schema, target.table)


def list_names(columns: Sequence[str]) -> Composed:
    """Return the columns' names, quoted, with commas."""
    return SQL(", ").join(map(Identifier, columns))


def write_match(columns: Sequence[str], left: str, right: str) -> Composed:
    """Return the condition that two rows agree in columns, none of them empty."""
    return SQL(" AND ").join(SQL("{} = {}").format(Identifier(left, name), Identifier(right, name)) for name in columns)


def write_difference(columns: Sequence[str], left: str, right: str) -> Composed:
    """Return the condition that two rows differ in some column; two empty values are equal."""
    lefts, rights = (SQL(", ").join(Identifier(side, name) for name in columns) for side in (left, right))
    return SQL("(ROW({}) IS DISTINCT FROM ROW({}))").format(lefts, rights)
