"""Where a request came from. It's kept beside the running request, so that actions needn't pass it on."""

from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

_current: ContextVar[str | None] = ContextVar("caller_address", default=None)


class CallerAddress:
    """The middleware that remembers the caller's address while the request runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        mark = _current.set(read_address(request))
        try:
            return self.get_response(request)
        finally:
            _current.reset(mark)


def read_address(request: HttpRequest) -> str | None:
    """Return the caller's address: the peer's, or with TRUSTED_PROXY the last one that the proxy added."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.HUB.TRUSTED_PROXY and forwarded:
        return str(forwarded.rsplit(",", 1)[-1].strip())
    return request.META.get("REMOTE_ADDR") or None


def find_current_address() -> str | None:
    """Return the address of the request that runs in this context, None outside a request."""
    return _current.get()
