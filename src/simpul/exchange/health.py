"""Answers whether the exchange lives, and whether it can answer calls now."""

from simpul.exchange import limits
from simpul.exchange.http import Response, write_json
from simpul.exchange.hub import Hub


async def answer_health(hub: Hub, part: str) -> Response:
    """Tell whether the process lives, or is ready to answer, or how it is."""
    is_well = part == "live" or await hub.is_ready()
    facts = {} if part else hub.describe_health()
    headers = {} if is_well else {"retry-after": str(limits.RETRY_SECONDS)}
    return write_json(200 if is_well else 503, {"status": "ok" if is_well else "unavailable", **facts}, headers)
