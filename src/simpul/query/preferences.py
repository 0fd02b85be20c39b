"""Reads the Prefer and Accept headers."""

import re
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simpul.kernel.words import Words
from simpul.query.errors import FeatureMissing, MediaTypeUnknown, PreferenceUnknown
from simpul.query.model import CountKind, MediaKind, Query

SINGULAR = "application/vnd.pgrst.object+json"
MEDIA: dict[str, MediaKind] = {
    "application/json": "json",
    "application/*": "json",
    "*/*": "json",
    "application/vnd.pgrst.array+json": "json",
    "application/vnd.pgrst.object": "object",
    SINGULAR: "object",
    "text/csv": "csv",
    "text/*": "csv",
    "application/x-ndjson": "ndjson",
    "application/jsonl": "ndjson",
}
STRIPPED = {"array": "application/vnd.pgrst.array+json;nulls=stripped", "object": f"{SINGULAR};nulls=stripped"}
PLAN = "application/vnd.pgrst.plan"
KNOWN = {
    "count": re.compile(r"exact|planned|estimated"),
    "handling": re.compile(r"strict|lenient"),
    "max-affected": re.compile(r"[0-9]{1,9}"),
    "missing": re.compile(r"default|null"),
    "receipt": re.compile(r""),
    "resolution": re.compile(r"merge-duplicates|ignore-duplicates"),
    "return": re.compile(r"representation|minimal|headers-only"),
    "timezone": re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}"),
    "tx": re.compile(r"commit|rollback"),
}
"""Every preference of the grammar and what it may be; those of writing mean nothing to a reading call."""


KEPT_TEXTS = 256
"""Accept headers whose meaning is remembered: a program sends the same one each time."""


class Media(NamedTuple):
    """What to answer with, and whether nulls are left out."""

    kind: MediaKind
    strip_nulls: bool = False


@lru_cache(KEPT_TEXTS)
def parse_media(accept: str | None) -> Media:
    """Return what to answer with: the best of Accept that can be made (JSON where nothing is asked).

    Raises: MediaTypeUnknown; FeatureMissing where only the query's plan is wanted.

    >>> parse_media("text/html, text/csv;q=0.5").kind
    'csv'
    """
    ranked = sorted(map(_read_weighted, (accept or "*/*").split(",")), key=lambda one: -one[2])
    for name, options, weight in ranked:
        if weight > 0 and name in MEDIA:
            return Media(MEDIA[name], "nulls=stripped" in options and name.startswith("application/vnd.pgrst."))
    if any(name.startswith(PLAN) for name, *_ in ranked):
        raise FeatureMissing(feature="plan")
    raise MediaTypeUnknown()


def _read_weighted(text: str) -> tuple[str, list[str], float]:
    name, *options = (part.strip().lower() for part in text.split(";"))
    for option in options:
        if option.startswith("q="):
            try:
                return name, options, float(option[2:])
            except ValueError:
                return name, options, 0.0
    return name, options, 1.0


def parse_prefer(text: str | None) -> dict[str, str]:
    """Return the known preferences by name; unknown ones are left out.

    Raises: PreferenceUnknown for an unknown one under handling=strict.

    >>> parse_prefer("count=exact, wait=5")
    {'count': 'exact'}
    """
    known: dict[str, str] = {}
    strange: list[str] = []
    for part in filter(None, map(str.strip, text.split(",") if text else ())):
        name, _, value = part.partition("=")
        name, value = name.strip().lower(), value.strip().strip('"')
        if name not in KNOWN or not KNOWN[name].fullmatch(value) or not _is_zone(name, value):
            strange.append(_show(name))
        else:
            known.setdefault(name, value)
    if strange and known.get("handling") == "strict":
        raise PreferenceUnknown(details=Words(", ".join(strange), ", ".join(strange)))
    return known


def _show(name: str) -> str:
    """Return a preference's name as it may stand in a message: only what looks like one is repeated."""
    return name if re.fullmatch(r"[a-z][a-z-]{0,31}", name) else "?"


def _is_zone(name: str, value: str) -> bool:
    if name != "timezone":
        return True
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def list_applied(query: Query, count: CountKind | None) -> list[str]:
    """Return the preferences that were followed, for Preference-Applied; `count` is how the total was really found."""
    pairs = [("handling", query.handling), ("timezone", query.zone), ("count", count)]
    return [f"{name}={value}" for name, value in pairs if value]
