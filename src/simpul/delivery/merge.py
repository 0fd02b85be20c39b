"""From staged rows to the dataset's table: update, insert, delete, all by set, under the dataset's lock.

Each of them notes in the dataset's feed, in the same statement, which rows it changed and what they were (`store.feeds`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from simpul.delivery.staging import SPARED, STAGED, list_names, name_table, write_difference, write_match
from simpul.delivery.target import Target
from simpul.store.feeds import name_feed
from simpul.store.sql import SQL, Composable, Connection, Identifier, Literal


@dataclass(frozen=True)
class Merge:
    """Where staged rows go: the sent `columns`, those that a known row is found by, the version and the batch.

    `match` is empty where no row can be known.
    """

    connection: Connection[Any]
    target: Target
    columns: Sequence[str]
    match: Sequence[str]
    version: int
    batch_id: int

    def update_changed(self) -> int:
        """Update known rows whose values differ; return how many. Equal rows aren't touched."""
        others = [name for name in self.columns if name not in self.match]
        if not self.match or not others:
            return 0
        assign = SQL(", ").join(SQL("{0} = _s.{0}").format(Identifier(name)) for name in others)
        return self._change(
            "U",
            "UPDATE {table} _t SET {assign}, _version = {version}, _batch = {batch} FROM {staged} _s, {table} _o"
            " WHERE {match} AND {differ} AND _t._row = _o._row RETURNING _t._row, to_jsonb(_o)",
            assign=assign,
            match=write_match(self.match, "_s", "_o"),
            differ=write_difference(others, "_s", "_o"),
        )

    def insert_new(self) -> int:
        """Insert rows that aren't known (all of them where none can be), in the batch's order; return how many."""
        missing: Composable = SQL("true")
        if self.match:
            known = SQL("SELECT FROM {} _t WHERE {}").format(
                name_table(self.target), write_match(self.match, "_s", "_t")
            )
            missing = SQL("NOT EXISTS ({})").format(known)
        return self._change(
            "I",
            "INSERT INTO {table} ({columns}, _version, _batch)"
            " SELECT {columns}, {version}, {batch} FROM {staged} _s WHERE {missing} ORDER BY _position"
            " RETURNING _row, NULL::jsonb",
            columns=list_names(self.columns),
            missing=missing,
        )

    def delete_given(self) -> int:
        """Delete the known rows; return how many."""
        return self._change(
            "D",
            "DELETE FROM {table} _t USING {staged} _s WHERE {match} RETURNING _t._row, to_jsonb(_t)",
            match=write_match(self.match, "_s", "_t"),
        )

    def delete_absent(self) -> int:
        """Delete rows whose key is neither staged nor spared; return how many."""
        return self._change(
            "D",
            "DELETE FROM {table} _t WHERE NOT EXISTS (SELECT FROM {staged} _s WHERE {match})"
            " AND NOT EXISTS (SELECT FROM {spared} _k WHERE {spare}) RETURNING _t._row, to_jsonb(_t)",
            spared=SPARED,
            match=write_match(self.target.key, "_s", "_t"),
            spare=write_match(self.target.key, "_k", "_t"),
        )

    def drop_equal(self) -> int:
        """Without a key: pair each staged row with an equal row of the table and unstage it; return how many pairs.

        What `delete_unpaired` then deletes are the rows that have no partner. Rows are equal in the sent columns.
        """
        self.connection.execute(SQL("DROP TABLE IF EXISTS pg_temp.paired_rows"))
        pair = """
            CREATE TEMPORARY TABLE paired_rows ON COMMIT DROP AS
            SELECT old._row, new._position FROM
            (SELECT _row, body, row_number() OVER (PARTITION BY body ORDER BY _row) AS turn FROM
             (SELECT _t._row, (SELECT to_jsonb(_x) FROM (SELECT {olds}) _x) AS body FROM {table} _t) AS o) AS old
            JOIN
            (SELECT _position, body, row_number() OVER (PARTITION BY body ORDER BY _position) AS turn FROM
             (SELECT _s._position, (SELECT to_jsonb(_x) FROM (SELECT {news}) _x) AS body FROM {staged} _s) AS n) AS new
            ON old.body = new.body AND old.turn = new.turn
        """
        olds, news = (SQL(", ").join(Identifier(side, name) for name in self.columns) for side in ("_t", "_s"))
        self._run(pair, olds=olds, news=news)
        return self._run("DELETE FROM {staged} _s USING pg_temp.paired_rows p WHERE _s._position = p._position")

    def delete_unpaired(self) -> int:
        """Delete the rows that `drop_equal` found no partner for; return how many."""
        return self._change(
            "D",
            "DELETE FROM {table} _t WHERE NOT EXISTS (SELECT FROM pg_temp.paired_rows p WHERE p._row = _t._row)"
            " RETURNING _t._row, to_jsonb(_t)",
        )

    def _change(self, operation: LiteralString, statement: LiteralString, **parts: Composable) -> int:
        """Run a change that returns (_row, the row as it was), and note each of its rows in the feed."""
        note: LiteralString = (
            ") INSERT INTO {feed} (version, operation, _row, old) SELECT {version}, {operation}, _row, old FROM changed"
        )
        return self._run("WITH changed (_row, old) AS (" + statement + note, operation=Literal(operation), **parts)

    def _run(self, statement: LiteralString, **parts: Composable) -> int:
        known: dict[str, Composable] = {
            "table": name_table(self.target),
            "feed": Identifier(self.target.schema, name_feed(self.target.table)),
            "staged": STAGED,
            "version": Literal(self.version),
            "batch": Literal(self.batch_id),
        }
        return self.connection.execute(SQL(statement).format(**known, **parts)).rowcount
