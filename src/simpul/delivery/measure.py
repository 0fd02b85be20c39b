"""Counts for the validation report: completeness, validity, uniqueness, timeliness, reference conformity.

Reads only. The judging against agreed thresholds is `contract.quality`.
"""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from simpul.contract.constraints import References
from simpul.contract.model import Column
from simpul.contract.quality import ColumnCounts, DatasetCounts
from simpul.contract.reference_codes import DatedCodes
from simpul.delivery.references import load_references
from simpul.delivery.target import Target, make_target
from simpul.store.pools import database_errors
from simpul.store.sql import SQL, Composable, Composed, Connection, Identifier, Literal, load_queries

AREA_LIST = "wilayah"
"""The reference list that columns of the format area_code are compared with, where the hub has it."""
_QUERIES = load_queries("simpul.delivery", "measure.sql")
_COLUMNS_AT_ONCE = 200
_SECONDS_A_DAY = 86_400


def measure_dataset(
    connection: Connection[Any],
    publication: Mapping[str, Any],
    name: str,
    dataset_id: int,
    at: datetime,
    references: References | None = None,
) -> DatasetCounts:
    """Count a dataset's quality at an instant.

    `received` and `refused` are those of the last delivery (where programs push: of the last day with deliveries), less
    the refused rows that were mended since. `references` None: the hub's lists as of `at`. A column that names a list
    which isn't there has nothing outside; one whose codes count on another column's day is held to all of the list's.

    Raises: DatasetMissing; DatabaseAway, DatabaseBusy, QueryTooSlow. Cost: some scans of the table.
    """
    target = make_target(dataset_id, publication, name)
    with database_errors():
        if references is None:
            has_areas = any(column.format == "area_code" for column in target.model.columns)
            references = load_references(connection, target, [AREA_LIST] if has_areas else [])
        received, refused, by_column = _count_deliveries(connection, target)
        rows, columns = _count_columns(connection, target, references, by_column)
        found = connection.execute(_QUERIES.find_delivered_at, {"dataset": dataset_id}).fetchone()
    age_days = (at - found[0]).total_seconds() / _SECONDS_A_DAY if found and found[0] else None
    return DatasetCounts(rows, received, refused, age_days, columns)


def _count_deliveries(connection: Connection[Any], target: Target) -> tuple[int, int, dict[str, int]]:
    values = {"dataset": target.dataset_id, "by_day": target.model.delivery == "push", "zone": target.zone}
    row = connection.execute(_QUERIES.count_deliveries, values).fetchone()
    received, refused, told = row or (0, 0, "{}")
    by_column: dict[str, int] = {}
    for names, times in json.loads(told).items():
        for name in names.split(", "):  # a finding of a group of columns names them all
            by_column[name] = by_column.get(name, 0) + int(times)
    return received, refused, by_column


def _count_columns(
    connection: Connection[Any], target: Target, references: References, refused: Mapping[str, int]
) -> tuple[int, dict[str, ColumnCounts]]:
    rows, counts = 0, {}
    columns = target.model.columns
    for start in range(0, len(columns), _COLUMNS_AT_ONCE):
        some = columns[start : start + _COLUMNS_AT_ONCE]
        found: Sequence[Any] = connection.execute(_write_query(target, some, references)).fetchone() or ()
        rows = found[0]
        for index, column in enumerate(some):
            filled, distinct, outside = found[1 + 3 * index : 4 + 3 * index]
            counts[column.name] = ColumnCounts(filled, distinct, refused.get(column.name, 0), outside)
    return rows, counts


def _write_query(target: Target, columns: Sequence[Column], references: References) -> Composed:
    parts: list[Composable] = [SQL("count(*)")]
    for column in columns:
        value = _filled(column)
        is_unique = column.unique or target.key == (column.name,)
        parts.append(SQL("count({})").format(value))
        parts.append(SQL("count(DISTINCT {})").format(value) if is_unique else SQL("0"))
        parts.append(_count_outside(column, value, references))
    return SQL("SELECT {} FROM {}").format(SQL(", ").join(parts), Identifier(target.schema, target.table))


def _filled(column: Column) -> Composable:
    name = Identifier(column.name)
    return SQL("nullif(btrim({}), '')").format(name) if column.logical_type == "string" else name


def _count_outside(column: Column, value: Composable, references: References) -> Composable:
    codes = find_codes(column, references)
    if codes is None:
        return SQL("0")
    known = Literal(sorted(codes))
    return SQL("count(*) FILTER (WHERE {0} IS NOT NULL AND {0}::text <> ALL ({1}::text[]))").format(value, known)


def find_codes(column: Column, references: References) -> list[str] | None:
    """Return the codes that a column's values must be among, or None when there are none or the list isn't known."""
    if isinstance(column.code_list, tuple):
        return list(column.code_list)
    name = column.code_list or (AREA_LIST if column.format == "area_code" else None)
    codes: Container[str] | None = references.get(name) if name else None
    if isinstance(codes, DatedCodes) and column.code_date:
        return codes.list_known()
    return [str(code) for code in codes] if isinstance(codes, Iterable) else None
