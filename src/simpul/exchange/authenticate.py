"""Finds the key that a call carries, and whose it is."""

from collections.abc import Mapping
from datetime import datetime

from simpul.access.decide import identify
from simpul.access.keys import parse_key
from simpul.access.model import Key
from simpul.exchange.publications import Snapshot


def find_key_text(headers: Mapping[str, str]) -> str | None:
    """Return the key's text from `Authorization: Bearer`, `X-API-Key` or `apikey`: the first that is shaped as a key.

    Some clients send a token of their own in one header and the key in another.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    given = [text for text in (bearer, headers.get("x-api-key", ""), headers.get("apikey", "")) if text]
    return next((text for text in given if parse_key(text)), given[0] if given else None)


def authenticate(headers: Mapping[str, str], snapshot: Snapshot, now: datetime) -> Key:
    """Return the valid key of a call. Raises: KeyRefused of some kind."""
    return identify(find_key_text(headers), snapshot.keys.get, now)
