"""One request and one answer, as the exchange sees them; ASGI's own words stay in this module and `app`."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from simpul.kernel.words import Words
from simpul.query.errors import ParseFailed

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Write = Callable[[bytes], Awaitable[None]]

JSON = "application/json; charset=utf-8"
NO_CONTENT = 204
BODILESS = frozenset((NO_CONTENT, 304))
"""Statuses whose answers have no body and tell no length."""
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
    http_version: str = "1.1"

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


class Stream(Protocol):
    """A body that leaves in pieces."""

    async def run(self, write: Write) -> None:
        """Write all pieces; whatever is raised says that the body isn't whole."""

    async def close(self) -> None:
        """Give up what is held; must be called, and may be called again."""


@dataclass
class Response:
    """An answer. `code` is the error's code for the evidence, empty where all went well.

    With a `stream` the body follows in pieces; `is_sized` False says that the length isn't known, as of a stream's HEAD.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    code: str = ""
    stream: Stream | None = None
    is_sized: bool = True


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
    query, version = scope.get("query_string", b""), scope.get("http_version", "1.1")
    return Request(scope["method"].upper(), path, query, headers, receive, peer, version)


def write_json(status: int, data: Any, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(status, json.dumps(data, ensure_ascii=False).encode(), {"content-type": JSON, **(headers or {})})
