"""What the command line asks of the portal."""

import os
from importlib import import_module
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, connections

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
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            _load("starting").put_in_first_versions()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def load_demo(owner_dsn: str) -> None:
    """Load the sample data that aren't loaded yet; the worker goes on with what needs it and the exchange."""
    setup(owner_dsn)
    _load("demo.loading").load_demo()


def close_connections() -> None:
    """Close this process's connections to the database, so that it can be stopped."""
    connections.close_all()


def add_person(
    dsn: str, *, name: str, organization: str, roles: list[str], nip: str = "", email: str = "", password: str = ""
) -> str:
    """Add a person from the command line; the first Pengelola Sistem comes this way.

    Args: `organization` is a code; Kominfo's own is made where it doesn't exist yet. `password` empty: a temporary
    one is made. Returns: the temporary password, empty when one was given. Raises: PersonRefused.
    """
    setup(dsn)
    return str(
        _load("starting").add_first_person(
            name=name, organization=organization, roles=roles, nip=nip, email=email, password=password
        )
    )


def check_portal(dsn: str) -> list[Any]:
    """Return what is wrong with the portal as findings (`kernel.errors.Finding`), none when all is well."""
    setup(dsn)
    return list(_load("starting").list_portal_findings())


def _load(module: str) -> Any:
    """Return a module of the portal that needs models: they can't be imported before Django is set up."""
    return import_module(f"simpul.portal.{module}")
