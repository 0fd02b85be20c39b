"""A source's secret at rest: sealed under `keys/sources.key`, for one source at one place alone, and never shown again.

Who changes the place (the server's name or address) types the secret anew, so that it can't be sent elsewhere.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from simpul.portal.sources.errors import SecretUnreadable
from simpul.store.sealed_text import TextSealer, open_text_sealer

KEY_FILE = "sources.key"


def seal_secret(source_id: int, given: Mapping[str, str], secret: str) -> str:
    """Return the secret sealed for a source and its place; "" for none. Raises: SecretUnreadable."""
    return _open_sealer().seal(secret, _bind(source_id, given)) if secret else ""


def open_secret(source_id: int, given: Mapping[str, str], sealed: str) -> str:
    """Return the secret in plain, "" for none; it goes to the reader and nowhere else. Raises: SecretUnreadable."""
    if not sealed:
        return ""
    secret = _open_sealer().open(sealed, _bind(source_id, given))
    if secret is None:
        raise SecretUnreadable
    return secret


def name_place(given: Mapping[str, str]) -> str:
    """Return the server that the secret is sent to: scheme, host and port.

    >>> name_place({"address": "https://api.contoh.go.id/v1/desa?tahun=2026"})
    'https://api.contoh.go.id'
    """
    address = given.get("address", "").strip()
    if not address:
        return f"{given.get('host', '').strip().lower()}:{given.get('port', '').strip()}"
    parts = urlsplit(address)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def _bind(source_id: int, given: Mapping[str, str]) -> bytes:
    return f"simpul source {source_id} at {name_place(given)}".encode()


def _open_sealer() -> TextSealer:
    try:
        return open_text_sealer(settings.HUB.SIMPUL_HOME / "keys" / KEY_FILE)
    except (OSError, ValueError) as error:
        raise SecretUnreadable from error
