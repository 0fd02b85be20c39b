"""`migrate` on a real PostgreSQL of each major."""

from simpul.store.launcher import Database
from simpul.store.pools import connect


def test_migrate_makes_a_database_that_each_role_can_open(each_major: Database) -> None:
    for role in ("portal", "exchange", "worker"):
        with connect(each_major.dsn(role)) as connection:
            row = connection.execute("SELECT current_user").fetchone()
        assert row == (f"simpul_{role}",)
