"""Portal and exchange under granian, the web server."""

import importlib
import os
from collections.abc import Callable
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from simpul.cli.lifeline import follow_parent
from simpul.kernel.settings import Settings

EXCHANGE = "simpul.exchange.app:application"
PORTAL_THREADS = 8
"""Requests that one portal process works on at once; each thread keeps one database connection."""

WAITING_REQUESTS = 256
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
    )


def serve_exchange(settings: Settings, target: str = EXCHANGE) -> None:
    """Serve the exchange until SIGTERM; a benchmark serves a `target` of its own in the same way."""
    _serve(
        target,
        settings.BIND_ADDRESS,
        settings.EXCHANGE_PORT,
        interface=Interfaces.ASGI,
        workers=settings.EXCHANGE_WORKERS,
        loop=Loops.asyncio,
        websockets=False,
    )


def _serve(target: str, address: str, port: int, **options: Any) -> None:
    server = Granian(
        target,
        address=address,
        port=port,
        backpressure=WAITING_REQUESTS,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_SECONDS,
        **options,
    )
    server.serve(target_loader=partial(load_application, parent=os.getpid()))


def load_application(target: str, parent: int) -> Callable[..., Any]:
    """Return the application named `module:attribute`, inside a worker that ends with its server `parent`."""
    follow_parent(parent)
    module, _, attribute = target.partition(":")
    application: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return application
