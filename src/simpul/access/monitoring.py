"""Who may read a plane's metrics: whoever holds the token, and without one only a program of this machine itself."""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address

from simpul.kernel.errors import Refused
from simpul.kernel.words import Words

FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
"""Headers by which a proxy tells that the call isn't of its own machine."""


class MetricsClosed(Refused):
    code = "SPLA26"
    message = Words("Metrik hub ini tidak terbuka dari sini.", "This hub's metrics aren't open from here.")
    hint = Words(
        "Kirim METRICS_TOKEN pada header Authorization: Bearer.",
        "Send METRICS_TOKEN in the header Authorization: Bearer.",
    )


def check_watcher(peer: str, headers: Mapping[str, str], *, token: str, is_proxied: bool) -> None:
    """Check that a call may read the metrics.

    Args: `peer` is the other end of the connection; `headers` have lower-case names; `token` is the setting, empty for
        none; `is_proxied` says that a proxy stands in front, so that every call comes from this machine.
    Raises: MetricsClosed.

    >>> check_watcher("127.0.0.1", {}, token="", is_proxied=False)
    >>> check_watcher("10.0.0.9", {"authorization": "Bearer abc"}, token="abc", is_proxied=True)
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return
    if is_proxied or any(name in headers for name in FORWARDED) or not _is_own_machine(peer):
        raise MetricsClosed()


def _is_own_machine(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False
