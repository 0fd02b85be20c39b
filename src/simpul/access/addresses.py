"""From where a grant lets calls come: single addresses and networks, IPv4 and IPv6."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

MAX_ADDRESSES = 50


@lru_cache(4096)
def read_network(text: str) -> IPv4Network | IPv6Network:
    """Return a network; one address is a network of one. Raises: ValueError, also where bits stand behind the prefix.

    >>> str(read_network("10.1.2.0/24")), str(read_network("10.1.2.3"))
    ('10.1.2.0/24', '10.1.2.3/32')
    """
    return ip_network(text.strip())


def is_listed(address: str, networks: Sequence[str]) -> bool:
    """Does the address lie in one of the networks? An empty list lets every address through, an unknown address none.

    An IPv4 address that came through an IPv6 socket (::ffff:10.1.2.3) is the IPv4 address.

    >>> is_listed("::ffff:10.1.2.3", ["10.1.2.0/24"]), is_listed("10.1.3.1", ["10.1.2.0/24"]), is_listed("", [])
    (True, False, True)
    """
    if not networks:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in network for network in _read_known(networks))


def _read_known(networks: Iterable[str]) -> Iterable[IPv4Network | IPv6Network]:
    """Yield the networks that can be read; another one lets nobody through."""
    for text in networks:
        try:
            yield read_network(text)
        except ValueError:
            continue


def find_client(peer: str, forwarded: str, *, is_proxied: bool) -> str:
    """Return the address that a call came from.

    Args: `peer` is the connection's other end; `forwarded` all X-Forwarded-For lines joined by commas; `is_proxied` says
    that the hub's own proxy stands before it. That proxy adds the address that it sees as the last one; whatever stands
    before it was written by the caller and isn't believed.

    >>> find_client("127.0.0.1", "6.6.6.6, 10.1.2.3", is_proxied=True)
    '10.1.2.3'
    >>> find_client("10.9.9.9", "10.1.2.3", is_proxied=False)
    '10.9.9.9'
    """
    last = forwarded.rpartition(",")[2].strip()
    return _strip_port(last) if is_proxied and last else peer


def _strip_port(text: str) -> str:
    """Return the address alone: some proxies write `10.1.2.3:4711` or `[2001:db8::1]:4711`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
