"""Which PostgreSQL type holds a column. Never `char(n)`: it pads, and lengths are the validator's."""

from simpul.contract.model import Column

_TYPES = {
    "string": "text",
    "integer": "bigint",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp with time zone",
    "time": "time without time zone",
    "object": "jsonb",
}


def choose_postgres_type(column: Column) -> str:
    """Return the PostgreSQL type of a column, written as `format_type()` writes it.

    >>> choose_postgres_type(Column("harga", logical_type="number", precision=12, scale=2))
    'numeric(12,2)'
    """
    if column.logical_type != "number":
        return _TYPES[column.logical_type]
    return "numeric" if column.precision is None else f"numeric({column.precision},{column.scale or 0})"
