"""The database roles of the hub's processes: made, or printed for a DBA, and given their privileges.

The owner makes and migrates tables; `simpul_portal`, `simpul_exchange` and `simpul_worker` only use them.
Roles belong to the whole server, so that all databases of one server share them.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from simpul.kernel.errors import Misconfigured
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.store.errors import BadAddress, RolesForeign, RolesMissing
from simpul.store.launcher import OWNER, ROLES, Database
from simpul.store.passwords import ensure_passwords, make_verifier, read_passwords
from simpul.store.pools import connect, read_dsn
from simpul.store.privileges import PRIVILEGES, find_privileges, parse_privileges
from simpul.store.sql import SQL, Composed, Connection, Identifier, Literal, errors

__all__ = ["PRIVILEGES", "ROLES", "grant_privileges", "make_roles", "print_roles"]

_NAMES = tuple(ROLES.values())
_LOCK = 7_310_585  # any fixed number: one migration at a time

_ATTRIBUTES = SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}")


def make_roles(owner_dsn: str, keys_folder: Path) -> None:
    """Make the roles that are missing and keep their passwords in `keys_folder`; doing it again changes nothing.

    Raises: RolesMissing where the owner may not make roles; RolesForeign where they exist and their
        passwords aren't known here; DatabaseAway.
    """
    with connect(owner_dsn, autocommit=True) as connection:
        existing = _list_existing(connection)
        unknown = sorted(existing - read_passwords(keys_folder).keys())
        if unknown:
            raise RolesForeign(roles=", ".join(unknown))
        passwords = ensure_passwords(keys_folder, _NAMES)
        database = Database(owner_dsn, keys_folder)
        bad = [name for role, name in ROLES.items() if name not in existing or not _can_log_in(database, role)]
        try:
            for name in bad:
                _make_role(connection, name, passwords[name])
            _join_worker(connection)
        except errors.InsufficientPrivilege as error:
            raise RolesMissing(roles=", ".join(bad or [ROLES["worker"]])) from error


def _list_existing(connection: Connection[Any]) -> set[str]:
    rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(_NAMES)])
    return {str(row[0]) for row in rows}


def _can_log_in(database: Database, role: str) -> bool:
    try:
        connect(database.dsn(role)).close()
    except BadAddress:
        return False
    return True


def _make_role(connection: Connection[Any], name: str, password: str) -> None:
    verifier = Literal(make_verifier(password))
    # Two migrations on one server at once: the one that comes second finds the role there.
    with suppress(errors.DuplicateObject, errors.UniqueViolation):
        connection.execute(SQL("CREATE ROLE {} {}").format(Identifier(name), _ATTRIBUTES.format(verifier)))
        return
    # Only a superuser may write the other attributes again, even unchanged.
    connection.execute(SQL("ALTER ROLE {} WITH LOGIN PASSWORD {}").format(Identifier(name), verifier))


def _join_worker(connection: Connection[Any]) -> None:
    """Make the owner a member of the worker, so that a backup by the owner reads the datasets' tables."""
    worker = ROLES["worker"]
    if not connection.execute("SELECT pg_has_role(current_user, %s, 'USAGE')", [worker]).fetchone()[0]:  # type: ignore[index]
        connection.execute(SQL("GRANT {} TO CURRENT_USER").format(Identifier(worker)))


def print_roles(keys_folder: Path | None = None, *, owner: str | None = None) -> str:
    """Return SQL for a DBA that makes the roles, or gives existing ones this hub's passwords.

    It holds SCRAM verifiers, never passwords, so that it may be sent by mail. The passwords are kept in
    `keys_folder` (default: SIMPUL_HOME/keys). `owner` is the hub's own user (default: that of DATABASE_URL).
    """
    settings = read_settings()
    passwords = ensure_passwords(keys_folder or settings.SIMPUL_HOME / "keys", _NAMES)
    owner = owner or read_dsn(settings.DATABASE_URL).get("user", OWNER)
    lines = ["-- Simpul: roles of the hub's processes. Run as a superuser, then run `./simpul migrate`."]
    for name in _NAMES:
        attributes = _ATTRIBUTES.format(Literal(make_verifier(passwords[name]))).as_string()
        lines += [
            f"DO $$ BEGIN CREATE ROLE {name}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
            f"ALTER ROLE {name} WITH {attributes};",
        ]
    lines.append(SQL("GRANT {} TO {};").format(Identifier(ROLES["worker"]), Identifier(owner)).as_string())
    return "\n".join(lines) + "\n"


def grant_privileges(owner_dsn: str, privileges: dict[str, dict[str, str]] = PRIVILEGES) -> list[str]:
    """Give each role exactly what `PRIVILEGES` says and take everything else; doing it again changes nothing.

    One transaction: running processes never see a moment without rights.

    Returns: the tables of schema `public` that have no row in `PRIVILEGES`, sorted; nobody but the owner
        may use those.
    Raises: Misconfigured where the owner's user doesn't own the database; DatabaseAway.
    """
    with connect(owner_dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _check_owner(connection)
        for statement in _list_database_grants(str(connection.info.dbname)):
            connection.execute(statement)
        unlisted = []
        for table in _list_tables(connection):
            rights = find_privileges(table, privileges)
            if rights is None:
                unlisted.append(table)
            for role, text in (rights or {}).items():
                _grant_table(connection, table, ROLES[role], text)
        return unlisted


def _check_owner(connection: Connection[Any]) -> None:
    row = connection.execute(
        "SELECT pg_has_role(datdba, 'USAGE'), current_user FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if row is None or not row[0]:
        raise Misconfigured(
            Words(
                "Pengguna DATABASE_URL bukan pemilik basis datanya.",
                "The user of DATABASE_URL doesn't own its database.",
            ),
            hint=Words(
                "Minta DBA: ALTER DATABASE … OWNER TO pengguna itu.",
                "Ask the DBA: ALTER DATABASE … OWNER TO that user.",
            ),
        )


def _list_database_grants(database: str) -> list[Composed]:
    roles = SQL(", ").join(Identifier(name) for name in _NAMES)
    values = {"database": Identifier(database), "roles": roles, "worker": Identifier(ROLES["worker"])}
    texts = (
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC, {roles}",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {roles}",
        "GRANT CREATE ON DATABASE {database} TO {worker}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC, {roles}",
        "GRANT USAGE ON SCHEMA public TO {roles}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {roles}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {roles}",
    )
    return [SQL(text).format(**values) for text in texts]


def _list_tables(connection: Connection[Any]) -> list[str]:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
        " AND NOT relispartition ORDER BY 1"  # a partition is reached by its table alone
    )
    return [str(row[0]) for row in rows]


def _grant_table(connection: Connection[Any], table: str, role: str, text: str) -> None:
    for verb, columns in parse_privileges(text):
        names = SQL(" ({})").format(SQL(", ").join(map(Identifier, columns))) if columns else SQL("")
        parts = {"verb": SQL(verb), "names": names, "table": Identifier("public", table), "role": Identifier(role)}
        connection.execute(SQL("GRANT {verb}{names} ON TABLE {table} TO {role}").format(**parts))
        if verb == "INSERT":
            _grant_sequences(connection, table, role)


def _grant_sequences(connection: Connection[Any], table: str, role: str) -> None:
    """Let the role number its rows where a column takes its numbers from a sequence of its own."""
    rows = connection.execute(
        "SELECT s.relname FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'"
        " WHERE d.refobjid = %s::regclass AND d.deptype IN ('a', 'i')",
        [Identifier("public", table).as_string()],
    ).fetchall()
    for row in rows:
        sequence = Identifier("public", str(row[0]))
        connection.execute(SQL("GRANT USAGE ON SEQUENCE {} TO {}").format(sequence, Identifier(role)))
