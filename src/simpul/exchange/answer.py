"""From a request to its answer: each call goes through the same stages, and none leaves without its evidence.

limits → path → key or token → publication → permission → plan → the place's own work → evidence
"""

import asyncio
import logging

from simpul.access.addresses import find_client
from simpul.access.decide import check_service, decide, find_change
from simpul.access.model import AccessRequest, Key
from simpul.exchange import limits
from simpul.exchange.authenticate import authenticate
from simpul.exchange.body import bound_body
from simpul.exchange.call import Call
from simpul.exchange.describe import describe_home
from simpul.exchange.errors import (
    HeadersTooLarge,
    MethodUnknown,
    QueryTooLong,
    SchemaUnknown,
    Unexpected,
    write_error,
)
from simpul.exchange.health import answer_health, answer_metrics
from simpul.exchange.http import Request, Response
from simpul.exchange.hub import Hub
from simpul.exchange.lifecycle import check_lateness, tell_lifecycle
from simpul.exchange.places import DOORS, Door
from simpul.exchange.prove import UNRECORDED, keep_cut, keep_evidence
from simpul.exchange.publications import Published, Snapshot
from simpul.exchange.rates import Allowance
from simpul.exchange.receipts import answer_receipt
from simpul.exchange.route import METHODS, Route, parse_path
from simpul.exchange.steps import tell_steps
from simpul.exchange.stream import prove_stream
from simpul.exchange.token_errors import TokenKeyUnknown
from simpul.exchange.visits import Visit, name_visit
from simpul.kernel.errors import SimpulError
from simpul.kernel.logs import describe_error

LOG = logging.getLogger("simpul.exchange")
BODILESS = frozenset(("GET", "HEAD"))
"""Methods whose bodies nobody reads."""


async def answer(hub: Hub, request: Request) -> Response:
    """Answer one request, whatever happens, and keep its evidence before the answer leaves."""
    call = Call(request)
    response: Response | None = None
    try:
        response = await _answer(hub, call)
        return tell_steps(hub, call, response)
    finally:
        if response is None or response.stream is None:  # else when the stream has ended
            call.release()


async def _answer(hub: Hub, call: Call) -> Response:
    try:
        response = await _go(hub, call)
    except asyncio.CancelledError:
        keep_cut(hub, call)
        raise
    except SimpulError as error:
        response = write_error(error)
    except Exception as error:
        # The type alone: a message may quote data.
        LOG.error("call %s failed: %s", call.uid, describe_error(error))
        response = write_error(Unexpected())
    if call.route is not None and call.route.place in UNRECORDED:
        return response
    call.mark("work")
    if call.admission is not None:
        response.headers |= call.admission.headers
    tell_lifecycle(call, response, hub.setup.address)
    if response.stream is not None:
        response = await prove_stream(hub, call, response, response.stream)
    else:
        response = await keep_evidence(hub, call, response)
    call.mark("evidence")
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
        return await answer_health(hub, route.part)
    if route.place == "metrics":
        return answer_metrics(hub, request)
    hub.load.enter()
    try:
        return await _go_inside(hub, call, route, method)
    finally:
        hub.load.leave()


async def _go_inside(hub: Hub, call: Call, route: Route, method: str) -> Response:
    if route.place == "receipt":
        call.key, call.operation = await _identify(hub, call), "receipt"
        return await answer_receipt(call, hub)
    return await _go_to_publication(hub, call, route, method)


async def _go_to_publication(hub: Hub, call: Call, route: Route, method: str) -> Response:
    call.client = _find_client(hub, call.request)
    door = DOORS[route.place, method]
    if door.operation is None:
        call.key = await _identify(hub, call)
        snapshot = hub.get_snapshot()
        call.published = snapshot.get_publication(route.stage, route.context, route.major)
        call.operation = door.told_as
        check_service(call.key, call.published.service)
        _admit(hub, call, _find_allowance(snapshot, call.key, 0, call.published))
        call.mark("auth")
        return await door.handle(call, hub)
    visit = await _judge(hub, call, route, door)
    call.key, call.published, call.dataset, call.permission = visit[:4]
    call.operation = door.told_as
    _admit(hub, call, visit.allowance)
    call.mark("auth")
    await check_lateness(call, hub)
    return await door.handle(call, hub)


async def _judge(hub: Hub, call: Call, route: Route, door: Door) -> Visit:
    """Return who calls and what is permitted, as it was decided before where that still holds."""
    name = name_visit(call.request, call.client)
    known = hub.visits.find(name, hub.get_snapshot(), call.at)
    if known is not None:
        return known
    # Stage by stage, so that the evidence of a refusal names what was found before it.
    key = call.key = await _identify(hub, call)
    snapshot = hub.get_snapshot()
    published = call.published = snapshot.get_publication(route.stage, route.context, route.major)
    dataset = call.dataset = published.get_dataset(route.dataset)
    call.operation = door.told_as
    request = AccessRequest(route.dataset, door.operation or "read", call.client)
    permission = decide(request, key, published.service, dataset.grants, call.at)
    allowance = _find_allowance(snapshot, key, dataset.dataset_id, published)
    until = find_change(key, dataset.grants, call.at)
    visit = Visit(key, published, dataset, permission, allowance, call.at, until)
    hub.visits.keep(name, snapshot, visit)
    return visit


def _find_allowance(snapshot: Snapshot, key: Key, dataset_id: int, published: Published) -> Allowance:
    return snapshot.allowances.find(key.application_id, dataset_id, published.stage)


def _admit(hub: Hub, call: Call, allowance: Allowance) -> None:
    """Let the call in within its plan. Raises: a QuotaExceeded, BodyTooLarge, CountersAway."""
    key, _ = call.get_visit()
    dataset_id = call.dataset.dataset_id if call.dataset else 0
    call.allowance, call.admission = allowance, hub.gate.admit(allowance, key.application_id, dataset_id)
    if allowance.body_bytes is not None and call.request.method not in BODILESS:
        call.request = bound_body(call.request, allowance.body_bytes)


async def _identify(hub: Hub, call: Call) -> Key:
    try:
        return authenticate(call.request.headers, hub.get_snapshot(), hub.tokens, call.at)
    except TokenKeyUnknown:
        # A key of a moment ago: the notice of it may still be on its way.
        if not await hub.look_again():
            raise
        return authenticate(call.request.headers, hub.get_snapshot(), hub.tokens, call.at)


def _find_client(hub: Hub, request: Request) -> str:
    return find_client(request.peer, request.headers.get("x-forwarded-for", ""), is_proxied=hub.setup.trusted_proxy)


def _check_limits(request: Request) -> None:
    if len(request.query) > limits.MAX_QUERY_BYTES:
        raise QueryTooLong()
    size = sum(len(name) + len(value) for name, value in request.headers.items())
    if len(request.headers) > limits.MAX_HEADERS or size > limits.MAX_HEADER_BYTES:
        raise HeadersTooLarge()
    if any(request.headers.get(name, "public") != "public" for name in ("accept-profile", "content-profile")):
        raise SchemaUnknown()
