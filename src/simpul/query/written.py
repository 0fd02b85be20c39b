"""The rows of one write, kept aside in a temporary table while it runs: checked against the grant, then answered with.

`pg_temp.staged_rows` is the delivery's own table of what was sent; `pg_temp.written_rows` is made here.
"""

from collections.abc import Sequence

from simpul.query.conditions import write_condition
from simpul.query.fragment import NOTHING, Fragment, combine, join, quote_name
from simpul.query.model import Condition
from simpul.query.plan import ROW, Table

STAGED = "pg_temp.staged_rows"
KEPT = ("pg_temp", "written_rows")


def name_written(table: Table) -> Table:
    """Return the table of the written rows: the dataset's columns, in another place."""
    return Table(*KEPT, table.columns)


def keep_rows(table: Table, match: Sequence[str], last_row: int | None = None) -> Fragment:
    """Return the statement that keeps the rows found by `match` among the staged ones, or numbered past `last_row`.

    Args: `match` may be empty, then `last_row` must be given: rows without a key are known by when they came.
    """
    found = [_write_known(match)] if match else []
    if last_row is not None:
        found.append(Fragment(f"t.{quote_name(ROW)} > {int(last_row)}"))
    make = combine(
        "CREATE TEMPORARY TABLE ", _name(Table(*KEPT, {})), " ON COMMIT DROP AS SELECT t.* FROM ", _name(table)
    )
    return combine(make, " t WHERE ", join(" OR ", found))


def count_kept() -> Fragment:
    """Return the SELECT of how many rows were kept."""
    return combine("SELECT count(*) FROM ", _name(Table(*KEPT, {})))


def find_last_row(table: Table) -> Fragment:
    """Return the SELECT of the highest row number so far."""
    return combine("SELECT coalesce(max(", quote_name(ROW), "), 0) FROM ", _name(table))


def find_kept_outside(table: Table, row_filter: Sequence[Condition]) -> Fragment:
    """Return the SELECT that says whether any kept row fails the grant's row filter."""
    return _find_outside(Fragment(_name(Table(*KEPT, {}))), table, row_filter)


def find_known_outside(table: Table, match: Sequence[str], row_filter: Sequence[Condition]) -> Fragment:
    """Return the SELECT that says whether any row of the table that `match` finds fails the grant's row filter."""
    known = combine("(SELECT t.* FROM ", _name(table), " t WHERE ", _write_known(match), ") AS _known")
    return _find_outside(known, table, row_filter)


def _find_outside(source: Fragment, table: Table, row_filter: Sequence[Condition]) -> Fragment:
    passes = join(" AND ", (write_condition(condition, table.columns) for condition in row_filter))
    where = combine(" WHERE (", passes, ") IS NOT TRUE") if row_filter else NOTHING
    return combine("SELECT EXISTS (SELECT FROM ", source, where, ")")


def _write_known(match: Sequence[str]) -> Fragment:
    same = " AND ".join(f"s.{quote_name(name)} = t.{quote_name(name)}" for name in match)
    return Fragment(f"EXISTS (SELECT FROM {STAGED} s WHERE {same})")


def _name(table: Table) -> str:
    return f"{quote_name(table.schema)}.{quote_name(table.name)}"
