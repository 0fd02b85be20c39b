"""Reads one request's parameters and headers into a Query."""

from collections.abc import Mapping, Sequence

from simpul.kernel.words import Words
from simpul.query.errors import FeatureMissing, ParseFailed, show_name
from simpul.query.fields import parse_order, parse_select
from simpul.query.filters import parse_conditions
from simpul.query.model import Query
from simpul.query.preferences import parse_media, parse_prefer
from simpul.query.window import parse_window

SINGLE = ("select", "order", "limit", "offset")
LATER = frozenset(("columns", "on_conflict", "after", "since", "bbox", "datetime"))
RESERVED = frozenset(SINGLE) | LATER | {"and", "or", "not.and", "not.or"}
"""Names that a contract's columns may not have."""


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
    prefer = parse_prefer(headers.get("prefer"))
    return Query(
        select=parse_select(single.get("select", "")),
        conditions=parse_conditions(filters),
        order=parse_order(single["order"]) if single.get("order") else (),
        window=parse_window(single.get("limit"), single.get("offset"), headers.get("range")),
        count_exact="count" in prefer,
        media=parse_media(headers.get("accept")),
        preferences_applied=_list_applied(prefer),
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


def _list_applied(prefer: Mapping[str, str]) -> tuple[str, ...]:
    # An exact count is also a true answer to who asks for a planned or estimated one.
    applied = ["count=exact"] if "count" in prefer else []
    if "handling" in prefer:
        applied.append(f"handling={prefer['handling']}")
    return tuple(applied)
