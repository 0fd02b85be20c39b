"""Plans one consumer's whole part of a dataset: counted, and copied out as CSV in the order of storage."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from simpul.query.conditions import write_condition
from simpul.query.filters import parse_row_filter
from simpul.query.fragment import Fragment, combine, join, quote_name
from simpul.query.masks import write_mask, write_shown

NO_MASKS: Mapping[str, str] = {}
TEXTS = ("text", "varchar", "character varying")
_FORMULA = r"^(=.|[+@-].*([A-Za-z.]\(|\|.*!))"
"""What begins with "=", or calls a function or another program after "+", "-" or "@": an office file opens as CSV too."""


class Share(NamedTuple):
    """Two statements with their parameters: `count_sql` gives one number, `copy_sql` copies CSV with a header."""

    count_sql: str
    copy_sql: str
    parameters: tuple[object, ...]
    copy_parameters: tuple[object, ...]


def plan_share(
    compiled: Mapping[str, Any],
    columns: Sequence[str],
    row_filter: str,
    masks: Mapping[str, str] = NO_MASKS,
    mask_key: bytes = b"",
) -> Share:
    """Plan a share of a compiled dataset.

    Args: `columns` in the order of output; `row_filter` in the grammar, "" for all rows; `masks` maps columns to hidden,
    hashed (then `mask_key` is the consumer's) or last4.
    Raises: QueryError where the filter doesn't fit the table; KeyError for a column that isn't there; ValueError for a
    mask that is none.
    """
    types = {name: column["type"] for name, column in compiled["columns"].items()}
    shown = {name: write_mask(mask, name, types[name], mask_key) for name, mask in masks.items() if name in columns}
    names = join(", ", (_write_column(name, types[name], shown) for name in columns))
    written = [write_condition(condition, types) for condition in parse_row_filter(row_filter)] if row_filter else []
    where = join(" AND ", written).wrap(" WHERE ") if written else ""
    source = combine(f" FROM {quote_name(compiled['schema'])}.{quote_name(compiled['table'])}", where)
    copied = combine("COPY (SELECT ", names, source, ' ORDER BY "_row") TO STDOUT WITH (FORMAT csv, HEADER true)')
    return Share(
        count_sql=combine("SELECT count(*)", source).text,
        copy_sql=copied.text,
        parameters=source.values,
        copy_parameters=copied.values,
    )


def _write_column(name: str, kind: str, masks: Mapping[str, Fragment]) -> Fragment:
    """Return a column as the file has it: a text that a spreadsheet would run as a formula begins with an apostrophe.

    >>> _write_column("jumlah", "bigint", {}).text
    '"jumlah"'
    """
    if name in masks or not kind.startswith(TEXTS):
        return write_shown(name, masks)
    written = quote_name(name)
    return Fragment(f"regexp_replace({written}, '{_FORMULA}', '''\\1') AS {written}")
