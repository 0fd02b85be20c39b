"""The ASGI application: each call goes through the same stages, and none leaves without its evidence.

limits → path → key → publication → permission → read | deliver | describe → evidence → answer
"""

import logging
import os
import traceback
from pathlib import Path

from simpul.access.decide import check_service, decide
from simpul.access.model import AccessRequest, Operation
from simpul.exchange import limits
from simpul.exchange.authenticate import authenticate
from simpul.exchange.batches import describe_batch, describe_refused
from simpul.exchange.call import Call
from simpul.exchange.deliver import deliver_rows
from simpul.exchange.describe import describe_home, describe_index, describe_openapi
from simpul.exchange.errors import (
    HeadersTooLarge,
    MethodUnknown,
    QueryTooLong,
    SchemaUnknown,
    Unexpected,
    write_error,
)
from simpul.exchange.http import Receive, Request, Response, Scope, Send, read_request, write_json
from simpul.exchange.hub import Hub, Setup
from simpul.exchange.read import read_rows
from simpul.exchange.route import METHODS, Route, parse_path
from simpul.kernel.errors import Misconfigured, SimpulError
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words

LOG = logging.getLogger("simpul.exchange")
EXPOSED = (
    "Allow, Content-Location, Content-Range, Dataset-Version, Date, Evidence-Id, Evidence-Salt, Idempotency-Replayed, "
    "Location, Preference-Applied, Proxy-Status, Range-Unit, Retry-After, WWW-Authenticate"
)
ALLOWED = (
    "Authorization, apikey, X-API-Key, X-Client-Info, Accept, Accept-Language, Accept-Profile, Content-Language, "
    "Content-Profile, Content-Type, Idempotency-Key, If-None-Match, Prefer, Range, Range-Unit, X-Requested-With, "
    "X-Retry-Count"
)
NO_CONTENT = 204
COMMON_HEADERS = {
    "cache-control": "no-store",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": EXPOSED,
    "x-content-type-options": "nosniff",
}


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
        headers = {**COMMON_HEADERS, **response.headers}
        if response.status != NO_CONTENT:
            headers["content-length"] = str(len(response.body))
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else response.body})


async def answer(hub: Hub, request: Request) -> Response:
    """Answer one request, whatever happens, and keep its evidence before the answer leaves."""
    call = Call(request)
    try:
        response = await _go(hub, call)
    except SimpulError as error:
        response = write_error(error)
    except Exception as error:
        # The type alone: a message may quote data.
        LOG.error("call %s failed: %s", call.uid, _describe_place(error))
        response = write_error(Unexpected())
    if call.route is not None and call.route.place in {"home", "health"}:
        return response
    return _keep_evidence(hub, call, response)


def _keep_evidence(hub: Hub, call: Call, response: Response) -> Response:
    if not call.is_recorded:
        try:
            hub.spool.append(call.make_record(response))
        except SimpulError as error:
            LOG.error("evidence can't be kept: %s", type(error.__cause__).__name__)
            return write_error(error)
    response.headers |= {"evidence-id": str(call.uid), "evidence-salt": call.salt.hex()}
    return response


async def _go(hub: Hub, call: Call) -> Response:
    request = call.request
    _check_limits(request)
    route = call.route = parse_path(request.path)
    method = "GET" if request.method == "HEAD" else request.method
    if method not in METHODS[route.place].split(", "):
        raise MethodUnknown(request.method, METHODS[route.place])
    if route.place == "home":
        return describe_home()
    if route.place == "health":
        return await _answer_health(hub, route.part)
    return await _go_to_publication(hub, call, route)


async def _go_to_publication(hub: Hub, call: Call, route: Route) -> Response:
    snapshot = hub.get_snapshot()
    call.key = authenticate(call.request.headers, snapshot, call.at)
    call.published = snapshot.get_publication(route.stage, route.context, route.major)
    if route.place in {"index", "openapi"}:
        call.operation = "describe"
        check_service(call.key, call.published.service)
        if route.place == "index":
            return describe_index(call.published, call.key)
        return describe_openapi(call.published, call.key, hub.setup.address)
    call.dataset = call.published.get_dataset(route.dataset)
    operation: Operation = "read" if route.place == "dataset" else "deliver"
    call.operation = operation if route.place in {"dataset", "batches"} else "describe"
    call.permission = decide(
        AccessRequest(route.dataset, operation), call.key, call.published.service, call.dataset.grants, call.at
    )
    if route.place == "dataset":
        return await read_rows(call, hub.readers)
    if route.place == "batches":
        return await deliver_rows(call, hub)
    return await (describe_batch if route.place == "batch" else describe_refused)(call, hub)


def _check_limits(request: Request) -> None:
    if len(request.query) > limits.MAX_QUERY_BYTES:
        raise QueryTooLong()
    size = sum(len(name) + len(value) for name, value in request.headers.items())
    if len(request.headers) > limits.MAX_HEADERS or size > limits.MAX_HEADER_BYTES:
        raise HeadersTooLarge()
    if any(request.headers.get(name, "public") != "public" for name in ("accept-profile", "content-profile")):
        raise SchemaUnknown()


async def _answer_health(hub: Hub, part: str) -> Response:
    is_well = part == "live" or await hub.is_ready()
    facts = {} if part else hub.describe_health()
    headers = {} if is_well else {"retry-after": str(limits.RETRY_SECONDS)}
    return write_json(200 if is_well else 503, {"status": "ok" if is_well else "unavailable", **facts}, headers)


def answer_options(request: Request) -> Response:
    """Say what may be done at an address, by its shape alone: a browser asks before it may show a key.

    It tells nothing of what is published and is no call on data, so it leaves no evidence.
    """
    try:
        allowed = METHODS[parse_path(request.path).place]
    except SimpulError as error:
        return write_error(error)
    headers = {
        "allow": allowed,
        "access-control-allow-methods": allowed,
        "access-control-allow-headers": ALLOWED,
        "access-control-max-age": "86400",
    }
    return Response(NO_CONTENT, headers=headers)


def _describe_place(error: Exception) -> str:
    """Return the error's type and where it was raised; its message may quote data and is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-4:]))
    return f"{type(error).__name__} at {places}"


def read_setup() -> Setup:
    """Read the setup from the environment: SIMPUL_DSN (the exchange role's address) and the hub's settings.

    Raises: Misconfigured.
    """
    settings = read_settings()
    dsn = os.environ.get("SIMPUL_DSN", "")
    if not dsn:
        raise Misconfigured(
            Words("SIMPUL_DSN belum diisi.", "SIMPUL_DSN isn't set."),
            hint=Words("Jalankan exchange lewat ./simpul run.", "Start the exchange by ./simpul run."),
        )
    return Setup(dsn, Path(settings.SIMPUL_HOME), settings.EXCHANGE_URL, settings.TRUSTED_PROXY)


application = Exchange()
