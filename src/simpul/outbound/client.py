"""The HTTP client for servers of others: guarded, verified, followed by hand, bounded in time and size.

with GuardedClient(guard) as client:
    answer = client.fetch("GET", "https://api.opd.go.id/v1/data", headers={"Authorization": "Bearer …"})
"""

import ssl
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import httpcore
import httpx

from simpul.outbound.errors import (
    AnswerTooLarge,
    AnswerTooSlow,
    AnswerUnreadable,
    RedirectRefused,
    ServerAway,
    ServerUntrusted,
)
from simpul.outbound.guard import CONNECT_SECONDS, Guard, make_trust
from simpul.outbound.wire import Deadline, GuardedBackend

REDIRECTS = 5
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_PIECE_BYTES = 64 * 1024
_AGENT = "Simpul"


@dataclass(frozen=True)
class AnswerLimits:
    """How long one exchange may take, redirects included, and how large its body may be once unpacked."""

    seconds: float = 60.0
    silence_seconds: float = 30.0
    size_bytes: int = 64 * 1024 * 1024


class Fetched(NamedTuple):
    """An answer with its whole body. `address` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str


@dataclass
class Answer:
    """An answer whose body is read as it comes. Headers have lower-case names."""

    status: int
    headers: Mapping[str, str]
    address: str
    _pieces: Iterator[bytes] = field(repr=False, default_factory=lambda: iter(()))

    def iter_bytes(self) -> Iterator[bytes]:
        """Give the unpacked body in pieces of some 64 kB. Raises: AnswerTooLarge, AnswerTooSlow, ServerAway, …"""
        return self._pieces


class GuardedClient:
    """One caller of other servers, over kept connections. Not for two threads at once."""

    def __init__(self, guard: Guard, *, ca_pem: str = "", limits: AnswerLimits | None = None) -> None:
        """Take the guard and, where a server has one of its own, its authority's certificate.

        Raises: ssl.SSLError where the PEM can't be read.
        """
        self._guard, self._limits, self._deadline = guard, limits or AnswerLimits(), Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=make_trust(ca_pem),
            max_connections=4,
            keepalive_expiry=15.0,
            retries=0,
            network_backend=GuardedBackend(guard, self._deadline),
        )

    def fetch(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Sequence[tuple[str, str]] = (),
        content: bytes | None = None,
        redirects: int = REDIRECTS,
    ) -> Fetched:
        """Send one request and return its answer, whatever the status. Raises: as `open`."""
        with self.open(method, address, headers=headers, params=params, content=content, redirects=redirects) as answer:
            return Fetched(answer.status, answer.headers, b"".join(answer.iter_bytes()), answer.address)

    @contextmanager
    def open(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Sequence[tuple[str, str]] = (),
        content: bytes | None = None,
        redirects: int = REDIRECTS,
    ) -> Iterator[Answer]:
        """Send one request; follow redirects of a GET; give the answer while the block lasts.

        Each address on the way is checked. To another host go no headers but Accept, so no credentials. From TLS it is
        never followed to plain HTTP.

        Raises: AddressForbidden and its kinds, HostUnknown, ServerAway, ServerUntrusted, AnswerTooLarge, AnswerTooSlow,
        AnswerUnreadable.
        """
        self._deadline.start(self._limits.seconds)
        url = _read_url(address, params)
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        for _ in range(redirects + 1):
            with self._send(method, url, sent, content) as response:
                target = _find_target(url, response) if method in ("GET", "HEAD") and redirects else None
                if target is None:
                    yield self._make_answer(url, response)
                    return
            if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
                sent = {name: value for name, value in sent.items() if name == "accept"}
            url = target
        raise RedirectRefused(host=url.host)

    @contextmanager
    def _send(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None
    ) -> Iterator[httpcore.Response]:
        if url.scheme == "http":
            self._guard.check_plain(url.host, url.port or 80)
        silence = self._limits.silence_seconds
        waits = {"connect": CONNECT_SECONDS, "read": silence, "write": silence, "pool": silence}
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        named = {"user-agent": _AGENT, "accept": "*/*"} | dict(headers) | {"accept-encoding": "gzip"}
        all_headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in named.items()]
        with (
            _told_errors(url.host),
            self._pool.stream(
                method, target, headers=all_headers, content=content, extensions={"timeout": waits}
            ) as response,
        ):
            yield response

    def _make_answer(self, url: httpx.URL, response: httpcore.Response) -> Answer:
        headers = _read_headers(response)
        pieces = _unpack(response.iter_stream(), headers.get("content-encoding", ""), url.host)
        return Answer(response.status, headers, str(url), self._count(pieces, url.host))

    def _count(self, pieces: Iterator[bytes], host: str) -> Iterator[bytes]:
        total, limit = 0, self._limits.size_bytes
        for piece in pieces:
            total += len(piece)
            if total > limit:
                raise AnswerTooLarge(host=host, limit=limit)
            yield piece

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read_url(address: str, params: Sequence[tuple[str, str]] = ()) -> httpx.URL:
    """Return the address with its parameters added. Raises: RedirectRefused where it isn't one of HTTP."""
    try:
        url = httpx.URL(address)
        for name, value in params:
            url = url.copy_set_param(name, value)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise RedirectRefused(host="?") from error
    if url.scheme not in ("https", "http") or not url.host:
        raise RedirectRefused(host=url.host[:100] or "?")
    return url


def _find_target(url: httpx.URL, response: httpcore.Response) -> httpx.URL | None:
    """Return where an answer sends to, None where it is the answer. Raises: RedirectRefused."""
    location = _read_headers(response).get("location")
    if response.status not in _REDIRECTING or location is None:
        return None
    try:
        joined = str(url.join(location))
    except (httpx.InvalidURL, ValueError) as error:
        raise RedirectRefused(host=url.host) from error
    target = _read_url(joined)
    if (url.scheme, target.scheme) == ("https", "http") or target.userinfo:
        raise RedirectRefused(host=url.host)
    return target


def _read_headers(response: httpcore.Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _unpack(pieces: Iterator[bytes], encoding: str, host: str) -> Iterator[bytes]:
    """Unpack gzip piece by piece, never more than 64 kB at once, so that a bomb is met by the size limit."""
    if encoding.strip().lower() in ("", "identity"):
        yield from pieces
        return
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise AnswerUnreadable(host=host)
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            pending = piece
            while pending and not unpacker.eof:
                yield unpacker.decompress(pending, _PIECE_BYTES)
                pending = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise AnswerUnreadable(host=host)
    except zlib.error as error:
        raise AnswerUnreadable(host=host) from error


@contextmanager
def _told_errors(host: str) -> Iterator[None]:
    try:
        yield
    except httpcore.TimeoutException as error:
        raise AnswerTooSlow(host=host) from error
    except httpcore.ConnectError as error:
        if find_ssl_error(error) is not None:
            raise ServerUntrusted(host=host) from error
        raise ServerAway(host=host) from error
    except httpcore.NetworkError as error:
        raise ServerAway(host=host) from error
    except httpcore.ProtocolError as error:
        raise (ServerAway if _is_cut(error) else AnswerUnreadable)(host=host) from error


def _is_cut(error: httpcore.ProtocolError) -> bool:
    """Tell whether the server went away in the midst of an answer, rather than speaking something else."""
    return any(words in str(error) for words in ("disconnected", "peer closed connection"))


def find_ssl_error(error: BaseException) -> ssl.SSLError | None:
    """Return the TLS error behind another error, None where there is none."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
