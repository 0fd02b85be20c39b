"""The psycopg connection under Django's, for statements that Django's models don't write."""

from typing import Any

from django.db import connection

from simpul.store.sql import Connection


def get_driver_connection() -> Connection[Any]:
    """Return the psycopg connection under Django's, inside the running transaction.

    Django begins a transaction with its first statement. Were that one psycopg's own `transaction()`, it would be the
    outermost and commit by itself, whatever Django's did afterwards: so the transaction is begun here.
    """
    connection.ensure_connection()
    if connection.in_atomic_block and connection.connection.info.transaction_status.name == "IDLE":
        with connection.cursor() as cursor:
            cursor.execute("SELECT")
    return connection.connection  # type: ignore[no-any-return]
