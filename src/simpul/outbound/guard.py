"""The guard on the way out: resolve a name, check each address, connect to one that was checked, and to no other.

A name is resolved once for each connection, and the connection goes to what was looked at; nobody can answer the check
with one address and the connection with another. Certificates are always verified against the name.
"""

import socket
import ssl
from collections.abc import Callable, Iterable

from simpul.outbound.addresses import Allowance, check_host, find_forbidden, read_allowance, unwrap_address
from simpul.outbound.errors import AddressForbidden, HostUnknown, PlainForbidden, ServerAway

CONNECT_SECONDS = 10.0
Resolver = Callable[[str, int], list[str]]


def resolve_name(host: str, port: int) -> list[str]:
    """Return the addresses of a name in the system's order, each once. Raises: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Guard:
    """Decides which servers the hub calls. Public ones, and those that the Pengelola Sistem listed."""

    def __init__(self, allowed: Iterable[str | Allowance] = (), resolve: Resolver = resolve_name) -> None:
        """Take the list (see `read_allowance`). Raises: AllowanceWrong."""
        self._allowed = tuple(read_allowance(one) if isinstance(one, str) else one for one in allowed)
        self._resolve = resolve

    def find_addresses(self, host: str, port: int) -> list[str]:
        """Return the network addresses of a host, all of them checked, at least one.

        One forbidden address among them refuses the host: an honest server has none.

        Raises: HostOdd, HostUnknown, AddressForbidden.
        """
        bare = host.strip("[]")
        check_host(host)
        try:
            found = self._resolve(bare, port)
        except (OSError, UnicodeError) as error:
            raise HostUnknown(host=bare) from error
        if not found:
            raise HostUnknown(host=bare)
        for address in found:
            kind = find_forbidden(bare, address, port, self._allowed)
            if kind is not None:
                raise AddressForbidden(host=bare, kind=kind)
        return found

    def check_plain(self, host: str, port: int) -> None:
        """Check that a server may be called without TLS: the list names it. Raises: PlainForbidden and as above."""
        bare = host.strip("[]")
        for address in self.find_addresses(host, port):
            if not any(one.covers(bare, unwrap_address(address), port) for one in self._allowed):
                raise PlainForbidden(host=bare)

    def connect(self, host: str, port: int, timeout_seconds: float = CONNECT_SECONDS) -> socket.socket:
        """Return an open connection to a checked address, without TLS yet.

        Raises: HostOdd, HostUnknown, AddressForbidden, ServerAway.
        """
        last: OSError | None = None
        for address in self.find_addresses(host, port):
            try:
                return socket.create_connection((address, port), timeout_seconds)
            except OSError as error:
                last = error
        raise ServerAway(host=host.strip("[]")) from last


def make_trust(ca_pem: str = "") -> ssl.SSLContext:
    """Return the TLS settings: certificates and names are checked, by the system's authorities or by `ca_pem` alone.

    Raises: ssl.SSLError where the PEM can't be read.
    """
    trust = ssl.create_default_context(cadata=ca_pem or None)
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    return trust
