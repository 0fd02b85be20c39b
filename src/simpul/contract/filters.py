"""A consumer's row filter, in the exchange's grammar: "kode=like.63.05*", several joined by "&".

Read here to check it and to know which mock rows lie inside; the exchange applies it in SQL.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from simpul.contract.errors import ContractInvalid
from simpul.kernel.words import Words

OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is")
_FORM = re.compile(r"([a-z][a-z0-9_]*)=(not\.)?([a-z]+)\.(.*)", re.DOTALL)
_MAX_LENGTH = 1000
_IS_VALUES = ("null", "not_null", "true", "false")
_LIST_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,"]*))\s*(?:,|$)')


@dataclass(frozen=True)
class Filter:
    """One condition: `values` holds one literal, or those of `in`."""

    column: str
    negated: bool
    operator: str
    values: tuple[str, ...]


def read_filters(text: str) -> tuple[Filter, ...]:
    """Read a row filter; "" gives (). Raises: ContractInvalid.

    >>> read_filters("kode=like.63.05*&status=not.in.(a,b)")[1]
    Filter(column='status', negated=True, operator='in', values=('a', 'b'))
    """
    if not text:
        return ()
    if len(text) > _MAX_LENGTH:
        raise _refuse(text[:20])
    return tuple(_read_filter(part) for part in text.split("&"))


def _read_filter(part: str) -> Filter:
    match = _FORM.fullmatch(part)
    if match is None or match[3] not in OPERATORS:
        raise _refuse(part.partition("=")[0][:63])
    column, negation, operator, literal = match.groups()
    literal = unquote(literal)
    if operator == "is" and literal not in _IS_VALUES:
        raise _refuse(column)
    values = _read_list(column, literal) if operator == "in" else (literal,)
    return Filter(column, bool(negation), operator, values)


def _read_list(column: str, literal: str) -> tuple[str, ...]:
    if not (literal.startswith("(") and literal.endswith(")")):
        raise _refuse(column)
    body, position, values = literal[1:-1], 0, []
    while position < len(body):
        match = _LIST_ITEM.match(body, position)
        if match is None or match.end() == position:
            raise _refuse(column)
        values.append(re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2].strip())
        position = match.end()
    return tuple(values)


def matches_filters(row: Mapping[str, Any], filters: Sequence[Filter]) -> bool:
    """Tell whether a row of JSON values lies inside all the filters, as PostgreSQL would: null matches nothing."""
    return all(_matches(row.get(condition.column), condition) for condition in filters)


def _matches(value: Any, condition: Filter) -> bool:
    if condition.operator == "is":
        truth = {"null": value is None, "not_null": value is not None, "true": value is True, "false": value is False}
        return truth[condition.values[0]] is not condition.negated
    return value is not None and _holds(value, condition) is not condition.negated


def _holds(value: Any, condition: Filter) -> bool:
    if condition.operator in ("like", "ilike"):
        flags = re.DOTALL | (re.IGNORECASE if condition.operator == "ilike" else 0)
        return re.fullmatch(_make_expression(condition.values[0]), str(value), flags) is not None
    held, literals = _make_comparable(value, condition.values)
    if condition.operator == "in":
        return held in literals
    literal = literals[0]
    order = (held > literal) - (held < literal)
    signs = {"eq": (0,), "neq": (-1, 1), "gt": (1,), "gte": (0, 1), "lt": (-1,), "lte": (-1, 0)}
    return order in signs[condition.operator]


def _make_comparable(value: Any, literals: tuple[str, ...]) -> tuple[Any, list[Any]]:
    if isinstance(value, bool):
        return value, [literal.lower() == "true" for literal in literals]
    if isinstance(value, int | float):
        try:
            return float(value), [float(literal) for literal in literals]
        except ValueError:
            pass
    return str(value), list(literals)


def _make_expression(literal: str) -> str:
    """Turn LIKE's signs (`*` and `%` any, `_` one) into a regular expression."""
    parts = {"*": ".*", "%": ".*", "_": "."}
    return "".join(parts.get(sign, re.escape(sign)) for sign in literal)


def _refuse(where: str) -> ContractInvalid:
    return ContractInvalid(
        Words(
            f"Saringan baris pada “{where}” belum benar. Tulis seperti kode=like.63.05*.",
            f"The row filter at “{where}” is not right. Write it as kode=like.63.05*.",
        )
    )
