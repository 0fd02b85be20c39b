"""The datasets' tables: made, added to and dropped by the worker's role, used by portal and exchange.

One schema per context, major version and stage. A table holds the contract's columns and the hidden
`_row` (identity, primary key), `_version` and `_batch`; beside it lies its feed (`feeds`). Every change waits at
most 2 s for its lock, so that readers are never held up behind it.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from simpul.contract.ddl import ColumnPlan, TablePlan
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.store.errors import NameUnusable, TableDiffers
from simpul.store.feeds import begin_feed, is_feed, let_follow, make_feed, restart_all_feeds, restart_feed
from simpul.store.launcher import ROLES
from simpul.store.pools import database_errors
from simpul.store.sql import SQL, Composed, Connection, Identifier, Literal

LOCK_SECONDS = 2
_USERS = (ROLES["portal"], ROLES["exchange"])
_HIDDEN = "_row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, _version bigint NOT NULL, _batch bigint NOT NULL"
_TYPE = re.compile(
    r"text|bigint|integer|boolean|date|jsonb|uuid|double precision|numeric(\(\d{1,4},\d{1,4}\))?"
    r"|timestamp with(out)? time zone|time without time zone"
)
_RESERVED = re.compile(r"public|pg_.*|information_schema")


def create_dataset_tables(connection: Connection[Any], plans: Sequence[TablePlan]) -> None:
    """Make the tables of a contract, or add to existing ones what a minor version adds.

    Runs in the caller's transaction, or in one of its own; all tables or none. `connection` is the worker's.

    Raises: TableDiffers, naming each column; NameUnusable; DatabaseBusy where a lock isn't had in 2 s.
    """
    with database_errors(), connection.transaction():
        _limit_lock(connection)
        users = list_users(connection)
        for schema in dict.fromkeys(plan.schema for plan in plans):
            _make_schema(connection, schema, users)
        for plan in plans:
            _make_table(connection, plan, users)


def adopt_dataset_schemas(connection: Connection[Any]) -> list[str]:
    """Give every dataset's schema and table to the worker, with the planes' rights, after a restore.

    Who follows a dataset's changes must read it anew. `connection` is the owner's, who is a member of the worker.
    Returns: the schemas, sorted.
    """
    worker = Identifier(ROLES["worker"])
    users = list_users(connection)
    with database_errors(), connection.transaction():
        rows = connection.execute(
            "SELECT n.nspname, c.relname FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'"
            " WHERE n.nspname <> 'public' AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1, 2"
        ).fetchall()
        for schema in dict.fromkeys(str(row[0]) for row in rows):
            connection.execute(SQL("ALTER SCHEMA {} OWNER TO {}").format(Identifier(schema), worker))
            if users:
                connection.execute(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(Identifier(schema), users))
        for schema, table in rows:
            if table is not None:
                connection.execute(SQL("ALTER TABLE {} OWNER TO {}").format(Identifier(schema, table), worker))
                let = let_follow if is_feed(table) else _let_use
                let(connection, Identifier(schema, table), users)
        restart_all_feeds(connection)
    return list(dict.fromkeys(str(row[0]) for row in rows))


def drop_dataset_tables(connection: Connection[Any], schema: str) -> None:
    """Drop one context's schema of one stage with all its tables; a schema that isn't there is no error.

    Raises: NameUnusable for a schema that isn't a dataset's; DatabaseBusy where a lock isn't had in 2 s.
    """
    _check_schema(schema)
    with database_errors(), connection.transaction():
        _limit_lock(connection)
        connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


def _limit_lock(connection: Connection[Any]) -> None:
    connection.execute(SQL("SET LOCAL lock_timeout = {}").format(Literal(f"{LOCK_SECONDS}s")))


def _check_schema(schema: str) -> None:
    if _RESERVED.fullmatch(schema):
        raise NameUnusable(name=schema)


def list_users(connection: Connection[Any]) -> Composed | None:
    """Return the roles of the planes, as far as they exist, as SQL."""
    rows = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1", [list(_USERS)]
    ).fetchall()
    return SQL(", ").join(Identifier(str(row[0])) for row in rows) if rows else None


def _make_schema(connection: Connection[Any], schema: str, users: Composed | None) -> None:
    _check_schema(schema)
    connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
    if users:
        connection.execute(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(Identifier(schema), users))


def _make_table(connection: Connection[Any], plan: TablePlan, users: Composed | None) -> None:
    table = Identifier(plan.schema, plan.table)
    present = _read_columns(connection, plan)
    if present:
        _extend_table(connection, plan, present)
    else:
        columns = [SQL(_HIDDEN), *(_define(column) for column in plan.columns)]
        connection.execute(SQL("CREATE TABLE {} ({})").format(table, SQL(", ").join(columns)))
    for names in dict.fromkeys([plan.key, *plan.unique]):
        if names:
            _make_index(connection, plan, names)
    connection.execute(SQL("COMMENT ON TABLE {} IS {}").format(table, Literal(plan.comment)))
    for column in plan.columns:
        place = Identifier(plan.schema, plan.table, column.name)
        connection.execute(SQL("COMMENT ON COLUMN {} IS {}").format(place, Literal(column.comment)))
    _let_use(connection, table, users)
    is_new = make_feed(connection, plan.schema, plan.table, users)
    if not present:
        restart_feed(connection, plan.schema, plan.table)
    elif is_new:
        begin_feed(connection, plan.schema, plan.table)


def _let_use(connection: Connection[Any], table: Identifier, users: Composed | None) -> None:
    if users:
        connection.execute(SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {} TO {}").format(table, users))


def _define(column: ColumnPlan) -> Composed:
    if not _TYPE.fullmatch(column.type):
        raise NameUnusable(name=column.type)
    rule = SQL(" NOT NULL") if column.required else SQL("")
    # The type is one of the closed list above.
    return SQL("{} {}{}").format(Identifier(column.name), SQL(column.type), rule)


def _make_index(connection: Connection[Any], plan: TablePlan, names: tuple[str, ...]) -> None:
    digest = hashlib.sha256("\0".join(names).encode()).hexdigest()[:12]
    name = f"{plan.table.encode()[:48].decode(errors='ignore')}_u{digest}"
    columns = SQL(", ").join(map(Identifier, names))
    make = SQL("CREATE UNIQUE INDEX IF NOT EXISTS {} ON {} ({})")
    connection.execute(make.format(Identifier(name), Identifier(plan.schema, plan.table), columns))


def _read_columns(connection: Connection[Any], plan: TablePlan) -> dict[str, tuple[str, bool]]:
    """Return name → type and whether it is NOT NULL of the table's columns; empty where it isn't there."""
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
        [Identifier(plan.schema, plan.table).as_string()],
    )
    return {str(name): (str(kind), bool(required)) for name, kind, required in rows}


def _extend_table(connection: Connection[Any], plan: TablePlan, present: dict[str, tuple[str, bool]]) -> None:
    findings = _list_differences(plan, present)
    if findings:
        raise TableDiffers(findings=findings)
    table = Identifier(plan.schema, plan.table)
    for column in plan.columns:
        if column.name not in present:
            connection.execute(SQL("ALTER TABLE {} ADD COLUMN {}").format(table, _define(column)))
        elif present[column.name][1] and not column.required:
            name = Identifier(column.name)
            connection.execute(SQL("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL").format(table, name))


def _list_differences(plan: TablePlan, present: dict[str, tuple[str, bool]]) -> list[Finding]:
    """Return what a minor version may not do: drop a column, change a type, require what was optional."""
    found = []
    wanted = {column.name: column for column in plan.columns}
    for name, (kind, required) in present.items():
        column = wanted.get(name)
        if name in ("_row", "_version", "_batch"):
            continue
        if column is None:
            found.append(
                Finding(f"{plan.table}.{name}", "column-missing", Words("Kolom ini hilang.", "This column is missing."))
            )
        elif column.type != kind:
            text = Words(f"Tipe {kind} menjadi {column.type}.", f"Type {kind} became {column.type}.")
            found.append(Finding(f"{plan.table}.{name}", "type-changed", text))
        elif column.required and not required:
            found.append(
                Finding(
                    f"{plan.table}.{name}",
                    "now-required",
                    Words("Kolom ini menjadi wajib.", "This column became required."),
                )
            )
    for name in wanted.keys() - present.keys():
        if wanted[name].required:
            text = Words("Kolom baru tidak boleh wajib.", "A new column may not be required.")
            found.append(Finding(f"{plan.table}.{name}", "new-required", text))
    return sorted(found)
