"""Which servers the hub calls, and which only when they are listed."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from simpul.outbound.addresses import classify_address, read_allowance
from simpul.outbound.errors import (
    AddressForbidden,
    AllowanceWrong,
    HostOdd,
    HostUnknown,
    PlainForbidden,
    ServerAway,
)
from simpul.outbound.guard import Guard

FORBIDDEN = [
    ("127.0.0.1", "loopback"),
    ("127.8.9.10", "loopback"),
    ("::1", "loopback"),
    ("::ffff:127.0.0.1", "loopback"),
    ("::127.0.0.1", "loopback"),
    ("64:ff9b::7f00:1", "loopback"),
    ("2002:7f00:1::", "loopback"),
    ("10.0.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.168.1.1", "private"),
    ("::ffff:192.168.1.1", "private"),
    ("fd12:3456::1", "private"),
    ("100.64.0.1", "carrier-grade NAT"),
    ("169.254.1.1", "link-local"),
    ("fe80::1%eth0", "link-local"),
    ("169.254.169.254", "metadata"),
    ("::ffff:169.254.169.254", "metadata"),
    ("fd00:ec2::254", "metadata"),
    ("100.100.100.200", "metadata"),
    ("0.0.0.0", "unspecified"),
    ("::", "unspecified"),
    ("224.0.0.1", "multicast"),
    ("ff02::1", "multicast"),
    ("255.255.255.255", "reserved"),
    ("192.0.2.1", "reserved"),
    ("2001:db8::1", "reserved"),
]


@pytest.mark.parametrize(("address", "kind"), FORBIDDEN)
def test_guard_refuses_networks_that_strangers_must_not_be_sent_to(address: str, kind: str) -> None:
    assert classify_address(address) == kind
    with pytest.raises(AddressForbidden):
        Guard(resolve=lambda *_: [address]).find_addresses("api.contoh.go.id", 443)


@pytest.mark.parametrize("address", ["8.8.8.8", "103.28.12.1", "2606:4700::1111"])
def test_guard_lets_public_addresses_pass(address: str) -> None:
    assert Guard(resolve=lambda *_: [address]).find_addresses("api.contoh.go.id", 443) == [address]


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "1.2.3.04", "a b", "", "x" * 300],
)
def test_guard_refuses_hosts_written_in_odd_ways(host: str) -> None:
    with pytest.raises(HostOdd):
        Guard(["127.0.0.0/8"]).find_addresses(host, 80)


def test_guard_refuses_a_name_of_which_one_address_is_forbidden() -> None:
    with pytest.raises(AddressForbidden):
        Guard(resolve=lambda *_: ["8.8.8.8", "10.0.0.1"]).find_addresses("api.contoh.go.id", 443)


def test_guard_tells_an_unknown_name() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no name")

    with pytest.raises(HostUnknown):
        Guard(resolve=resolve).find_addresses("tidak-ada.contoh.go.id", 443)


@pytest.mark.parametrize(
    ("entry", "address", "port", "passes"),
    [
        ("10.20.0.0/16", "10.20.3.4", 3306, True),
        ("10.20.0.0/16", "10.21.3.4", 3306, False),
        ("10.20.3.4:3306", "10.20.3.4", 3306, True),
        ("10.20.3.4:3306", "10.20.3.4", 22, False),
        ("db.opd.go.id", "192.168.1.9", 3306, True),
        ("lain.opd.go.id", "192.168.1.9", 3306, False),
        ("db.opd.go.id", "169.254.169.254", 80, False),
        ("169.254.0.0/16", "169.254.169.254", 80, False),
        ("169.254.169.254", "169.254.169.254", 80, True),
        ("[fd12::/48]:5432", "fd12::9", 5432, True),
        ("127.0.0.1", "::ffff:127.0.0.1", 80, True),
    ],
)
def test_list_opens_what_it_names_and_nothing_else(entry: str, address: str, port: int, passes: bool) -> None:
    guard = Guard([entry], resolve=lambda *_: [address])
    if passes:
        assert guard.find_addresses("DB.opd.go.id", port) == [address]
    else:
        with pytest.raises(AddressForbidden):
            guard.find_addresses("db.opd.go.id", port)


@pytest.mark.parametrize(
    "entry", ["", "0.0.0.0/0", "10.0.0.0/7", "::/0", "10.0.0.1/8", "a b", "host:0", "host:99999", "0x7f.1"]
)
def test_list_refuses_entries_that_are_wrong_or_too_wide(entry: str) -> None:
    with pytest.raises(AllowanceWrong):
        read_allowance(entry)


def test_connection_without_tls_needs_an_entry_of_the_list() -> None:
    with pytest.raises(PlainForbidden):
        Guard(resolve=lambda *_: ["8.8.8.8"]).check_plain("api.contoh.go.id", 80)
    Guard(["api.contoh.go.id"], resolve=lambda *_: ["8.8.8.8"]).check_plain("api.contoh.go.id", 80)


@contextmanager
def listening() -> Iterator[tuple[int, Callable[[], int]]]:
    """Give a port on 127.0.0.1 and how many connected to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        count = 0
        server.settimeout(0.2)

        def accept() -> None:
            nonlocal count
            while not stopped.is_set():
                try:
                    server.accept()[0].close()
                except TimeoutError:
                    continue
                count += 1

        stopped = threading.Event()
        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1], lambda: count
        stopped.set()
        thread.join()


def test_name_that_changes_between_check_and_connection_gains_nothing() -> None:
    """The resolver answers a listed address first and loopback ever after; the connection uses the first answer."""
    answers = iter([["192.0.2.77"], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with listening() as (port, count_connections):
        guard = Guard(["192.0.2.77"], resolve=resolve)
        with pytest.raises(ServerAway):
            guard.connect("rebind.contoh.go.id", port, timeout_seconds=0.3)
        assert asked == ["rebind.contoh.go.id"]
        with pytest.raises(AddressForbidden):
            guard.connect("rebind.contoh.go.id", port)
        assert count_connections() == 0


def test_connection_goes_to_the_checked_address() -> None:
    with listening() as (port, _):
        guard = Guard(["opd.contoh.go.id"], resolve=lambda *_: ["127.0.0.1"])
        with guard.connect("opd.contoh.go.id", port) as link:
            assert link.getpeername() == ("127.0.0.1", port)
