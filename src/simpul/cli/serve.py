"""Portal and exchange under granian, the web server."""

import importlib
import os
import resource
from collections.abc import Callable
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels

from simpul.cli.lifeline import follow_parent
from simpul.kernel.settings import Settings

EXCHANGE = "simpul.exchange.app:application"
PORTAL_THREADS = 8
"""Requests that one portal process works on at once; each thread keeps one database connection."""

WAITING_REQUESTS = 256
EXCHANGE_CONNECTIONS = 4096
"""Connections that one exchange process holds, idle ones among them; the next wait unaccepted. What the calls on them may
do at once is bounded by the exchange itself, which answers 503 beyond that."""
BACKLOG = 2048
STOP_SECONDS = 4
HEADER_MILLISECONDS = 10_000
"""A client that sends its headers more slowly than this is cut off."""


def serve_portal(settings: Settings) -> None:
    """Serve the portal until SIGTERM."""
    _serve(
        "simpul.portal.wsgi:application",
        settings.BIND_ADDRESS,
        settings.PORTAL_PORT,
        interface=Interfaces.WSGI,
        workers=settings.PORTAL_WORKERS,
        blocking_threads=PORTAL_THREADS,
        backpressure=WAITING_REQUESTS,
    )


def serve_exchange(settings: Settings, target: str = EXCHANGE) -> None:
    """Serve the exchange until SIGTERM; a benchmark serves a `target` of its own in the same way."""
    _serve(
        target,
        settings.BIND_ADDRESS,
        settings.EXCHANGE_PORT,
        interface=Interfaces.ASGI,
        workers=settings.EXCHANGE_WORKERS,
        loop=Loops.uvloop,
        runtime_mode=RuntimeModes.st,
        websockets=False,
        backpressure=EXCHANGE_CONNECTIONS,
        backlog=BACKLOG,
    )


def _serve(target: str, address: str, port: int, **options: Any) -> None:
    _allow_files()
    server = Granian(
        target,
        address=address,
        port=port,
        # HTTP/2 is the TLS proxy's: a server that waits to see which of the two it will be waits without an end.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_SECONDS,
        **options,
    )
    server.serve(target_loader=partial(load_application, parent=os.getpid()))


def _allow_files() -> None:
    """Allow this process as many open files, and so connections, as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def load_application(target: str, parent: int) -> Callable[..., Any]:
    """Return the application named `module:attribute`, inside a worker that ends with its server `parent`."""
    follow_parent(parent)
    module, _, attribute = target.partition(":")
    application: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return application
