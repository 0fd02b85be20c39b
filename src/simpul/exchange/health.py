"""Answers whether the exchange lives, whether it can answer calls now, and what it has counted."""

from simpul.access.monitoring import check_watcher
from simpul.exchange import limits
from simpul.exchange.http import Request, Response, write_json
from simpul.exchange.hub import Hub
from simpul.exchange.metrics import CONTENT_TYPE, write_metrics


async def answer_health(hub: Hub, part: str) -> Response:
    """Tell whether the process lives, or is ready to answer, or how it is."""
    is_well = part == "live" or await hub.is_ready()
    facts = {} if part else hub.describe_health()
    headers = {} if is_well else {"retry-after": str(limits.RETRY_SECONDS)}
    return write_json(200 if is_well else 503, {"status": "ok" if is_well else "unavailable", **facts}, headers)


def answer_metrics(hub: Hub, request: Request) -> Response:
    """Tell what all processes of this machine count. Raises: MetricsClosed."""
    setup = hub.setup
    check_watcher(request.peer, request.headers, token=setup.metrics_token, is_proxied=setup.trusted_proxy)
    counts, gauges = hub.tally.sum(hub.measure())
    return Response(200, write_metrics(counts, gauges).encode(), {"content-type": CONTENT_TYPE})
