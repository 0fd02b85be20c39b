"""Reads columns, paths into JSON columns, `select` and `order`."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar, get_args

from simpul.kernel.words import Words
from simpul.query.errors import FeatureMissing
from simpul.query.model import Aggregate, Field, OrderTerm, PathStep, SelectItem
from simpul.query.scanner import Scanner

CASTS = frozenset(
    [
        *("text", "varchar", "boolean", "bool", "json", "jsonb", "uuid"),
        *("smallint", "int2", "integer", "int", "int4", "bigint", "int8"),
        *("numeric", "decimal", "real", "float4", "float", "float8"),
        *("date", "time", "timetz", "timestamp", "timestamptz", "interval"),
    ]
)
"""The closed list of types that a caller may cast an output column to; none of them reads anything but its input."""
AGGREGATES: Mapping[str, Aggregate] = {name: name for name in get_args(Aggregate)}

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ALIAS = re.compile(r"([A-Za-z][A-Za-z0-9_]{0,62}):(?!:)")
_INDEX = re.compile(r"-?[0-9]{1,9}(?![A-Za-z0-9_])")
_KEY = re.compile(r"[A-Za-z0-9_ -]*[A-Za-z0-9_ ]")
_AGGREGATE = re.compile(r"\.[a-z]+\(\)")
_COUNT_ROWS = re.compile(r"count\(\)")

T = TypeVar("T")


def parse_field(scanner: Scanner) -> Field:
    """Read `column[->path]` at the scanner's place. Raises: ParseFailed."""
    column = scanner.take_quoted() if scanner.peek() == '"' else scanner.take_pattern(_NAME)
    if not column:
        raise scanner.fail(Words("Diharapkan nama kolom", "Expected a column's name"))
    path: list[PathStep] = []
    while scanner.take("->"):
        as_text = scanner.take(">")
        path.append(PathStep(_parse_key(scanner), as_text))
    return Field(column, tuple(path))


def _parse_key(scanner: Scanner) -> str | int:
    index = scanner.take_pattern(_INDEX)
    if index is not None:
        return int(index)
    key = scanner.take_quoted() if scanner.peek() == '"' else scanner.take_pattern(_KEY)
    if key is None:
        raise scanner.fail(Words("Diharapkan kunci JSON", "Expected a JSON key"))
    return key


def parse_select(text: str) -> tuple[SelectItem, ...]:
    """Read `alias:column->path::cast.aggregate()::cast,…`; an empty text means every granted column.

    Raises: ParseFailed, FeatureMissing (another table's rows).

    >>> item = parse_select("kode,total:harga::numeric.sum()::text")[1]
    >>> item.alias, item.cast, item.aggregate, item.result_cast
    ('total', 'numeric', 'sum', 'text')
    """
    scanner = Scanner(text, "select")
    scanner.skip_spaces()
    if scanner.at_end:
        return (SelectItem(None),)
    return _parse_list(scanner, _parse_select_item)


def _parse_select_item(scanner: Scanner) -> SelectItem:
    if scanner.take("*"):
        return SelectItem(None)
    if scanner.take("..."):
        raise FeatureMissing(feature="embedding")
    alias = (scanner.take_pattern(_ALIAS) or "").removesuffix(":") or None
    if scanner.take_pattern(_COUNT_ROWS):
        return SelectItem(None, alias, aggregate="count", result_cast=_parse_cast(scanner))
    field = parse_field(scanner)
    if scanner.peek() in {"(", "!"}:
        raise FeatureMissing(feature="embedding")
    cast, aggregate = _parse_cast(scanner), _parse_aggregate(scanner)
    return SelectItem(field, alias, cast, aggregate, _parse_cast(scanner) if aggregate else None)


def _parse_aggregate(scanner: Scanner) -> Aggregate | None:
    written = scanner.take_pattern(_AGGREGATE)
    if written is None:
        return None
    aggregate = AGGREGATES.get(written.strip(".()"))
    if aggregate is None:
        raise scanner.fail(Words("Fungsi agregat tidak dikenal", "Unknown aggregate function"))
    return aggregate


def _parse_cast(scanner: Scanner) -> str | None:
    if not scanner.take("::"):
        return None
    cast = scanner.take_pattern(_NAME)
    if cast not in CASTS:
        raise scanner.fail(Words("Tipe tujuan tidak dikenal", "Unknown target type"))
    return cast


def parse_order(text: str) -> tuple[OrderTerm, ...]:
    """Read `column[->path][.asc|.desc][.nullsfirst|.nullslast],…`. Raises: ParseFailed.

    >>> parse_order("nama.desc.nullslast")
    (OrderTerm(field=Field(column='nama', path=()), descending=True, nulls_first=False),)
    """
    return _parse_list(Scanner(text, "order"), _parse_order_term)


def _parse_order_term(scanner: Scanner) -> OrderTerm:
    field = parse_field(scanner)
    if scanner.peek() == "(":
        raise FeatureMissing(feature="embedding")
    descending = scanner.take(".desc")
    if not descending:
        scanner.take(".asc")
    nulls_first = True if scanner.take(".nullsfirst") else False if scanner.take(".nullslast") else None
    return OrderTerm(field, descending, nulls_first)


def _parse_list(scanner: Scanner, parse_item: Callable[[Scanner], T]) -> tuple[T, ...]:
    items: list[T] = []
    while True:
        scanner.skip_spaces()
        items.append(parse_item(scanner))
        scanner.skip_spaces()
        if scanner.at_end:
            return tuple(items)
        scanner.expect(",")
