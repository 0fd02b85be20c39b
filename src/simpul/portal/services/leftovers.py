"""What an earlier round of a change added to a live service and the new one doesn't have: it was never in force."""

from collections.abc import Sequence
from typing import Any

from simpul.contract.ddl import TablePlan, compile_ddl
from simpul.portal.contracts.actions import find_version_in_force
from simpul.portal.contracts.queries import load_contract
from simpul.portal.services.models import Publication
from simpul.store.datasets import LOCK_SECONDS
from simpul.store.feeds import is_feed, name_feed, restart_feed
from simpul.store.sql import SQL, Connection, Identifier, Literal

_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
HIDDEN = ("_row", "_version", "_batch")
Types = dict[str, dict[str, str]]


def drop_leftovers(link: Connection[Any], publication: Publication, plans: Sequence[TablePlan]) -> None:
    """Drop the columns and tables that neither the version in force nor the one being published has.

    A column whose type the parties changed meanwhile is dropped as well, to be made anew; the provider delivers its
    values again. Nothing of the version in force is touched.
    """
    force = find_version_in_force(publication.contract_version.contract)
    if force is None or load_contract(force).major != publication.major:
        return
    kept, wanted = _list_types(compile_ddl(load_contract(force), publication.stage)), _list_types(plans)
    link.execute(SQL("SET LOCAL lock_timeout = {}").format(Literal(f"{LOCK_SECONDS}s")))
    for schema in dict.fromkeys(plan.schema for plan in plans):
        for table, columns in _read_types(link, schema).items():
            if table not in kept and table not in wanted:
                drop = SQL("DROP TABLE IF EXISTS {}, {}")
                link.execute(drop.format(Identifier(schema, table), Identifier(schema, name_feed(table))))
                continue
            for name, kind in columns.items():
                if name not in HIDDEN and name not in kept.get(table, {}) and wanted.get(table, {}).get(name) != kind:
                    drop = SQL("ALTER TABLE {} DROP COLUMN {}")
                    link.execute(drop.format(Identifier(schema, table), Identifier(name)))
                    restart_feed(link, schema, table)


def _list_types(plans: Sequence[TablePlan]) -> Types:
    return {plan.table: {column.name: column.type for column in plan.columns} for plan in plans}


def _read_types(link: Connection[Any], schema: str) -> Types:
    found: Types = {}
    for table, name, kind in link.execute(_COLUMNS, [Identifier(schema).as_string()]).fetchall():
        if not is_feed(table):
            found.setdefault(table, {})[name] = kind
    return found
