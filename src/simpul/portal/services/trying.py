"""The policy of the one page whose script may call the exchange. Every other page keeps the strict one."""

from urllib.parse import urlsplit

from simpul.portal.site.middleware import POLICY


def make_policy(exchange_url: str) -> str:
    """Return the Content-Security-Policy of the page to try a service: calls may also go to the exchange's origin.

    Nothing else is loosened: no inline script, no inline style, nothing from elsewhere.
    """
    return POLICY.replace("connect-src 'self'", f"connect-src 'self' {find_origin(exchange_url)}")


def find_origin(address: str) -> str:
    """Return scheme, host and port of an address, as a policy names them.

    >>> find_origin("https://api.contoh.go.id/splp")
    'https://api.contoh.go.id'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
