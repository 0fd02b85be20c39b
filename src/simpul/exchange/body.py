"""Takes a request's body in: small ones in memory, large ones in a temporary file, digested as they come."""

import asyncio
import hashlib
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simpul.delivery.limits import BATCH_BYTES, MEBIBYTE
from simpul.evidence.record import BodyDigest
from simpul.exchange.errors import BodyRefused, BodyTooLarge, BodyTooSlow, ClientGone
from simpul.exchange.http import Request
from simpul.exchange.limits import BODY_SECONDS, IN_MEMORY_BYTES, PIECE_SECONDS

MEDIA_TYPES = frozenset(("application/json", "application/x-ndjson", "application/jsonl", "text/csv"))


@dataclass
class Body:
    """`content` is bytes, or the path of the temporary file; `digest` SHA-256 of it; `salted` the evidence's digest."""

    content: bytes | Path
    media_type: str
    digest: bytes
    salted: str


def check_media_type(request: Request, default: str = "") -> str:
    """Return the body's media type, `default` where the request names none. Raises: BodyRefused, BodyTooLarge (by the length that is promised)."""
    media_type = request.headers.get("content-type", default).split(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES or request.headers.get("content-encoding", "identity") != "identity":
        raise BodyRefused()
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) > BATCH_BYTES:
        raise _refuse_size()
    return media_type


@contextmanager
def open_body_file(folder: Path) -> Iterator[Path]:
    """Give a path for a body that is too large for memory; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="batch-", dir=folder) as made:
        yield Path(made) / "body"


def is_small(request: Request) -> bool:
    """Does the request promise a body that memory has room for?"""
    length = request.headers.get("content-length", "")
    return length.isascii() and length.isdigit() and int(length) <= IN_MEMORY_BYTES


async def receive_body(request: Request, media_type: str, salt: bytes, path: Path | None) -> Body:
    """Take the whole body in, to memory or to `path`; without one it must fit into memory.

    Raises: BodyTooLarge, BodyTooSlow, ClientGone. Cost: at most 1 MB of memory.
    """
    until = asyncio.get_running_loop().time() + BODY_SECONDS
    digest, salted, size = hashlib.sha256(), BodyDigest(salt), 0
    held, file = bytearray(), None
    with ExitStack() as opened:
        while True:
            message = await _take(request, until)
            if message["type"] == "http.disconnect":
                raise ClientGone()
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > (BATCH_BYTES if path else IN_MEMORY_BYTES):
                raise _refuse_size(BATCH_BYTES if path else IN_MEMORY_BYTES)
            digest.update(chunk)
            salted.update(chunk)
            held += chunk
            if path and len(held) > IN_MEMORY_BYTES:
                file = file or opened.enter_context(path.open("wb"))
                file.write(held)
                held.clear()
            if not message.get("more_body", False):
                break
        if file:
            file.write(held)
    return Body(path if path and file else bytes(held), media_type, digest.digest(), salted.read())


async def _take(request: Request, until: float) -> MutableMapping[str, Any]:
    """Return the body's next piece. Raises: BodyTooSlow."""
    try:
        async with asyncio.timeout_at(min(until, asyncio.get_running_loop().time() + PIECE_SECONDS)):
            return await request.receive()
    except TimeoutError:
        raise BodyTooSlow(seconds=int(PIECE_SECONDS)) from None


def bound_body(request: Request, limit_bytes: int) -> Request:
    """Return the request with a body of at most so many bytes: a longer one ends in BodyTooLarge while it comes in.

    Raises: BodyTooLarge, by the length that is promised.
    """
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) > limit_bytes:
        raise _refuse_size(limit_bytes)
    left = limit_bytes

    async def receive() -> MutableMapping[str, Any]:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _refuse_size(limit_bytes)
        return message

    return replace(request, receive=receive)


def _refuse_size(limit_bytes: int = BATCH_BYTES) -> BodyTooLarge:
    return BodyTooLarge(megabytes=limit_bytes // MEBIBYTE)
