"""What each database role may do with each fixed table: one table, everything else is denied."""

import re
from fnmatch import fnmatchcase

READ = "SELECT"
ADD = "SELECT, INSERT"
CHANGE = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"

PRIVILEGES: dict[str, dict[str, str]] = {
    # Append-only, whoever asks: history, audit and evidence are never changed or removed.
    "case_event": {"portal": ADD, "worker": ADD},
    "audit_entry": {"portal": ADD, "worker": ADD, "exchange": "INSERT, SELECT (id)"},
    "evidence": {"exchange": ADD, "portal": ADD, "worker": ADD},
    "seal": {"portal": READ, "worker": ADD, "exchange": READ},
    "sealed_row": {"portal": READ, "worker": ADD, "exchange": READ},
    "seal_key": {"portal": READ, "worker": ADD, "exchange": READ},
    "evidence_archive": {"portal": READ, "worker": READ},
    "daily_root": {"portal": READ, "worker": ADD},
    # Counted from the evidence, by the worker and by the page that shows it.
    "usage_day": {"portal": CHANGE, "worker": CHANGE},
    "usage_mark": {"portal": "SELECT, UPDATE", "worker": "SELECT, UPDATE"},
    # What the exchange needs to answer: publications, grants, key hashes, batches.
    "publication": {"portal": ALL, "worker": CHANGE, "exchange": READ},
    "dataset": {"portal": ALL, "worker": ALL, "exchange": "SELECT, UPDATE"},
    "feed": {"portal": ALL, "worker": ALL, "exchange": READ},
    "code_list": {"portal": ALL, "worker": ALL, "exchange": READ},
    "code_list_version": {"portal": ALL, "worker": ALL, "exchange": READ},
    "code_entry": {"portal": ALL, "worker": ALL, "exchange": READ},
    "application": {"portal": ALL, "worker": READ, "exchange": READ},
    "api_key": {"portal": ALL, "worker": CHANGE, "exchange": READ},
    "oauth_client": {"portal": ALL, "worker": READ, "exchange": READ},
    "token_key": {"portal": ALL, "worker": ALL, "exchange": READ},
    "plan": {"portal": ALL, "worker": READ, "exchange": READ},
    "plan_assignment": {"portal": ALL, "worker": READ, "exchange": READ},
    "data_grant": {"portal": ALL, "worker": CHANGE, "exchange": READ},
    "access_pause": {"portal": CHANGE, "worker": READ, "exchange": READ},
    "batch": {"portal": ALL, "worker": ALL, "exchange": CHANGE},
    "source": {"portal": ALL, "worker": CHANGE},
    "source_run": {"portal": CHANGE, "worker": CHANGE},
    "outbound_allowance": {"portal": ALL, "worker": READ},
    "refused_row": {"portal": ALL, "worker": ALL, "exchange": ALL},
    "organization": {"portal": ALL, "worker": READ, "exchange": "SELECT (id, code, name)"},
    # The job queue: both planes defer inside their own transaction, the worker does the jobs.
    "procrastinate_jobs": {"portal": ADD, "exchange": "INSERT, SELECT (id)", "worker": ALL},
    "procrastinate_events": {"portal": ADD, "exchange": "INSERT, SELECT (id)", "worker": ALL},
    "procrastinate_workers": {"portal": READ, "worker": ALL},
    "procrastinate_*": {"worker": ALL},
    "simpul_queue_migration": {"portal": READ, "worker": READ},
    # Everything that people work with is the portal's; the worker acts for the portal.
    "official": {"portal": ALL, "worker": READ},
    "letterhead": {"portal": ALL, "worker": READ},
    "person": {"portal": ALL, "worker": READ},
    "role_assignment": {"portal": ALL, "worker": READ},
    "personal_token": {"portal": ALL},
    "procedure_version": {"portal": ALL, "worker": READ},
    "calendar_version": {"portal": ALL, "worker": READ},
    "lifecycle_request": {"portal": CHANGE, "worker": READ},
    "notice_mail": {"portal": ALL, "worker": ALL},
    "service_notice": {"portal": CHANGE, "worker": CHANGE},
    "case_file": {"portal": ALL, "worker": ALL},
    "case_party": {"portal": ALL, "worker": ALL},
    "open_act": {"portal": ALL, "worker": ALL},
    "draft": {"portal": ALL, "worker": ALL},
    "case_comment": {"portal": ALL, "worker": ADD},
    "attachment": {"portal": ALL, "worker": ALL},
    "paper": {"portal": ALL, "worker": ALL},
    "contract": {"portal": ALL, "worker": ALL},
    "contract_version": {"portal": ALL, "worker": ALL},
    "agreement": {"portal": ALL, "worker": ALL},
    "test_run": {"portal": ALL, "worker": ALL},
    "validation_report": {"portal": ALL, "worker": ALL},
    "dashboard_snapshot": {"portal": ALL, "worker": ALL},
    # Django's own and its sign-in's.
    "django_migrations": {"portal": READ, "worker": READ, "exchange": READ},
    "django_*": {"portal": ALL, "worker": READ},
    "auth_*": {"portal": ALL, "worker": READ},
    "account_*": {"portal": ALL},
    "allauth_idp_oidc_token": {"portal": ALL, "worker": ALL},
    "allauth_idp_oidc_client": {"portal": ALL},
    "credential_use": {"portal": ALL, "worker": ALL},
    "mfa_*": {"portal": ALL},
    "person_*": {"portal": ALL, "worker": READ},
    "usersessions_*": {"portal": ALL},
}
"""Table or pattern → role → privileges. A full name wins over a pattern; a table without a row: no rights."""

_PRIVILEGE = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)(?: \(([a-z0-9_]+(?:, [a-z0-9_]+)*)\))?")


def find_privileges(table: str, privileges: dict[str, dict[str, str]] = PRIVILEGES) -> dict[str, str] | None:
    """Return role → privileges of a table: its own row, else the first pattern that fits, else None.

    >>> find_privileges("procrastinate_periodic_defers")
    {'worker': 'SELECT, INSERT, UPDATE, DELETE'}
    """
    if table in privileges:
        return privileges[table]
    return next((rights for pattern, rights in privileges.items() if fnmatchcase(table, pattern)), None)


def parse_privileges(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return verb and columns (none: the whole table) of each privilege.

    Raises: ValueError for anything else than SELECT, INSERT, UPDATE, DELETE with columns.

    >>> parse_privileges("INSERT, SELECT (id, code)")
    [('INSERT', ()), ('SELECT', ('id', 'code'))]
    """
    found = []
    position = 0
    while position < len(text):
        match = _PRIVILEGE.match(text, position)
        if match is None:
            raise ValueError(f"not a privilege: {text!r}")
        columns = tuple(match[2].split(", ")) if match[2] else ()
        found.append((match[1], columns))
        position = match.end()
        if position < len(text):
            if not text.startswith(", ", position):
                raise ValueError(f"not a privilege: {text!r}")
            position += 2
    return found
