"""Reads one request's parameters and headers into a Query."""

from collections.abc import Mapping, Sequence
from typing import get_args

from simpul.kernel.words import Words
from simpul.query.errors import FeatureMissing, ParseFailed, show_name
from simpul.query.fields import parse_order, parse_select
from simpul.query.filters import parse_conditions
from simpul.query.model import CountKind, Query
from simpul.query.preferences import parse_media, parse_prefer
from simpul.query.window import parse_window

SINGLE = ("select", "order", "limit", "offset", "after")
LATER = frozenset(("columns", "on_conflict", "since", "bbox", "datetime"))
RESERVED = frozenset(SINGLE) | LATER | {"and", "or", "not.and", "not.or"}
"""Names that a contract's columns may not have."""
COUNTS: Mapping[str, CountKind] = {kind: kind for kind in get_args(CountKind)}


def parse(parameters: Sequence[tuple[str, str]], headers: Mapping[str, str]) -> Query:
    """Read the decoded parameters, in their order, and the headers (lower-case names).

    Raises: QueryError of some kind; never with a value in its text.

    >>> parse([("kode", "eq.63"), ("limit", "5")], {}).window.limit
    5
    """
    single: dict[str, str] = {}
    filters: list[tuple[str, str]] = []
    for name, text in parameters:
        _check_text(name, text)
        if name in SINGLE:
            _check_once(name, single)
            single[name] = text
        else:
            filters.append((name, text))
    prefer, media = parse_prefer(headers.get("prefer")), parse_media(headers.get("accept"))
    return Query(
        select=parse_select(single.get("select", "")),
        conditions=parse_conditions(filters),
        order=parse_order(single["order"]) if single.get("order") else (),
        window=parse_window(single.get("limit"), single.get("offset"), headers.get("range")),
        count=COUNTS.get(prefer.get("count", "")),
        media=media.kind,
        strip_nulls=media.strip_nulls,
        zone=prefer.get("timezone", ""),
        handling=prefer.get("handling", ""),
        after=single.get("after", ""),
    )


def _check_text(name: str, text: str) -> None:
    if name in LATER:
        raise FeatureMissing(feature=name)
    if "\0" in name or "\0" in text:
        details = Words("Karakter NUL tidak diterima.", "A NUL character isn't accepted.")
        raise ParseFailed(details=details, parameter=show_name(name))


def _check_once(name: str, seen: Mapping[str, str]) -> None:
    if name in seen:
        details = Words("Parameter ini ditulis dua kali.", "The parameter is given twice.")
        raise ParseFailed(details=details, parameter=name)
