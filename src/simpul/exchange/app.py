"""The ASGI application: takes requests from the server, and sends the answers that `answer` gives."""

import logging.config
import os
from pathlib import Path

from simpul.delivery.limits import MEBIBYTE
from simpul.exchange.answer import answer
from simpul.exchange.http import BODILESS, Receive, Request, Response, Scope, Send, read_request
from simpul.exchange.hub import Hub, Setup
from simpul.exchange.options import EXPOSED, answer_options
from simpul.exchange.stream import send_stream
from simpul.kernel.errors import Misconfigured, SimpulError
from simpul.kernel.logs import make_log_config
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words

COMMON_HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
    (b"x-content-type-options", b"nosniff"),
)
NOT_STORED = (b"cache-control", b"no-store")


class Exchange:
    """The application object. Without a setup it reads the environment when the server starts it."""

    def __init__(self, setup: Setup | None = None) -> None:
        self._setup = setup
        self.hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(read_request(scope, receive), send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self.hub = Hub(self._setup or read_setup())
            await self.hub.start()
        except SimpulError as error:
            await send({"type": "lifespan.startup.failed", "message": f"{error.message} {error.hint}"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.hub.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, request: Request, send: Send) -> None:
        assert self.hub is not None  # noqa: S101 servers run the lifespan first
        if request.method == "OPTIONS":
            response = answer_options(request)
        else:
            response = await answer(self.hub, request)
        start = {"type": "http.response.start", "status": response.status, "headers": _write_headers(response)}
        if response.stream is not None:
            await send_stream(start, response.stream, request.receive, send)
            return
        await send(start)
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else response.body})


def _write_headers(response: Response) -> list[tuple[bytes, bytes]]:
    headers = [*COMMON_HEADERS]
    headers += [(name.encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    if "cache-control" not in response.headers:
        headers.append(NOT_STORED)
    if response.is_sized and response.stream is None and response.status not in BODILESS:
        headers.append((b"content-length", b"%d" % len(response.body)))
    return headers


def read_setup() -> Setup:
    """Read the setup from the environment: SIMPUL_DSN (the exchange role's address) and the hub's settings.

    Raises: Misconfigured.
    """
    settings = read_settings()
    logging.config.dictConfig(make_log_config(settings.LOG_FORMAT))
    dsn = os.environ.get("SIMPUL_DSN", "")
    if not dsn:
        raise Misconfigured(
            Words("SIMPUL_DSN belum diisi.", "SIMPUL_DSN isn't set."),
            hint=Words("Jalankan exchange lewat ./simpul run.", "Start the exchange by ./simpul run."),
        )
    return Setup(
        dsn,
        Path(settings.SIMPUL_HOME),
        settings.EXCHANGE_URL,
        settings.TRUSTED_PROXY,
        settings.PUBLIC_URL,
        settings.EXCHANGE_CACHE_MB * MEBIBYTE,
        settings.METRICS_TOKEN,
    )


application = Exchange()
