"""API keys: 256 random bits, found by an id, kept as a SHA-256 digest, shown once.

A key reads `spl_live_<id>_<secret>` or `spl_test_<id>_<secret>`. The secret has full entropy, so a plain digest is enough:
there is nothing to guess, and a slow hash would only slow each call. Source: decision 4.
"""

import hashlib
import hmac
import re
import secrets
from typing import Literal, NamedTuple, cast

KeyStage = Literal["test", "live"]

_KEY = re.compile(r"spl_(test|live)_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


class NewKey(NamedTuple):
    """A key just made: `text` is shown once and kept nowhere; `key_id` (16 hex digits) and `digest` (32 bytes) are kept."""

    text: str
    key_id: str
    digest: bytes


class ParsedKey(NamedTuple):
    """What a key's text tells by itself: its stage and its id."""

    stage: KeyStage
    key_id: str


def make_key(stage: KeyStage) -> NewKey:
    """Make a new key for the sandbox ("test") or the live stage."""
    key_id = secrets.token_hex(8)
    text = f"spl_{stage}_{key_id}_{secrets.token_urlsafe(32)}"
    return NewKey(text, key_id, digest_key(text))


def digest_key(text: str) -> bytes:
    """Return the SHA-256 of a key's whole text, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def parse_key(text: str) -> ParsedKey | None:
    """Return the stage and id of a text shaped as a key, else None.

    >>> parse_key("spl_test_0123456789abcdef_" + "A" * 43)
    ParsedKey(stage='test', key_id='0123456789abcdef')
    >>> parse_key("Bearer x") is None
    True
    """
    match = _KEY.fullmatch(text)
    return ParsedKey(cast(KeyStage, match[1]), match[2]) if match else None


def is_key(text: str, digest: bytes) -> bool:
    """Is this the key of that digest? Takes the same time whatever is given."""
    return hmac.compare_digest(digest_key(text), bytes(digest))
