"""Which tokens the exchange takes, and what it says of those it doesn't."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from simpul.access.errors import ApplicationDisabled, KeyRefused
from simpul.access.model import Key
from simpul.exchange import token_errors as errors
from simpul.exchange.authenticate import find_key_text
from simpul.exchange.tokens import KEPT, TokenKeys, TokenReader, is_token, read_token_keys

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ISSUER, AUDIENCE, CLIENT = "https://portal.test", "https://exchange.test", "spl_app_0123456789abcdef"


@cache
def make_private(name: str) -> rsa.RSAPrivateKey:
    """An RSA key of the test run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def publish(name: str) -> TokenKeys:
    """The public half as the exchange loads it."""
    return read_token_keys([(name, RSAAlgorithm.to_jwk(make_private(name).public_key(), as_dict=True))])


KEYS = publish("one")


def sign(key: str = "one", *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token that is good but for what is named."""
    seconds = int(NOW.timestamp())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "client_id": CLIENT,
        "scope": "live",
        "jti": "1",
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + 600,
    }
    told = {name: value for name, value in (good | claims).items() if value is not None}
    return jwt.encode(told, make_private(key), "RS256", {"kid": key} | (header or {}))


def make_client(**more: Any) -> Key:
    """The client as the snapshot holds it."""
    client = Key(CLIENT, b"", "test", NOW + timedelta(days=9), None, 20, None, 2)
    return replace(client, **more)


def identify(text: str, client: Key | None = None, now: datetime = NOW, keys: TokenKeys = KEYS) -> Key:
    """Whose token is it?"""
    client = client or make_client()
    return TokenReader(ISSUER, AUDIENCE).identify(text, keys, {client.key_id: client}, now)


def refuse(text: str, **more: Any) -> KeyRefused:
    """Why isn't it taken?"""
    with pytest.raises(KeyRefused) as caught:
        identify(text, **more)
    return caught.value


def forge(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token put together by hand."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def test_token_is_a_key_of_its_stage_that_ends_with_it() -> None:
    key = identify(sign())
    assert (key.key_id, key.stage, key.application_id, key.organization_id) == (CLIENT, "live", 20, 2)
    assert key.expires_at == NOW + timedelta(minutes=10)
    assert identify(sign(scope="sandbox")).stage == "test"


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"aud": "https://elsewhere.test"}, errors.AudienceWrong),
        ({"iss": "https://elsewhere.test"}, errors.IssuerWrong),
        ({"scope": "live sandbox"}, errors.ScopeWrong),
        ({"scope": "openid"}, errors.ScopeWrong),
        ({"scope": ["live"]}, errors.ScopeWrong),
        ({"exp": int(NOW.timestamp()) + 601}, errors.TokenInvalid),
        ({"exp": "soon"}, errors.TokenInvalid),
        ({"exp": 10**30}, errors.TokenInvalid),
        ({"client_id": "spl_app_other"}, errors.ClientUnknown),
        *(({name: None}, errors.TokenInvalid) for name in ("iss", "exp", "nbf", "iat", "jti", "client_id", "scope")),
        ({"aud": None}, errors.TokenInvalid),
    ],
)
def test_wrong_claim_is_refused(claims: dict[str, Any], kind: type[KeyRefused]) -> None:
    assert type(refuse(sign(**claims))) is kind


def test_clock_may_differ_by_thirty_seconds() -> None:
    token = sign()
    assert identify(token, now=NOW + timedelta(seconds=629))
    assert isinstance(refuse(token, now=NOW + timedelta(seconds=630)), errors.TokenExpired)
    assert identify(token, now=NOW - timedelta(seconds=30))
    assert isinstance(refuse(token, now=NOW - timedelta(seconds=31)), errors.TokenNotYet)


def test_expired_token_says_when_and_where_to_ask_for_another() -> None:
    error = refuse(sign(), now=NOW + timedelta(hours=1))
    assert "2026-11-24 11:10:00 WITA" in error.message.id
    assert f"{ISSUER}/oauth/token" in error.hint.id


def test_other_signatures_and_algorithms_are_refused() -> None:
    header, claims = {"alg": "RS256", "kid": "one"}, jwt.decode(sign(), options={"verify_signature": False})
    assert isinstance(refuse(sign("two", header={"kid": "one"})), errors.SignatureWrong)
    assert isinstance(refuse(sign("two")), errors.TokenKeyUnknown)
    assert type(refuse(forge({"alg": "none", "kid": "one"}, claims))) is errors.TokenInvalid
    assert type(refuse(forge({"alg": "HS256", "kid": "one"}, claims, b"x"))) is errors.TokenInvalid
    assert isinstance(refuse(forge(header, claims, b"x" * 256)), errors.SignatureWrong)
    assert type(refuse(forge(header | {"crit": ["x"], "x": 1}, claims, b"x"))) is errors.TokenInvalid
    assert isinstance(refuse(sign(), keys={}), errors.TokenKeysMissing)


@pytest.mark.parametrize("text", ["eyJ.a.b", "eyJhbGciOiJSUzI1NiJ9..", "eyJ" + "A" * 5000 + ".a.b"])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert isinstance(refuse(text), errors.TokenInvalid)


def test_changed_claim_breaks_the_signature() -> None:
    head, body, signature = sign().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(claims | {"client_id": "x"}).encode()).rstrip(b"=").decode()
    assert isinstance(refuse(f"{head}.{changed}.{signature}"), errors.SignatureWrong)


def test_client_that_ended_ends_its_tokens() -> None:
    token = sign()
    past = NOW - timedelta(days=1)
    assert isinstance(refuse(token, client=make_client(revoked_at=past)), errors.ClientRevoked)
    assert isinstance(refuse(token, client=make_client(expires_at=past)), errors.ClientExpired)
    assert isinstance(refuse(token, client=make_client(application_disabled_at=past)), ApplicationDisabled)


def test_api_key_of_that_id_is_no_client() -> None:
    assert isinstance(refuse(sign(), client=make_client(digest=b"x" * 32)), errors.ClientUnknown)


def test_remembered_token_ends_in_time_and_with_its_key() -> None:
    reader, clients, token = TokenReader(ISSUER, AUDIENCE), {CLIENT: make_client()}, sign()
    assert reader.identify(token, KEYS, clients, NOW) == reader.identify(token, KEYS, clients, NOW)
    with pytest.raises(errors.TokenExpired):
        reader.identify(token, KEYS, clients, NOW + timedelta(hours=1))
    with pytest.raises(errors.TokenKeyUnknown):
        reader.identify(token, publish("two"), clients, NOW)


def test_remembered_tokens_are_bounded() -> None:
    reader, clients = TokenReader(ISSUER, AUDIENCE), {CLIENT: make_client()}
    reader._known = {str(number).encode(): object() for number in range(KEPT)}  # type: ignore[misc]
    reader.identify(sign(), KEYS, clients, NOW)
    assert len(reader._known) == KEPT


def test_unreadable_public_key_is_left_out() -> None:
    assert not read_token_keys([("x", {"kty": "oct", "k": "AA"}), ("y", {})])


def test_key_comes_before_a_token_and_a_token_before_anything() -> None:
    key, token = "spl_live_0123456789abcdef_" + "A" * 43, sign()
    assert is_token(token)
    assert find_key_text({"authorization": f"Bearer {token}", "apikey": key}) == key
    assert find_key_text({"authorization": "Bearer x", "apikey": token}) == token
