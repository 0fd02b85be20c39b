"""Which columns come out: `select` looked up among the granted ones, grouped where there is an aggregate.

An aggregate counts over the rows that the caller may see and has filtered; all outputs without one are the groups.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from simpul.kernel.words import Words
from simpul.query.conditions import write_field
from simpul.query.errors import ColumnUnknown, ParseFailed, show_name
from simpul.query.fragment import Fragment, quote_name
from simpul.query.model import Aggregate, Field, OrderTerm, SelectItem


class Output(NamedTuple):
    """One output column: its name, its SQL, its PostgreSQL type, the field behind it (None: whole rows are counted)."""

    name: str
    sql: Fragment
    kind: str
    field: Field | None
    aggregate: Aggregate | None = None


def list_outputs(items: Sequence[SelectItem], visible: Mapping[str, str]) -> list[Output]:
    """Return the outputs of a select, at least one; `visible` maps the columns that may be used to their types.

    Raises: ColumnUnknown; ParseFailed where a name comes out twice.
    """
    outputs: list[Output] = []
    for item in items:
        is_everything = item.field is None and item.aggregate is None
        fields = [Field(name) for name in visible] if is_everything else [item.field]
        outputs += [_write_output(field, item, visible) for field in fields]
    names = [output.name for output in outputs]
    if not outputs:
        raise ColumnUnknown(column="*")
    if len(set(names)) < len(names):
        details = Words("Satu nama keluar dua kali; beri nama lain.", "A name comes out twice; give it an alias.")
        raise ParseFailed(details=details, parameter="select")
    return outputs


def is_grouped(outputs: Sequence[Output]) -> bool:
    """Is there any aggregate?"""
    return any(output.aggregate for output in outputs)


def list_groups(outputs: Sequence[Output]) -> list[Output]:
    """Return the outputs that rows are grouped by."""
    return [output for output in outputs if not output.aggregate]


def _write_output(field: Field | None, item: SelectItem, visible: Mapping[str, str]) -> Output:
    written, kind = Fragment("*"), "bigint"
    if field is not None:
        written, kind = write_field(field, visible), "json" if field.path else visible[field.column]
    written, kind = _cast(written, kind, item.cast)
    if item.aggregate:
        written = written.wrap(f"{item.aggregate}(", ")")
        kind = kind if item.aggregate in {"min", "max"} else "numeric"
        written, kind = _cast(written, kind, item.result_cast)
    name = item.alias or item.aggregate or _name_field(field)
    return Output(name, written, kind, field, item.aggregate)


def _cast(written: Fragment, kind: str, cast: str | None) -> tuple[Fragment, str]:
    return (written.wrap("CAST(", f" AS {cast})"), cast) if cast else (written, kind)


def _name_field(field: Field | None) -> str:
    """Return the output's name: the column, or the last textual key of its path as PostgREST does."""
    if field is None:
        return "count"
    keys = [step.key for step in field.path if isinstance(step.key, str) and show_name(step.key) != "?"]
    return keys[-1] if keys and not keys[-1].startswith("_") else field.column


def write_order(term: OrderTerm, visible: Mapping[str, str], prefix: str = "") -> Fragment:
    """Return one sort key by a column or a path. Raises: ColumnUnknown, ParseFailed."""
    return write_field(term.field, visible, prefix).wrap("", _write_direction(term))


def write_group_order(term: OrderTerm, outputs: Sequence[Output], visible: Mapping[str, str]) -> Fragment:
    """Return one sort key of grouped rows: an output by its name, or the column that it shows.

    Raises: ColumnUnknown; ParseFailed for a column that rows aren't grouped by.
    """
    for output in outputs:
        if not term.field.path and output.name == term.field.column:
            return Fragment(quote_name(output.name) + _write_direction(term))
    write_field(term.field, visible)
    for output in list_groups(outputs):
        if output.field == term.field:
            return Fragment(quote_name(output.name) + _write_direction(term))
    details = Words("Kolom urutan bukan bagian dari kelompok.", "Rows aren't grouped by the column to sort by.")
    raise ParseFailed(details=details, parameter="order")


def _write_direction(term: OrderTerm) -> str:
    nulls = "" if term.nulls_first is None else " NULLS FIRST" if term.nulls_first else " NULLS LAST"
    return f"{' DESC' if term.descending else ' ASC'}{nulls}"
