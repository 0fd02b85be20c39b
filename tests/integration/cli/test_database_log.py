"""What `check` says of another PostgreSQL's log."""

from simpul.cli.checks import QUIET, check_database_log, list_loud
from simpul.store.cluster import CONFIGURATION
from simpul.store.launcher import Database


def test_hubs_own_cluster_writes_no_data_to_its_log(database: Database) -> None:
    assert list(check_database_log(database.owner_dsn)) == []
    assert all(CONFIGURATION[name] in values for name, values in QUIET.items())


def test_a_server_that_logs_statements_is_told_what_to_set() -> None:
    loud = {"log_statement": "all", "log_min_error_statement": "error", "log_min_messages": "warning"}
    assert list_loud(loud) == ["log_min_error_statement = panic", "log_min_messages = log", "log_statement = none"]
