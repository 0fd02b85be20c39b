"""Reads a writing request's method, parameters and headers into a Write; the body is read elsewhere."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from simpul.kernel.words import Words
from simpul.query.errors import FeatureMissing, ParseFailed, show_name
from simpul.query.fields import parse_order, parse_select
from simpul.query.filters import parse_conditions
from simpul.query.model import Condition, Query
from simpul.query.parse import COUNTS
from simpul.query.preferences import parse_media, parse_prefer
from simpul.query.scanner import Scanner
from simpul.query.window import parse_window
from simpul.query.write_errors import FilterMissing, PutFilterInvalid, PutLimited

Verb = Literal["insert", "put", "update", "delete"]
Resolution = Literal["", "merge-duplicates", "ignore-duplicates"]
Returned = Literal["minimal", "headers-only", "representation"]

VERBS: Mapping[str, Verb] = {"POST": "insert", "PUT": "put", "PATCH": "update", "DELETE": "delete"}
SINGLE = frozenset(("select", "order", "limit", "offset", "columns", "on_conflict"))
READING = frozenset(("after", "since", "bbox", "datetime"))
RESOLUTIONS: Mapping[str, Resolution] = {one: one for one in ("merge-duplicates", "ignore-duplicates")}  # type: ignore[misc]
RETURNS: Mapping[str, Returned] = {one: one for one in ("headers-only", "representation")}  # type: ignore[misc]
APPLIED = ("resolution", "missing", "return", "count", "tx", "handling", "timezone", "max-affected")
"""The preferences that a write follows, in the order in which they are told."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Write:
    """One writing request, in the caller's own words.

    `conditions` choose the rows of a PATCH or DELETE and name the row of a PUT. `columns` are the keys of the body that
    are taken, None for all. `answered` reads the rows written, for the answer. `most_affected` is only given under
    handling=strict, as PostgREST has it. `applied` are the preferences, each as `name=value`.
    """

    verb: Verb
    answered: Query
    conditions: tuple[Condition, ...] = ()
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] = ()
    resolution: Resolution = ""
    returned: Returned = "minimal"
    is_trial: bool = False
    most_affected: int | None = None
    applied: tuple[str, ...] = ()


def parse_write(method: str, parameters: Sequence[tuple[str, str]], headers: Mapping[str, str]) -> Write:
    """Read the decoded parameters, in their order, and the headers (lower-case names) of a POST, PUT, PATCH or DELETE.

    Raises: QueryError of some kind; never with a value in its text.

    >>> parse_write("POST", [("columns", "kode,nama")], {"prefer": "resolution=merge-duplicates"}).columns
    ('kode', 'nama')
    """
    verb = VERBS[method]
    single, filters = _sort_parameters(parameters)
    prefer, media = parse_prefer(headers.get("prefer")), parse_media(headers.get("accept"))
    conditions = parse_conditions(filters)
    _check_rows(verb, conditions, single)
    answered = Query(
        select=parse_select(single.get("select", "")),
        order=parse_order(single["order"]) if single.get("order") else (),
        window=parse_window(single.get("limit"), single.get("offset"), None),
        media=media.kind,
        strip_nulls=media.strip_nulls,
        count=COUNTS.get(prefer.get("count", "")),
        zone=prefer.get("timezone", ""),
        handling=prefer.get("handling", ""),
    )
    return Write(
        verb,
        answered,
        conditions,
        columns=parse_names("columns", single["columns"]) if single.get("columns") else None,
        on_conflict=parse_names("on_conflict", single["on_conflict"]) if single.get("on_conflict") else (),
        resolution=RESOLUTIONS.get(prefer.get("resolution", ""), "") if verb == "insert" else "",
        returned=RETURNS.get(prefer.get("return", ""), "minimal"),
        is_trial=prefer.get("tx") == "rollback",
        most_affected=_read_most_affected(prefer),
        applied=_list_applied(verb, prefer),
    )


def parse_names(parameter: str, text: str) -> tuple[str, ...]:
    """Read a comma list of columns' names, each once. Raises: ParseFailed.

    >>> parse_names("columns", 'kode, "nama"')
    ('kode', 'nama')
    """
    scanner, names = Scanner(text, parameter), list[str]()
    while True:
        scanner.skip_spaces()
        name = scanner.take_quoted() if scanner.peek() == '"' else scanner.take_pattern(_NAME)
        if not name:
            raise scanner.fail(Words("Diharapkan nama kolom", "Expected a column's name"))
        names.append(name)
        scanner.skip_spaces()
        if scanner.at_end:
            return tuple(dict.fromkeys(names))
        scanner.expect(",")


def _sort_parameters(parameters: Sequence[tuple[str, str]]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return those that stand once by name, and the filters in their order."""
    single: dict[str, str] = {}
    filters: list[tuple[str, str]] = []
    for name, text in parameters:
        if name in READING:
            raise FeatureMissing(feature=name)
        if "\0" in name or "\0" in text:
            details = Words("Karakter NUL tidak diterima.", "A NUL character isn't accepted.")
            raise ParseFailed(details=details, parameter=show_name(name))
        if name in single:
            details = Words("Parameter ini ditulis dua kali.", "The parameter is given twice.")
            raise ParseFailed(details=details, parameter=name)
        if name in SINGLE:
            single[name] = text
        else:
            filters.append((name, text))
    return single, filters


def _check_rows(verb: Verb, conditions: Sequence[Condition], single: Mapping[str, str]) -> None:
    """Check that the parameters choose rows as the verb may."""
    is_limited = "limit" in single or "offset" in single
    if verb == "insert" and conditions:
        details = Words("Saringan tidak berlaku pada POST.", "A POST takes no filter.")
        raise ParseFailed(details=details, parameter="?")
    if verb == "put":
        if is_limited:
            raise PutLimited()
        if not conditions:
            raise PutFilterInvalid()
    if verb in ("update", "delete"):
        if not conditions:
            raise FilterMissing()
        if is_limited:
            raise FeatureMissing(feature=f"limit, offset ({'PATCH' if verb == 'update' else 'DELETE'})")


def _read_most_affected(prefer: Mapping[str, str]) -> int | None:
    is_asked = "max-affected" in prefer and prefer.get("handling") == "strict"
    return int(prefer["max-affected"]) if is_asked else None


def _list_applied(verb: Verb, prefer: Mapping[str, str]) -> tuple[str, ...]:
    idle = {"max-affected"} if prefer.get("handling") != "strict" else set()
    if verb != "insert":
        idle |= {"resolution"}
    if verb == "delete":
        idle |= {"missing"}
    return tuple(f"{name}={prefer[name]}" for name in APPLIED if name in prefer and name not in idle)
