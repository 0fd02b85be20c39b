"""Answers OPTIONS, and says which headers a browser's page may send and read (CORS)."""

from simpul.exchange.errors import write_error
from simpul.exchange.http import NO_CONTENT, Request, Response
from simpul.exchange.route import METHODS, parse_path
from simpul.kernel.errors import SimpulError

EXPOSED = (
    "Allow, Changes-Since, Content-Location, Content-Range, Dataset-Late, Dataset-Version, Date, Deprecation, ETag, "
    "Evidence-Id, Evidence-Salt, Idempotency-Replayed, Link, Location, Preference-Applied, Proxy-Status, Range-Unit, "
    "RateLimit, RateLimit-Policy, Retry-After, Server-Timing, Sunset, WWW-Authenticate"
)
ALLOWED = (
    "Authorization, apikey, X-API-Key, X-Client-Info, Accept, Accept-Language, Accept-Profile, Content-Language, "
    "Content-Profile, Content-Type, Idempotency-Key, If-None-Match, Prefer, Range, Range-Unit, X-Requested-With, "
    "X-Retry-Count"
)


def answer_options(request: Request) -> Response:
    """Say what may be done at an address, by its shape alone: a browser asks before it may show a key.

    It tells nothing of what is published and is no call on data, so it leaves no evidence.
    """
    try:
        allowed = METHODS[parse_path(request.path).place]
    except SimpulError as error:
        return write_error(error)
    headers = {
        "allow": allowed,
        "access-control-allow-methods": allowed,
        "access-control-allow-headers": ALLOWED,
        "access-control-max-age": "86400",
    }
    return Response(NO_CONTENT, headers=headers)
