"""The exchange without evidence, which no hub can be: it shows what evidence costs. Keys, grants and limits are on."""

from simpul.exchange import answer
from simpul.exchange.app import Exchange
from simpul.exchange.call import Call
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub


async def keep_nothing(hub: Hub, call: Call, response: Response) -> Response:
    """Stand in the place of `keep_evidence`."""
    return response


answer.keep_evidence = keep_nothing
application = Exchange()
