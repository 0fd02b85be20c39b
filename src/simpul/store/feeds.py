"""Each dataset's feed: a table beside its own, in which every delivery notes the rows it changed.

An entry holds the dataset's version that the change made, what was done (I, U or D), the row's number and, for an update
or a deletion, the row as it was. What it became stands in the next entry of the same row, or else in the dataset's table:
that halves what a first delivery writes.

`public.feed` tells since which version a dataset's feed is whole; without a row it always was. Who follows from an
earlier version must read the dataset anew. Versions never come twice, so that a follower can't mistake one history for
another: they jump ahead where a table is made anew, and past everything that was ever given when a backup is restored.
"""

import hashlib
from typing import Any

from simpul.store.launcher import ROLES
from simpul.store.sql import SQL, Composed, Connection, Identifier

SUFFIX = "$changes"
_MAX_NAME_BYTES = 63

_MAKE = """
CREATE TABLE {} (
    change bigint GENERATED ALWAYS AS IDENTITY, version bigint NOT NULL, operation text NOT NULL, _row bigint NOT NULL,
    old jsonb, PRIMARY KEY (version, change)
)
"""
_NOTE_START = """
INSERT INTO public.feed (dataset_id, complete_since)
SELECT id, version FROM public.dataset WHERE schema_name = %(schema)s AND table_name = %(table)s
ON CONFLICT (dataset_id) DO UPDATE SET complete_since = excluded.complete_since
"""
_SKIP_VERSION = """
UPDATE public.dataset SET version = version + 1
WHERE schema_name = %(schema)s AND table_name = %(table)s AND version > 0
"""
_JUMP_AHEAD = """
UPDATE public.dataset SET version = greatest(version + 1, extract(epoch FROM now())::bigint) WHERE version > 0
"""
_NOTE_ALL = """
INSERT INTO public.feed (dataset_id, complete_since) SELECT id, version FROM public.dataset WHERE version > 0
ON CONFLICT (dataset_id) DO UPDATE SET complete_since = excluded.complete_since
"""
_LIST_TABLES = """
SELECT schema_name, table_name FROM public.dataset
WHERE to_regclass(format('%I.%I', schema_name, table_name)) IS NOT NULL ORDER BY 1, 2
"""


def name_feed(table: str) -> str:
    """Return the name of a dataset table's feed, in the same schema; past 63 bytes its tail is a hash.

    >>> name_feed("desa"), len(name_feed("d" * 63))
    ('desa$changes', 63)
    """
    name = table + SUFFIX
    if len(name.encode()) <= _MAX_NAME_BYTES:
        return name
    digest = hashlib.sha256(table.encode()).hexdigest()[:16]
    return f"{table[: _MAX_NAME_BYTES - len(SUFFIX) - 17]}_{digest}{SUFFIX}"


def is_feed(table: str) -> bool:
    """Is this table a feed? No dataset has a dollar sign in its name."""
    return table.endswith(SUFFIX)


def make_feed(connection: Connection[Any], schema: str, table: str, users: Composed | None) -> bool:
    """Make a dataset's feed if it isn't there, and let `users` add to it and read it; return whether it was made."""
    feed = Identifier(schema, name_feed(table))
    row = connection.execute("SELECT to_regclass(%s) IS NULL", [feed.as_string()]).fetchone()
    if row is None or not row[0]:
        return False
    connection.execute(SQL(_MAKE).format(feed))
    connection.execute(SQL("CREATE INDEX ON {} (_row, change)").format(feed))
    let_follow(connection, feed, users)
    return True


def let_follow(connection: Connection[Any], feed: Identifier, users: Composed | None) -> None:
    """Let `users` read and add entries; nobody changes one."""
    if users:
        connection.execute(SQL("GRANT SELECT, INSERT ON TABLE {} TO {}").format(feed, users))


def begin_feed(connection: Connection[Any], schema: str, table: str) -> None:
    """Note that a feed is whole from the dataset's version on, whose rows are there already."""
    if _has_feeds(connection):
        connection.execute(_NOTE_START, {"schema": schema, "table": table})


def restart_feed(connection: Connection[Any], schema: str, table: str) -> None:
    """Let all followers read a dataset anew: its rows or columns changed in a way that no entry tells."""
    if _has_feeds(connection):
        connection.execute(_SKIP_VERSION, {"schema": schema, "table": table})
        begin_feed(connection, schema, table)


def restart_all_feeds(connection: Connection[Any]) -> None:
    """Let all followers of all datasets read anew, as after a restore: later versions may have been given already.

    Versions go on from the clock's seconds, which no history of batches has reached.
    """
    if _has_feeds(connection):
        connection.execute(_JUMP_AHEAD)
        connection.execute(_NOTE_ALL)


def _has_feeds(connection: Connection[Any]) -> bool:
    """Are the hub's own tables there? A backup of before they were is migrated after it is restored."""
    row = connection.execute("SELECT to_regclass('public.feed') IS NOT NULL").fetchone()
    return row is not None and bool(row[0])


def add_missing_feeds(connection: Connection[Any], users: Composed | None) -> int:
    """Make the feeds of tables that were made before there were any, as the owner; return how many."""
    made = 0
    for schema, table in connection.execute(_LIST_TABLES).fetchall():
        if make_feed(connection, schema, table, users):
            give_to_worker = SQL("ALTER TABLE {} OWNER TO {}")
            feed = Identifier(schema, name_feed(table))
            connection.execute(give_to_worker.format(feed, Identifier(ROLES["worker"])))
            begin_feed(connection, schema, table)
            made += 1
    return made
