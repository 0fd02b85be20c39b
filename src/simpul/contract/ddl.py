"""From contract to tables, as plain data: the store quotes the names and runs the statements.

Each table also gets, by the store, the hidden columns `_row bigint generated always as identity primary
key`, `_version bigint not null` and `_batch bigint not null`. Source: decision 4.
"""

import hashlib
from dataclasses import dataclass

from simpul.contract.model import Column, Contract, Dataset
from simpul.contract.types import choose_postgres_type

_MAX_NAME_BYTES = 63


@dataclass(frozen=True)
class ColumnPlan:
    """One column: its name, PostgreSQL type, whether it is NOT NULL, and its comment."""

    name: str
    type: str
    required: bool
    comment: str


@dataclass(frozen=True)
class TablePlan:
    """One table: `key` gets a unique index (empty: none), and so does each group of `unique`."""

    schema: str
    table: str
    columns: tuple[ColumnPlan, ...]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    comment: str


def name_schema(context: str, major: int, stage: str) -> str:
    """Return the PostgreSQL schema of a context, major version and stage; past 63 bytes its tail is a hash.

    >>> name_schema("wilayah", 1, "live")
    'wilayah_v1_live'
    >>> len(name_schema("w" * 59, 12, "sandbox"))
    63
    """
    return _fit_name(f"{context}_v{major}_{stage}")


def compile_ddl(contract: Contract, stage: str) -> list[TablePlan]:
    """Plan the tables of a contract for a stage, in the contract's order. The contract must have passed `check`."""
    schema = name_schema(contract.context, contract.major, stage)
    return [_plan_table(schema, dataset) for dataset in contract.datasets]


def _plan_table(schema: str, dataset: Dataset) -> TablePlan:
    key = dataset.key
    return TablePlan(
        schema=schema,
        table=_fit_name(dataset.name),
        columns=tuple(_plan_column(column) for column in dataset.columns),
        key=key,
        unique=tuple((column.name,) for column in dataset.columns if column.unique and (column.name,) != key),
        comment=dataset.title or dataset.name,
    )


def _plan_column(column: Column) -> ColumnPlan:
    return ColumnPlan(
        name=column.name,
        type=choose_postgres_type(column),
        required=column.required or column.key,
        comment=column.title or column.name,
    )


def _fit_name(name: str) -> str:
    if len(name.encode()) <= _MAX_NAME_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: _MAX_NAME_BYTES - 17]}_{digest}"
