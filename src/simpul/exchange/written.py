"""Looks at a write's rows inside its transaction: are they all within the grant, and what is answered of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from simpul.delivery.envelope import MATCH_ROW
from simpul.delivery.limits import LOCK_SECONDS, MERGE_SECONDS
from simpul.delivery.target import Target
from simpul.exchange.limits import STATEMENT_SECONDS
from simpul.kernel.words import Words
from simpul.query.errors import NotSingular
from simpul.query.fragment import Fragment
from simpul.query.model import Condition
from simpul.query.plan import MAX_ROWS, Masks, Table, plan
from simpul.query.write import Write
from simpul.query.write_errors import AnswerTooLarge, RowOutside
from simpul.query.written import (
    count_kept,
    find_kept_outside,
    find_known_outside,
    find_last_row,
    keep_rows,
    name_written,
)
from simpul.store.sql import Connection, load_queries

QUERIES = load_queries("simpul.exchange", "write.sql")


class Written:
    """The rows of one write. `text` is the representation, `[]` of no rows; `columns` those that it shows."""

    def __init__(
        self,
        write: Write,
        target: Target,
        table: Table,
        granted: Sequence[str],
        row_filter: Sequence[Condition],
        masks: Masks,
        match: Sequence[str],
    ) -> None:
        """Plan the answer, so that what can't be answered is refused before anything is done. Raises: QueryError."""
        self.write, self.table, self.row_filter = write, table, row_filter
        # Inserted rows always have their key; a unique group may be empty in them. Without a key they are known by number.
        self.match = match if match == MATCH_ROW else target.key or match
        self.by_number = match != MATCH_ROW and not target.key
        self.last_row: int | None = None
        answered = replace(write.answered, count=None)
        self.plan = plan(answered, name_written(table), granted, (), masks)
        is_shown = write.returned == "representation"
        self.columns = self.plan.columns if is_shown else ()
        self.text = {"csv": ",".join(self.plan.output) + "\n", "ndjson": ""}.get(answered.media, "[]")
        self._is_kept = False
        self._needs_look = is_shown or write.answered.media == "object" or bool(row_filter)

    def look_before(self, connection: Connection[Any], batch_id: int, version: int) -> None:
        """Look at what the write is about to touch, under the dataset's lock. Raises: RowOutside."""
        if self.by_number:
            self.last_row = int(_fetch(connection, find_last_row(self.table)))
        if self.write.verb == "delete":
            self._keep(connection)
        elif (
            self.match
            and self.row_filter
            and _fetch(connection, find_known_outside(self.table, self.match, self.row_filter))
        ):
            raise RowOutside()

    def look_after(self, connection: Connection[Any], batch_id: int, version: int, zone: str) -> None:
        """Look at the rows as they are written now. Raises: RowOutside, NotSingular, AnswerTooLarge."""
        if not self._needs_look:
            return
        self._keep(connection)
        if self.row_filter and _fetch(connection, find_kept_outside(self.table, self.row_filter)):
            raise RowOutside()
        rows = int(_fetch(connection, count_kept()))
        self.check_single(rows)
        if self.write.returned == "representation":
            if rows > MAX_ROWS:
                raise AnswerTooLarge(limit=MAX_ROWS)
            self._read(connection, zone)

    def check_single(self, rows: int) -> None:
        """Check that one object can be answered, where one is asked for. Raises: NotSingular."""
        if self.write.answered.media == "object" and rows != 1:
            raise NotSingular(details=_count_words(rows))

    def _keep(self, connection: Connection[Any]) -> None:
        if self._needs_look and not self._is_kept:
            statement = keep_rows(self.table, self.match, self.last_row)
            connection.execute(statement.text.encode(), statement.values)
            self._is_kept = True

    def _read(self, connection: Connection[Any], zone: str) -> None:
        set_limits(connection, LOCK_SECONDS, STATEMENT_SECONDS)
        connection.execute(QUERIES.set_zone, {"zone": zone})
        text = str(_fetch(connection, Fragment(self.plan.sql, self.plan.parameters)))
        set_limits(connection, LOCK_SECONDS, MERGE_SECONDS)
        self.text = text.strip()[1:-1] if self.write.answered.media == "object" else text


def set_limits(connection: Connection[Any], lock_seconds: float, statement_seconds: float) -> None:
    """Bound how long the transaction's next statements wait for a lock, and run."""
    limits = {"lock": f"{int(lock_seconds)}s", "statement": f"{int(statement_seconds)}s"}
    connection.execute(QUERIES.set_limits, limits)


def _fetch(connection: Connection[Any], statement: Fragment) -> Any:
    row = connection.execute(statement.text.encode(), statement.values).fetchone()
    return row[0] if row else None


def _count_words(rows: int) -> Words:
    return Words(
        f"Permintaan ini mengenai {rows} baris; tidak ada yang diubah.",
        f"This touches {rows} rows; nothing was changed.",
    )
