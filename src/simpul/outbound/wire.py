"""The guarded network under the HTTP client: connects through the guard alone, and ends when the time is over."""

import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from simpul.outbound.errors import ServerAway
from simpul.outbound.guard import CONNECT_SECONDS, Guard


class Deadline:
    """When the exchange under way must be over; shared by all connections of a client."""

    def __init__(self) -> None:
        self._ends_at = 0.0

    def start(self, seconds: float) -> None:
        """Begin an exchange of at most so many seconds."""
        self._ends_at = time.monotonic() + seconds

    def limit(self, timeout: float | None) -> float:
        """Return a wait that ends by then. Raises: httpcore.ReadTimeout where it is over."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)


class GuardedBackend(httpcore.NetworkBackend):
    """What httpcore opens its connections by."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard, self._deadline, self._plain = guard, deadline, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the host's checked addresses, by its number, so that no name is looked up again."""
        options = [*(socket_options or ()), (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        last: Exception | None = None
        for address in self._guard.find_addresses(host, port):
            wait = min(self._deadline.limit(timeout), CONNECT_SECONDS)
            try:
                stream = self._plain.connect_tcp(address, port, wait, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
            else:
                return _TimedStream(stream, self._deadline)
        raise ServerAway(host=host) from last

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse: nothing outside the hub is there."""
        raise ServerAway(host=path)


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no wait outlasts the deadline, however slowly bytes drip."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.limit(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.limit(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.limit(timeout))
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
