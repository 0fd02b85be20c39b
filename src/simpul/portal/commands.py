"""What the command line asks of the portal."""

import os

import django
from django.core.management import call_command
from django.db import connection, transaction

MIGRATION_LOCK = 5_307_001
"""The advisory lock that two migrations of one database wait for."""


def setup(dsn: str = "") -> None:
    """Make Django ready in this process. May be called again; the first address stays.

    Args: `dsn` is the database's address for this process (default: SIMPUL_DSN, else DATABASE_URL).
    """
    if dsn:
        os.environ.setdefault("SIMPUL_DSN", dsn)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simpul.portal.settings")
    django.setup()


def migrate(owner_dsn: str) -> None:
    """Bring the fixed tables to this version, and put in what a hub can't start without, where absent.

    That is: the SOP's first version and the working calendar of this year and the next two. May run again.
    """
    setup(owner_dsn)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATION_LOCK])
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
