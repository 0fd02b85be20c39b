"""The server's own fixed answer of 1 KB: no key, no data, no evidence. Nothing behind the same server can be faster."""

from simpul.exchange.http import Receive, Scope, Send

BODY = b"x" * 1024
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"1024")],
}


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer anything with the same bytes."""
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
        return
    await send(START)
    await send({"type": "http.response.body", "body": BODY})
