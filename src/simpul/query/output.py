"""Lets PostgreSQL write the answer's text: JSON, JSON lines, or CSV by RFC 4180 with a header.

Every form can be written whole, as one text, or line by line; both give the same rows.
"""

from collections.abc import Sequence
from typing import NamedTuple

from simpul.query.columns import Output
from simpul.query.fragment import Fragment, combine, join, quote_name
from simpul.query.model import Query

ZONED = frozenset(("timestamptz", "timestamp with time zone"))


class Frame(NamedTuple):
    """How lines become a body: `head`, then the lines with `between`, then `end` if there was any line, then `tail`."""

    head: str
    between: str
    end: str
    tail: str


class Writer(NamedTuple):
    """One form of answer as SQL over `_page`: `line` is one row's text without a line feed, `whole` that of all rows."""

    line: Fragment
    whole: Fragment
    frame: Frame


def choose_writer(query: Query, outputs: Sequence[Output]) -> Writer:
    """Return the form that the query asks for."""
    if query.media == "csv":
        return _make_csv(outputs)
    if query.media == "ndjson":
        return _make_lines(strip_nulls=query.strip_nulls)
    return _make_json(strip_nulls=query.strip_nulls)


# `_page` can't be taken for a column: neither contract nor alias gives a name that starts with `_`.
def _make_json(*, strip_nulls: bool) -> Writer:
    """A JSON array of objects, `[]` when empty; times carry their offset."""
    rows = "json_strip_nulls(json_agg(_page))" if strip_nulls else "json_agg(_page)"
    return Writer(_write_object(strip_nulls), Fragment(f"coalesce({rows}, '[]')::text"), Frame("[", ", \n ", "", "]"))


def _make_lines(*, strip_nulls: bool) -> Writer:
    line = _write_object(strip_nulls)
    return Writer(line, line.wrap("coalesce(string_agg(", " || E'\\n', ''), '')"), Frame("", "\n", "\n", ""))


def _write_object(strip_nulls: bool) -> Fragment:
    return Fragment("json_strip_nulls(to_json(_page))::text" if strip_nulls else "to_json(_page)::text")


def _make_csv(outputs: Sequence[Output]) -> Writer:
    """CSV with a header, lines ended by a line feed; null is empty and an empty text is quoted."""
    head = ",".join(output.name for output in outputs) + "\n"
    line = join(", ", (Fragment(_write_cell(output)) for output in outputs)).wrap("concat_ws(',', ", ")")
    body = combine(Fragment("%s::text", (head,)), " || coalesce(string_agg(", line, " || E'\\n', ''), '')")
    return Writer(line, body, Frame(head, "\n", "\n", ""))


def _write_cell(output: Output) -> str:
    name = quote_name(output.name)
    text = f"to_json({name}) #>> '{{}}'" if output.kind in ZONED else f"{name}::text"
    special = f"({text}) ~ E'[\",\\r\\n]' OR ({text}) = ''"
    quoted = f"'\"' || replace({text}, '\"', '\"\"') || '\"'"
    return f"coalesce(CASE WHEN {special} THEN {quoted} ELSE {text} END, '')"
