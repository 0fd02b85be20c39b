"""The `{places}` of a template: finds the fact, writes it as an officer would, and names what is missing.

A place is `{path}`, `{path|filter}`, or `{path?text if it is missing}`; `{{` and `}}` are plain braces.
A fact's own text is never read again for places, so nothing that a person typed acts as a template.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from simpul.papers.dates import (
    read_date,
    read_instant,
    write_date,
    write_date_in_words,
    write_day_and_date,
    write_in_words,
    write_instant,
    write_roman,
)

Scope = Mapping[str, Any]
PLACE = re.compile(r"\{\{|\}\}|\{(?P<path>[a-z_][a-z0-9_.]*)(?P<filters>(?:\|[a-z_]+)*)(?:\?(?P<default>[^{}]*))?\}")


class PlaceMissing(LookupError):
    """A place of the template has no fact. Its only argument is the path."""


def write_count(number: float) -> str:
    """Return a number with Indonesian separators, at most two decimals.

    >>> write_count(2186), write_count(98.5)
    ('2.186', '98,5')
    """
    text = f"{number:,.2f}".rstrip("0").rstrip(".") if isinstance(number, float) else f"{number:,}"
    return text.translate(str.maketrans(",.", ".,"))


def write_nip(digits: str) -> str:
    """Return a NIP spaced 8-6-1-3; anything but 18 digits stays as it is.

    >>> write_nip("197101301999031005")
    '19710130 199903 1 005'
    """
    bare = re.sub(r"\s", "", digits)
    return f"{bare[:8]} {bare[8:14]} {bare[14]} {bare[15:]}" if re.fullmatch(r"\d{18}", bare) else digits


def _number_lines(lines: Iterable[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


FILTERS: dict[str, Callable[[Any], str]] = {
    "date": lambda fact: write_date(read_date(fact)),
    "day_date": lambda fact: write_day_and_date(read_date(fact)),
    "date_words": lambda fact: write_date_in_words(read_date(fact)),
    "instant": lambda fact: write_instant(read_instant(fact)),
    "year": lambda fact: str(read_date(fact).year),
    "month_roman": lambda fact: write_roman(read_date(fact).month),
    "words": lambda fact: write_in_words(int(fact)),
    "count": write_count,
    "percent": lambda fact: f"{write_count(float(fact))}%",
    "nip": lambda fact: write_nip(str(fact)),
    "yes_no": lambda fact: "Ya" if fact else "Tidak",
    "passed": lambda fact: "lulus" if fact else "GAGAL",
    "fits": lambda fact: "Sesuai" if fact else "Tidak sesuai",
    "upper": lambda fact: str(fact).upper(),
    "join": lambda fact: ", ".join(str(one) for one in fact),
    "lines": lambda fact: "\n".join(str(one) for one in fact),
    "numbered": lambda fact: _number_lines(str(one) for one in fact),
    "numbered_laws": lambda fact: _number_lines(one["text"] for one in fact),
    "amount": lambda fact: str(len(fact)),
}
"""How a fact may be written; a template names them after a bar."""


def find_fact(path: str, scope: Scope) -> Any:
    """Return the fact at a dotted path, None where any part of it is missing."""
    found: Any = scope
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def fill_text(text: str, scope: Scope) -> str:
    """Fill every place of a template's text.

    Raises: PlaceMissing, naming the path; KeyError, for a filter that doesn't exist.

    >>> fill_text("Nomor {number?-} tanggal {day|date}", {"day": "2026-11-24"})
    'Nomor - tanggal 24 November 2026'
    """
    return PLACE.sub(lambda place: _fill_place(place, scope), text)


def _fill_place(place: re.Match[str], scope: Scope) -> str:
    if place["path"] is None:
        return place[0][0]
    fact = find_fact(place["path"], scope)
    if fact is None or fact == "" or fact == []:
        if place["default"] is None:
            raise PlaceMissing(place["path"])
        return place["default"]
    for name in place["filters"].split("|")[1:]:
        fact = FILTERS[name](fact)
    return str(fact)


def holds(condition: str, scope: Scope) -> bool:
    """Tell whether a template's `when` holds: `path`, `not path`, or `path == text`.

    >>> holds("not late", {"late": False}), holds("kind == a4", {"kind": "f4"})
    (True, False)
    """
    if "==" in condition:
        path, _, wanted = condition.partition("==")
        return str(find_fact(path.strip(), scope)) == wanted.strip()
    if condition.startswith("not "):
        return not holds(condition[4:], scope)
    return bool(find_fact(condition.strip(), scope))


def list_places(text: str) -> Iterator[tuple[str, list[str], bool]]:
    """Yield each place's path, its filters, and whether it may be missing."""
    for place in PLACE.finditer(text):
        if place["path"]:
            yield place["path"], place["filters"].split("|")[1:], place["default"] is not None
