"""Takes a call's body in and has it worked on in one of the few places for batches, in a thread."""

import asyncio
from collections.abc import Callable

from simpul.exchange.body import Body, open_body_file, receive_body
from simpul.exchange.call import Call
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub

Work = Callable[[Call, Hub, Body], Response]


async def work_on_body(call: Call, hub: Hub, media_type: str, work: Work) -> Response:
    """Receive the body, then run `work` on it to its end, even if the caller goes away meanwhile.

    Raises: BodyTooLarge, ClientGone, TooBusy; what `work` raises.
    """
    with hub.claim_deliverer(), open_body_file(hub.folder) as path:
        body = await receive_body(call.request, media_type, call.salt, path)
        call.request_digest = body.salted
        running = asyncio.get_running_loop().run_in_executor(hub.deliverers, work, call, hub, body)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            # The caller went away; the transaction still ends in order before the body's file and the place are freed.
            await asyncio.wait([running])
            raise
