"""Calling the hub's own exchange on this machine, as its integration tests do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import httpx

from simpul.kernel.errors import Unavailable
from simpul.kernel.settings import Settings
from simpul.kernel.words import Words

TIMEOUT_SECONDS = 15.0
ANSWER_BYTES = 8 * 1024 * 1024


class ExchangeAway(Unavailable):
    code = "SPL460"
    message = Words("Exchange hub ini tidak menjawab.", "The hub's own exchange doesn't answer.")


class Answer(NamedTuple):
    """What came back: status, headers by lower-case name, body (8 MB at most)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OwnExchange:
    """The running exchange, over one kept connection."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def send(
        self, method: str, path: str, query: Sequence[tuple[str, str]], headers: Mapping[str, str], body: str | None
    ) -> Answer:
        """Send one request and return its answer, whatever the status. Raises: ExchangeAway."""
        try:
            answer = self._client.request(
                method,
                path,
                params=list(query),
                headers=dict(headers),
                content=body.encode() if body is not None else None,
            )
        except httpx.HTTPError as error:
            raise ExchangeAway from error
        return Answer(
            answer.status_code,
            {name.lower(): value for name, value in answer.headers.items()},
            answer.content[:ANSWER_BYTES],
        )


@contextmanager
def open_own_exchange(settings: Settings) -> Iterator[OwnExchange]:
    """Open a connection to the hub's own exchange, on the address that it listens on."""
    host = settings.BIND_ADDRESS if settings.BIND_ADDRESS not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104
    base = f"http://{f'[{host}]' if ':' in host else host}:{settings.EXCHANGE_PORT}"
    with httpx.Client(base_url=base, timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        yield OwnExchange(client)
