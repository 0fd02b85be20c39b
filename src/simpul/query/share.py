"""Plans one consumer's whole part of a dataset: counted, and copied out as CSV in the order of storage."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from simpul.query.conditions import write_condition
from simpul.query.filters import parse_row_filter
from simpul.query.fragment import combine, join, quote_name


class Share(NamedTuple):
    """Two statements with the same parameters: `count_sql` gives one number, `copy_sql` copies CSV with a header."""

    count_sql: str
    copy_sql: str
    parameters: tuple[object, ...]


def plan_share(compiled: Mapping[str, Any], columns: Sequence[str], row_filter: str) -> Share:
    """Plan a share of a compiled dataset.

    Args: `columns` in the order of output; `row_filter` in the grammar, "" for all rows.
    Raises: QueryError where the filter doesn't fit the table; KeyError for a column that isn't there.
    """
    types = {name: column["type"] for name, column in compiled["columns"].items()}
    names = ", ".join(quote_name(name) for name in columns if types[name])
    written = [write_condition(condition, types) for condition in parse_row_filter(row_filter)] if row_filter else []
    where = join(" AND ", written).wrap(" WHERE ") if written else ""
    source = combine(f" FROM {quote_name(compiled['schema'])}.{quote_name(compiled['table'])}", where)
    return Share(
        count_sql=combine("SELECT count(*)", source).text,
        copy_sql=combine(
            f"COPY (SELECT {names}", source, ' ORDER BY "_row") TO STDOUT WITH (FORMAT csv, HEADER true)'
        ).text,
        parameters=source.values,
    )
