"""Takes a call's body in and has it worked on in one of the few places for batches, in a thread."""

import asyncio
from collections.abc import Callable

from simpul.exchange.body import Body, is_small, open_body_file, receive_body
from simpul.exchange.call import Call
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub

Work = Callable[[Call, Hub, Body], Response]


async def work_on_body(call: Call, hub: Hub, media_type: str, work: Work) -> Response:
    """Receive the body, then run `work` on it to its end, even if the caller goes away meanwhile.

    A small body is received before a place is claimed, so that a slow sender holds none; a large one, which needs room on
    the disk, after it.

    Raises: BodyTooLarge, ClientGone, TooBusy; what `work` raises.
    """
    if is_small(call.request) or not media_type:
        body = await receive_body(call.request, media_type, call.salt, None)
        async with hub.claim_deliverer():
            return await _work(call, hub, body, work)
    async with hub.claim_deliverer():
        with open_body_file(hub.folder) as path:
            body = await receive_body(call.request, media_type, call.salt, path)
            return await _work(call, hub, body, work)


async def _work(call: Call, hub: Hub, body: Body, work: Work) -> Response:
    call.request_digest = body.salted
    running = asyncio.get_running_loop().run_in_executor(hub.deliverers, work, call, hub, body)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        # The caller went away; the transaction still ends in order before the body's file and the place are freed.
        await asyncio.wait([running])
        raise
