"""Keeps the evidence of a call before its answer leaves."""

import logging

from simpul.exchange.call import Call
from simpul.exchange.errors import write_error
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub
from simpul.kernel.errors import SimpulError

LOG = logging.getLogger("simpul.exchange")


def keep_evidence(hub: Hub, call: Call, response: Response) -> Response:
    """Keep the call's evidence and name it in the answer; an answer that can't be proven is a refusal instead."""
    if not call.is_recorded:
        try:
            hub.spool.append(call.make_record(response))
        except SimpulError as error:
            LOG.error("evidence can't be kept: %s", type(error.__cause__).__name__)
            return write_error(error)
    response.headers |= {"evidence-id": str(call.uid), "evidence-salt": call.salt.hex()}
    return response
