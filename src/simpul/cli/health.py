"""Whether a hub's portal and exchange answer, asked from the same machine."""

import http.client
import socket

from simpul.kernel.settings import Settings

PORTAL_PATH, EXCHANGE_PATH = "/sehat", "/health/ready"
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


def is_ready(settings: Settings) -> bool:
    """Return whether portal and exchange both say that they can work."""
    asked = ((settings.PORTAL_PORT, PORTAL_PATH), (settings.EXCHANGE_PORT, EXCHANGE_PATH))
    return all(ask(settings.BIND_ADDRESS, port, path) == 200 for port, path in asked)


def ask(address: str, port: int, path: str) -> int | None:
    """Return the HTTP status of a path, None where nothing answers within two seconds."""
    connection = http.client.HTTPConnection(_ANY.get(address, address), port, timeout=2)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def can_connect(address: str, port: int) -> bool:
    """Return whether something listens at the port, asking for at most a second."""
    try:
        socket.create_connection((_ANY.get(address, address), port), timeout=1).close()
    except OSError:
        return False
    return True
