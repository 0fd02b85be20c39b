"""One request and one answer, as the exchange sees them; ASGI's own words stay in this module and `app`."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from simpul.kernel.words import Words
from simpul.query.errors import ParseFailed

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = "application/json; charset=utf-8"
NO_CONTENT = 204
LISTS = frozenset(("accept", "prefer", "x-forwarded-for"))
"""Headers that are lists and so may come on several lines."""


@dataclass(frozen=True)
class Request:
    """`path` is raw, still encoded; `query` the raw query string; header names are lower-case; `peer` is the connection's
    other end, empty where the server doesn't tell it.

    The first header of a name wins, but for lists (LISTS), whose lines are joined.
    """

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    receive: Receive
    peer: str = ""

    def list_parameters(self) -> list[tuple[str, str]]:
        """Return the decoded query parameters in their order.

        Raises: ParseFailed for percent-encoding that isn't UTF-8.
        """
        try:
            text = self.query.decode("ascii")
            return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=200)
        except ValueError:
            details = Words(
                "Alamat bukan UTF-8, atau parameternya lebih dari 200.", "Not UTF-8, or over 200 parameters."
            )
            raise ParseFailed(details=details, parameter="?") from None


@dataclass
class Response:
    """A whole answer. `code` is the error's code for the evidence, empty where all went well."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    code: str = ""


def read_request(scope: Scope, receive: Receive) -> Request:
    """Return the request of an ASGI scope."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        known, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[known] = (
            f"{headers[known]}, {text}" if known in LISTS and known in headers else headers.get(known, text)
        )
    raw = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    peer = (scope.get("client") or ("",))[0]
    return Request(scope["method"].upper(), path, scope.get("query_string", b""), headers, receive, peer)


def write_json(status: int, data: Any, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(status, json.dumps(data, ensure_ascii=False).encode(), {"content-type": JSON, **(headers or {})})
