"""Whether the hub's ports are free, asked before anything is started."""

import errno
import socket

from simpul.kernel.errors import Misconfigured
from simpul.kernel.settings import Settings
from simpul.kernel.words import Words


class PortInUse(Misconfigured):
    """Another program, or another hub, listens on a port of the hub's."""

    code = "SPLH01"
    message = Words(
        "Porta {port} ({setting}) sedang dipakai program lain.", "Port {port} ({setting}) is used by another program."
    )
    hint = Words(
        "Hentikan program itu, atau pilih porta lain: {setting}=… ./simpul run",
        "Stop that program, or choose another port: {setting}=… ./simpul run",
    )


class AddressNotHere(Misconfigured):
    """BIND_ADDRESS isn't an address of this machine, or its port isn't open to this user."""

    code = "SPLH02"
    message = Words(
        "Portal dan exchange tidak dapat mendengarkan di {address} porta {port}: {reason}.",
        "Portal and exchange can't listen on {address} port {port}: {reason}.",
    )
    hint = Words("Periksa BIND_ADDRESS dan {setting}.", "Look at BIND_ADDRESS and {setting}.")


def check_ports(settings: Settings) -> None:
    """Refuse to start where a port of portal or exchange can't be listened on.

    Raises: PortInUse, AddressNotHere.
    """
    for setting in ("PORTAL_PORT", "EXCHANGE_PORT"):
        check_port(settings.BIND_ADDRESS, getattr(settings, setting), setting)


def check_port(address: str, port: int, setting: str) -> None:
    """Refuse where `port` can't be listened on; `setting` is the name to tell.

    Raises: PortInUse, AddressNotHere.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the servers do it: a connection that is still closing doesn't hold the port, a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(port=port, setting=setting) from error
            raise AddressNotHere(address=address, port=port, setting=setting, reason=error.strerror) from error
