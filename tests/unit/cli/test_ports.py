"""A taken port is told in one line, before anything starts."""

import socket

import pytest

from simpul.cli.ports import AddressNotHere, PortInUse, check_port


def test_taken_port_is_refused_naming_port_and_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"{port} \(EXCHANGE_PORT\)"):
            check_port("127.0.0.1", port, "EXCHANGE_PORT")


def test_free_port_is_accepted_and_left_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    check_port("127.0.0.1", port, "PORTAL_PORT")
    check_port("127.0.0.1", port, "PORTAL_PORT")


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(AddressNotHere, match=r"192\.0\.2\.1"):
        check_port("192.0.2.1", 8000, "PORTAL_PORT")
