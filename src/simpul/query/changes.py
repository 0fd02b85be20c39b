"""Plans one page of a dataset's changes as a grant lets them be seen.

A feed's entry (`store.feeds`) tells what a row was; what it became is the next entry of the same row, or the row itself.
Both pass the grant's row filter and masks and show the granted columns alone, as a read would at that time: a row that
enters the filter is an insertion, one that leaves it a deletion, one that is outside before and after is nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simpul.query.columns import list_outputs
from simpul.query.conditions import write_condition
from simpul.query.fragment import Fragment, combine, join, quote_name
from simpul.query.masks import show_columns, write_shown
from simpul.query.model import Condition, SelectItem
from simpul.query.plan import Masks, Table

_HEAD = """
WITH _head AS (
    SELECT d.version, coalesce(f.complete_since, 0) AS complete_since
    FROM public.dataset AS d LEFT JOIN public.feed AS f ON f.dataset_id = d.id WHERE d.id = %s::bigint
)"""
_ENTRIES = """, _entries AS (
    SELECT version, change, operation, _row, old FROM {feed}
    WHERE (version, change) > (%s::bigint, %s::bigint) ORDER BY version, change LIMIT %s::bigint
)"""
_IMAGES = """, _images AS (
    SELECT e.version, e.change, e.old, later.new FROM _entries AS e CROSS JOIN LATERAL (
        SELECT CASE WHEN e.operation <> 'D' THEN coalesce(
            (SELECT n.old FROM {feed} AS n WHERE n._row = e._row AND n.change > e.change ORDER BY n.change LIMIT 1),
            (SELECT to_jsonb(_t) FROM {table} AS _t WHERE _t._row = e._row)) END AS new
        OFFSET 0) AS later  -- else it would be found anew wherever it is used
)"""
_CHANGES = """
SELECT _head.version, _head.complete_since, _changes.* FROM _head LEFT JOIN (
    SELECT i.version, i.change, b.row AS before, a.row AS after, coalesce(a.key, b.key) AS key
    FROM _images AS i LEFT JOIN LATERAL ("""


class Place(NamedTuple):
    """How far a feed was followed: all of what came before `version`, and of that version up to entry `change`."""

    version: int
    change: int


END_OF_VERSION = 2**62
"""A change's number that no entry reaches."""


@dataclass(frozen=True)
class View:
    """What a grant shows of a dataset: its table and feed, the granted columns in the table's order, its filter and masks.

    `key` are the dataset's key columns where all of them are shown as they are, else none.
    """

    table: Table
    feed: str
    columns: tuple[str, ...]
    row_filter: Sequence[Condition]
    masks: Masks
    key: tuple[str, ...]


def make_view(
    table: Table,
    feed: str,
    granted: Sequence[str],
    row_filter: Sequence[Condition],
    masks: Masks,
    key: Sequence[str],
) -> View:
    """Make the view of a grant; `key` is the dataset's, empty where it has none."""
    columns = tuple(name for name in table.columns if name in granted)
    is_shown = all(name in columns and name not in masks for name in key)
    return View(table, feed, columns, row_filter, masks, tuple(key) if is_shown else ())


def plan_changes(view: View, dataset_id: int, after: Place, entries: int) -> Fragment:
    """Plan the statement that reads the next entries of a feed, at most `entries`, in one view of the database.

    It gives at least one row of: the dataset's version now, the version since which its feed is whole, then of an entry
    (all null where there is none) its version and number, the row as it was and as it became (JSON as text, null where it
    isn't seen), and the key (JSON as text, null where the grant doesn't show it).
    """
    # All names in the text are the contract's, quoted.
    feed, table = _name(view.table.schema, view.feed), _name(view.table.schema, view.table.name)
    return combine(
        Fragment(_HEAD, (dataset_id,)),
        Fragment(_ENTRIES.format(feed=feed), (*after, entries)),
        _IMAGES.format(feed=feed, table=table),
        _CHANGES,
        _write_image(view, "i.old"),
        ") AS b ON true LEFT JOIN LATERAL (",
        _write_image(view, "i.new"),
        ") AS a ON true) AS _changes ON true ORDER BY _changes.version, _changes.change",
    )


def _write_image(view: View, image: str) -> Fragment:
    """Return the SELECT of one image of a row as the grant shows it; no row where it doesn't."""
    granted: Mapping[str, str] = {name: view.table.columns[name] for name in view.columns}
    visible = show_columns(granted, view.masks)
    outputs = list_outputs((SelectItem(None),), visible)
    conditions = (write_condition(condition, view.table.columns) for condition in view.row_filter)
    shown = join(", ", (write_shown(name, view.masks) for name in view.columns))
    written = join(", ", (output.sql.wrap("", f" AS {quote_name(output.name)}") for output in outputs))
    record = f" FROM jsonb_populate_record(NULL::{_name(view.table.schema, view.table.name)}, {image})"
    source = combine(
        "SELECT ", shown, record, " WHERE ", join(" AND ", [Fragment(f"{image} IS NOT NULL"), *conditions])
    )
    key = _write_key(view.key)
    return combine(
        f"SELECT row_to_json(_shown)::text AS row, {key} AS key FROM (SELECT ",  # noqa: S608
        written,
        " FROM (",
        source,
        ") AS _source) AS _shown",
    )


def _write_key(key: Sequence[str]) -> str:
    if not key:
        return "NULL::text"
    names = ", ".join(f"_shown.{quote_name(name)}" for name in key)
    return f"row_to_json((SELECT _key FROM (SELECT {names}) AS _key))::text"  # noqa: S608


def _name(schema: str, table: str) -> str:
    return f"{quote_name(schema)}.{quote_name(table)}"
