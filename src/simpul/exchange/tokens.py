"""Checks OAuth tokens by the public keys that the portal publishes as rows; the portal itself is never asked.

A token's signature is checked once: its claims are kept by the token's digest, and only its time is looked at again.
Whether its client still holds is read from the snapshot at each call, so that a revoked one ends within a moment.
Source: RFC 7519, RFC 9068; decision 2.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from simpul.access.errors import ApplicationDisabled, KeyRefused
from simpul.access.keys import KeyStage
from simpul.access.model import Key
from simpul.exchange.token_errors import (
    AudienceWrong,
    ClientExpired,
    ClientRevoked,
    ClientUnknown,
    IssuerWrong,
    ScopeWrong,
    SignatureWrong,
    TokenExpired,
    TokenInvalid,
    TokenKeysMissing,
    TokenKeyUnknown,
    TokenNotYet,
)
from simpul.kernel.clock import local

ALGORITHM = "RS256"
LEEWAY = timedelta(seconds=30)
"""How far the portal's clock and this one may be apart."""
LONGEST = timedelta(minutes=10)
MAX_TOKEN_CHARACTERS = 4096
KEPT = 4096
"""Tokens whose check is remembered."""
CLAIMS = ["iss", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope"]
STAGES: Mapping[str, KeyStage] = {"sandbox": "test", "live": "live"}
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")

TokenKeys = Mapping[str, jwt.PyJWK]


@dataclass(frozen=True)
class Claims:
    """What a token says, once its signature was found good."""

    key_id: str
    client_id: str
    stage: KeyStage
    begins_at: datetime
    ends_at: datetime


def is_token(text: str) -> bool:
    """Is this shaped as a token?

    >>> is_token("eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln"), is_token("spl_live_0123456789abcdef_x")
    (True, False)
    """
    return _TOKEN.fullmatch(text) is not None


def read_token_keys(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> TokenKeys:
    """Return the public keys by their id; one that can't be read is left out, so that its tokens aren't taken."""
    found = {}
    for key_id, jwk in rows:
        try:
            found[key_id] = jwt.PyJWK(dict(jwk), ALGORITHM)
        except jwt.PyJWTError:
            continue
    return found


class TokenReader:
    """Checks the tokens of one issuer for one audience, and remembers the good ones."""

    def __init__(self, issuer: str, audience: str) -> None:
        self.issuer, self.audience = issuer, audience
        self._known: dict[bytes, Claims] = {}

    def identify(self, text: str, keys: TokenKeys, clients: Mapping[str, Key], now: datetime) -> Key:
        """Return the client of a token as a key of the token's stage, which ends with the token.

        Args: `clients` holds the OAuth clients by their id, whatever their state.
        Raises: a KeyRefused that says why.
        """
        claims = self._read(text, keys)
        if claims.ends_at + LEEWAY <= now:
            raise self._refuse(TokenExpired, when=_show_time(claims.ends_at))
        if claims.begins_at - LEEWAY > now:
            raise self._refuse(TokenNotYet, when=_show_time(claims.begins_at))
        client = clients.get(claims.client_id)
        if client is None or client.digest:  # an API key is no client
            raise ClientUnknown()
        if client.revoked_at is not None and client.revoked_at <= now:
            raise ClientRevoked(when=_show_day(client.revoked_at))
        if client.expires_at <= now:
            raise ClientExpired(when=_show_day(client.expires_at))
        if client.application_disabled_at is not None:
            raise ApplicationDisabled()
        return replace(client, stage=claims.stage, expires_at=min(client.expires_at, claims.ends_at))

    def _read(self, text: str, keys: TokenKeys) -> Claims:
        if len(text) > MAX_TOKEN_CHARACTERS:
            raise self._refuse(TokenInvalid)
        digest = hashlib.sha256(text.encode()).digest()
        known = self._known.get(digest)
        if known is not None and known.key_id in keys:
            return known
        claims = self._check(text, keys)
        if len(self._known) >= KEPT:
            del self._known[next(iter(self._known))]
        self._known[digest] = claims
        return claims

    def _check(self, text: str, keys: TokenKeys) -> Claims:
        key_id = self._read_key_id(text)
        if not keys:
            raise self._refuse(TokenKeysMissing)
        if key_id not in keys:
            raise self._refuse(TokenKeyUnknown)
        try:
            told = jwt.decode(
                text,
                keys[key_id],
                algorithms=[ALGORITHM],
                audience=self.audience,
                issuer=self.issuer,
                # Times are looked at again at each call, here not at all.
                options={"require": CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise self._explain(error) from None
        return self._read_claims(key_id, told)

    def _read_key_id(self, text: str) -> str:
        try:
            header = jwt.get_unverified_header(text)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise self._refuse(TokenInvalid) from None
        if header.get("alg") != ALGORITHM:
            raise self._refuse(TokenInvalid)
        return str(header.get("kid", ""))

    def _read_claims(self, key_id: str, told: Mapping[str, Any]) -> Claims:
        stage = STAGES.get(told["scope"]) if isinstance(told["scope"], str) else None
        if stage is None:
            raise self._refuse(ScopeWrong)
        try:
            begins_at = datetime.fromtimestamp(max(int(told["nbf"]), int(told["iat"])), UTC)
            ends_at = datetime.fromtimestamp(int(told["exp"]), UTC)
        except (ValueError, TypeError, OverflowError, OSError):
            raise self._refuse(TokenInvalid) from None
        if ends_at - begins_at > LONGEST:
            raise self._refuse(TokenInvalid)
        return Claims(key_id, str(told["client_id"]), stage, begins_at, ends_at)

    def _explain(self, error: jwt.PyJWTError) -> KeyRefused:
        if isinstance(error, jwt.InvalidSignatureError):
            return self._refuse(SignatureWrong)
        if isinstance(error, jwt.InvalidAudienceError):
            return self._refuse(AudienceWrong)
        if isinstance(error, jwt.InvalidIssuerError):
            return self._refuse(IssuerWrong)
        return self._refuse(TokenInvalid)

    def _refuse(self, kind: type[KeyRefused], *, when: str = "") -> KeyRefused:
        return kind(address=f"{self.issuer}/oauth/token", when=when)


def _show_time(instant: datetime) -> str:
    return local(instant).strftime("%Y-%m-%d %H:%M:%S %Z")


def _show_day(instant: datetime) -> str:
    return local(instant).date().isoformat()
