"""Tells of an answered call how long each step took: in its header Server-Timing, the metrics and the log.

Steps: auth (limits, key, grant, plan of use), parse, plan, database, encode, work (whatever else the place does),
evidence. A caller is told tenths of a millisecond, no more than it can measure itself; the metrics know it exactly.
What is told holds no value of the request: the address as the names of what is published, never the query.
"""

import logging
import time

from simpul.exchange.call import Call
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub
from simpul.kernel.logs import ACCESS

LOG = logging.getLogger(ACCESS)


def tell_steps(hub: Hub, call: Call, response: Response) -> Response:
    """Count the call, write it to the log where calls are logged, and add the header."""
    steps = call.steps
    if not steps:  # health and the like
        return response
    steps["total"] = time.monotonic() - call.started
    response.headers["server-timing"] = ", ".join([f"{name};dur={taken * 1000:.1f}" for name, taken in steps.items()])
    hub.tally.counts.count(call, response)
    if LOG.isEnabledFor(logging.INFO):
        _log(call, response)
    return response


def _log(call: Call, response: Response) -> None:
    published, dataset = call.published, call.dataset
    LOG.info(
        "call",
        extra={
            "uid": str(call.uid),
            "status": response.status,
            "code": response.code,
            "operation": call.operation,
            "stage": published.stage if published else "",
            "context": published.context if published else "",
            "dataset": dataset.name if dataset else "",
            "rows": call.rows,
            "ms": round(call.steps["total"] * 1000, 1),
        },
    )
