"""Which place of the exchange an address names. Only one spelling of each address is taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from simpul.access.model import Stage
from simpul.exchange.errors import FunctionUnknown, PathUnknown, QueryTooLong
from simpul.exchange.limits import MAX_PATH_BYTES

Place = Literal[
    "home", "health", "metrics", "index", "openapi", "dataset", "changes", "batches", "batch", "refused", "receipt"
]

_STAGES: dict[str, Stage] = {"sandbox": "sandbox", "api": "live"}
KEPT_PATHS = 2048
"""Paths whose route is remembered; what isn't one never is."""
_SAFE = re.compile(r"/[a-z0-9_/.-]*", re.ASCII)
_CONTEXT = re.compile(
    r"/(?P<stage>sandbox|api)/(?P<context>[a-z0-9][a-z0-9_-]{0,62})/v(?P<major>[1-9][0-9]{0,4})(?P<rest>/.*)?"
)
_REST: tuple[tuple[Place, re.Pattern[str]], ...] = (
    ("index", re.compile(r"/?")),
    ("openapi", re.compile(r"/openapi\.json")),
    ("dataset", re.compile(r"/(?P<dataset>[a-z][a-z0-9_]{0,62})")),
    ("changes", re.compile(r"/(?P<dataset>[a-z][a-z0-9_]{0,62})/changes")),
    ("batches", re.compile(r"/(?P<dataset>[a-z][a-z0-9_]{0,62})/batches")),
    ("batch", re.compile(r"/(?P<dataset>[a-z][a-z0-9_]{0,62})/batches/(?P<batch>[0-9]{1,18})")),
    ("refused", re.compile(r"/(?P<dataset>[a-z][a-z0-9_]{0,62})/batches/(?P<batch>[0-9]{1,18})/refused")),
)
_RECEIPT = re.compile(r"/receipts/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_FUNCTION = re.compile(r"/rpc/[a-z0-9_]+")
METHODS: Mapping[Place, str] = {
    "home": "GET, HEAD, OPTIONS",
    "health": "GET, HEAD, OPTIONS",
    "metrics": "GET, HEAD, OPTIONS",
    "index": "GET, HEAD, OPTIONS",
    "openapi": "GET, HEAD, OPTIONS",
    "dataset": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "changes": "GET, HEAD, OPTIONS",
    "batches": "POST, OPTIONS",
    "batch": "GET, HEAD, OPTIONS",
    "refused": "GET, HEAD, OPTIONS",
    "receipt": "GET, HEAD, OPTIONS",
}
"""What may be done at each place, as the Allow header tells it."""
HEALTH = {"/health": "", "/health/live": "live", "/health/ready": "ready"}


@dataclass(frozen=True)
class Route:
    """`part` is which health is asked, or a receipt's uid; `batch_id` of a batch; the rest names a publication and a dataset."""

    place: Place
    stage: Stage = "sandbox"
    context: str = ""
    major: int = 0
    dataset: str = ""
    batch_id: int = 0
    part: str = ""


@lru_cache(KEPT_PATHS)
def parse_path(path: str) -> Route:
    """Return the route of a raw path. Encoded, dotted, doubled or foreign characters are refused, never mended.

    Raises: PathUnknown, FunctionUnknown, QueryTooLong.

    >>> parse_path("/api/wilayah/v1/desa/batches/7").batch_id
    7
    """
    if len(path) > MAX_PATH_BYTES:
        raise QueryTooLong()
    if path == "/":
        return Route("home")
    if path in HEALTH:
        return Route("health", part=HEALTH[path])
    if path == "/metrics":
        return Route("metrics")
    if receipt := _RECEIPT.fullmatch(path):
        return Route("receipt", part=receipt[1])
    found = _CONTEXT.fullmatch(path) if _SAFE.fullmatch(path) and "//" not in path else None
    if found is None:
        raise PathUnknown()
    for place, pattern in _REST:
        rest = pattern.fullmatch(found["rest"] or "")
        if rest is not None:
            names = rest.groupdict()
            return Route(
                place,
                _STAGES[found["stage"]],
                found["context"],
                int(found["major"]),
                names.get("dataset") or "",
                int(names.get("batch") or 0),
            )
    raise FunctionUnknown() if _FUNCTION.fullmatch(found["rest"] or "") else PathUnknown()
