"""Forgets changes that are older than followers may be, and notes since when each feed is still whole."""

from datetime import datetime, timedelta
from typing import Any

from simpul.delivery.limits import FEED_DAYS, MERGE_SECONDS
from simpul.kernel.clock import now
from simpul.store.feeds import name_feed
from simpul.store.pools import database_errors
from simpul.store.sql import SQL, Connection, Identifier, load_queries

_QUERIES = load_queries("simpul.delivery", "feed.sql")
_MARGIN = timedelta(hours=1)
"""A delivery's time is taken before it commits; a change is never forgotten early."""


def purge_feeds(connection: Connection[Any], at: datetime | None = None) -> int:
    """Delete the changes of versions that were made over 90 days before `at` (now); return how many.

    `connection` is the worker's. Raises: DatabaseAway, DatabaseBusy, QueryTooSlow.
    """
    before = (at or now()) - timedelta(days=FEED_DAYS) - _MARGIN
    with database_errors(), connection.transaction():
        connection.execute("SELECT set_config('statement_timeout', %s, true)", [f"{MERGE_SECONDS}s"])
        feeds = connection.execute(_QUERIES.list_outdated, {"before": before}).fetchall()
        return sum(_purge(connection, *feed) for feed in feeds)


def _purge(connection: Connection[Any], dataset_id: int, schema: str, table: str, version: int) -> int:
    feed = Identifier(schema, name_feed(table))
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [feed.as_string()]).fetchone()
    if row is None or not row[0]:
        return 0
    connection.execute(_QUERIES.note_start, {"dataset": dataset_id, "version": version})
    return connection.execute(SQL("DELETE FROM {} WHERE version <= %s").format(feed), [version]).rowcount
