"""Lets PostgreSQL write the answer's text: JSON, or CSV by RFC 4180 with a header."""

from collections.abc import Sequence

from simpul.query.columns import Output
from simpul.query.fragment import Fragment, combine, join, quote_name

ZONED = frozenset(("timestamptz", "timestamp with time zone"))


def write_json(*, strip_nulls: bool = False) -> Fragment:
    """Return SQL for a JSON array of objects, `[]` when empty; times carry their offset."""
    # `_page` can't be taken for a column: neither contract nor alias gives a name that starts with `_`.
    rows = "json_strip_nulls(json_agg(_page))" if strip_nulls else "json_agg(_page)"
    return Fragment(f"coalesce({rows}, '[]')::text")


def write_csv(outputs: Sequence[Output]) -> Fragment:
    """Return SQL for CSV: a header, lines ended by a newline; null is empty and an empty text is quoted."""
    line = join(", ", (Fragment(_write_cell(output)) for output in outputs)).wrap("concat_ws(',', ", ")")
    header = Fragment("%s::text", (",".join(output.name for output in outputs) + "\n",))
    return combine(header, " || coalesce(string_agg(", line, " || E'\\n', ''), '')")


def _write_cell(output: Output) -> str:
    name = quote_name(output.name)
    text = f"to_json({name}) #>> '{{}}'" if output.kind in ZONED else f"{name}::text"
    special = f"({text}) ~ E'[\",\\r\\n]' OR ({text}) = ''"
    quoted = f"'\"' || replace({text}, '\"', '\"\"') || '\"'"
    return f"coalesce(CASE WHEN {special} THEN {quoted} ELSE {text} END, '')"
