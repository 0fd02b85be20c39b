"""The psycopg connection under Django's, for statements that Django's models don't write."""

from typing import Any

from django.db import connection

from simpul.store.sql import Connection


def get_driver_connection() -> Connection[Any]:
    """Return the psycopg connection under Django's, inside the running transaction."""
    connection.ensure_connection()
    return connection.connection  # type: ignore[no-any-return]
