"""Which network an address belongs to, and the list of those that may be called nevertheless. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from simpul.kernel.words import Words
from simpul.outbound.errors import AllowanceWrong, HostOdd

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PUBLIC = "public"
_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
    )
)  # fmt: skip
"""Where clouds tell a machine its own secrets."""
_KINDS: tuple[tuple[str, tuple[Network, ...]], ...] = tuple(
    (kind, tuple(ip_network(text) for text in texts))
    for kind, texts in (
        ("unspecified", ("0.0.0.0/8", "::/128")),
        ("loopback", ("127.0.0.0/8", "::1/128")),
        ("link-local", ("169.254.0.0/16", "fe80::/10")),
        ("private", ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10")),
        ("carrier-grade NAT", ("100.64.0.0/10",)),
        ("multicast", ("224.0.0.0/4", "ff00::/8")),
    )
)
_CARRIERS: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
"""IPv6 networks whose addresses carry an IPv4 one, so many bits from the right."""
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?")
_WIDEST_V4, _WIDEST_V6 = 8, 16


def unwrap_address(text: str) -> Address:
    """Return the address that a packet would reach: the IPv4 one where an IPv6 one carries it.

    >>> unwrap_address("::ffff:127.0.0.1"), unwrap_address("64:ff9b::a00:1")
    (IPv4Address('127.0.0.1'), IPv4Address('10.0.0.1'))
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and int(address) > 1:
        for network, shift in _CARRIERS:
            if address in network:
                return IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return address


def classify_address(text: str) -> str:
    """Return "public", or the kind of network that strangers must not be sent to.

    >>> [classify_address(text) for text in ("8.8.8.8", "10.1.1.1", "169.254.169.254", "::1", "240.0.0.1")]
    ['public', 'private', 'metadata', 'loopback', 'reserved']
    """
    address = unwrap_address(text)
    if address in _METADATA:
        return "metadata"
    for kind, networks in _KINDS:
        if any(address.version == network.version and address in network for network in networks):
            return kind
    return PUBLIC if address.is_global and not address.is_multicast else "reserved"


def check_host(host: str) -> None:
    """Check that a host is a name or a plainly written address. Raises: HostOdd.

    `2130706433`, `0x7f.1`, `0177.0.0.1` and `127.1` are all 127.0.0.1 to the system's resolver.
    """
    bare = host[1:-1] if host.startswith("[") else host
    try:
        ip_address(bare)
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        if "%" in host or _NUMBER.fullmatch(last) or not _NAME.fullmatch(host):
            raise HostOdd(host=host[:100]) from None


@dataclass(frozen=True)
class Allowance:
    """One entry of the list: a name or a network, at any port or one."""

    name: str = ""
    network: Network | None = None
    port: int | None = None

    def covers(self, host: str, address: Address, port: int) -> bool:
        """Tell whether a server may be called for this entry. What a cloud keeps secret needs its very address."""
        if self.port not in (None, port):
            return False
        if self.network is None:
            return address not in _METADATA and self.name == host.lower().rstrip(".")
        is_within = self.network.version == address.version and address in self.network
        return is_within and (address not in _METADATA or self.network.num_addresses == 1)


def read_allowance(text: str) -> Allowance:
    """Return an entry of the list: `nama`, `10.1.2.3`, `10.20.0.0/16`, `fd12::/48`, each with `:port` (IPv6 in brackets).

    Raises: AllowanceWrong.

    >>> read_allowance("db.opd.go.id:3306")
    Allowance(name='db.opd.go.id', network=None, port=3306)
    """
    match = re.fullmatch(r"\[(?P<six>[^\]]+)\](:(?P<port6>\d+))?|(?P<other>[^:]+)(:(?P<port4>\d+))?", text.strip())
    host = (match["six"] or match["other"]) if match else text.strip()
    port_text = (match["port6"] or match["port4"]) if match else None
    port = int(port_text) if port_text else None
    if port is not None and not 1 <= port <= 65535:
        raise AllowanceWrong
    try:
        network = ip_network(host)
    except ValueError:
        return Allowance(name=_read_name(host), port=port)
    widest = _WIDEST_V4 if network.version == 4 else _WIDEST_V6
    if network.prefixlen < widest:
        raise AllowanceWrong(
            Words(f"Jaringan itu terlalu luas; paling luas /{widest}.", f"That network is too wide; /{widest} at most.")
        )
    return Allowance(network=network, port=port)


def _read_name(host: str) -> str:
    try:
        check_host(host)
    except HostOdd as error:
        raise AllowanceWrong from error
    return host.lower().rstrip(".")


def find_forbidden(host: str, found: str, port: int, allowed: Sequence[Allowance]) -> str | None:
    """Return the kind of network for which a server isn't called, None where it may be."""
    kind = classify_address(found)
    if kind == PUBLIC or any(one.covers(host, unwrap_address(found), port) for one in allowed):
        return None
    return kind
