"""Finds the key or token that a call carries, and whose it is."""

from collections.abc import Mapping
from datetime import datetime

from simpul.access.decide import identify
from simpul.access.keys import parse_key
from simpul.access.model import Key
from simpul.exchange.publications import Snapshot
from simpul.exchange.tokens import TokenReader, is_token


def find_key_text(headers: Mapping[str, str]) -> str | None:
    """Return the key or token from `Authorization: Bearer`, `X-API-Key` or `apikey`: the first that is shaped as a key,
    else as a token.

    Some clients send a token of their own in one header and the key in another.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    given = [text for text in (bearer, headers.get("x-api-key", ""), headers.get("apikey", "")) if text]
    key = next((text for text in given if parse_key(text)), None)
    return key or next((text for text in given if is_token(text)), given[0] if given else None)


def authenticate(headers: Mapping[str, str], snapshot: Snapshot, tokens: TokenReader, now: datetime) -> Key:
    """Return the valid key of a call; a token counts as a key that ends with it. Raises: KeyRefused of some kind."""
    text = find_key_text(headers)
    if text is not None and is_token(text):
        return tokens.identify(text, snapshot.token_keys, snapshot.keys, now)
    return identify(text, snapshot.keys.get, now)
