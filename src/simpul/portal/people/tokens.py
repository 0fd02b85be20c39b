"""Personal tokens `spl_pat_<id>_<secret>`: made, found and checked; only the SHA-256 is kept."""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from django.http import HttpRequest

from simpul.kernel import clock
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words
from simpul.portal.people.models import Person, PersonalToken

PREFIX = "spl_pat_"


class TokenMissing(SimpulError):
    """The management API was called without a token."""

    code = "SPL533"
    status = 401
    message = Words("Permintaan ini memerlukan token pribadi.", "This request needs a personal token.")
    hint = Words(
        "Kirim header Authorization: Bearer spl_pat_…. Token dibuat di portal, pada halaman Akun.",
        "Send the header Authorization: Bearer spl_pat_…. Make a token in the portal, on the page Account.",
    )


class TokenRefused(SimpulError):
    """The token is unknown, revoked, expired, or its person is no longer active."""

    code = "SPL534"
    status = 401
    message = Words(
        "Token pribadi ini tidak dikenal, dicabut, atau kedaluwarsa.",
        "This personal token is unknown, revoked or expired.",
    )
    hint = Words(
        "Buat token baru di portal, pada halaman Akun.", "Make a new token in the portal, on the page Account."
    )


class FreshToken(NamedTuple):
    """A token as it's shown once, and what is kept of it."""

    text: str
    token_id: str
    digest: bytes


def make_token() -> FreshToken:
    """Return a new random token: an id to find it by and 256 secret bits."""
    token_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    return FreshToken(f"{PREFIX}{token_id}_{secret}", token_id, _digest(secret))


def authenticate_token(request: HttpRequest) -> Person:
    """Return the person whose token stands in `Authorization: Bearer`. Raises: TokenMissing, TokenRefused."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise TokenMissing
    return find_owner(text.strip())


def find_owner(text: str) -> Person:
    """Return the active person that a token belongs to, and note its use. Raises: TokenRefused."""
    token_id, _, secret = text.removeprefix(PREFIX).partition("_")
    token = PersonalToken.objects.select_related("person").filter(token_id=token_id[:16]).first()
    kept = bytes(token.digest) if token else bytes(32)
    is_right = hmac.compare_digest(kept, _digest(secret))
    if token is None or not is_right or not text.startswith(PREFIX) or not _is_valid(token):
        raise TokenRefused
    PersonalToken.objects.filter(pk=token.pk).update(last_used_at=clock.now())
    return token.person


def _is_valid(token: PersonalToken) -> bool:
    return token.revoked_at is None and token.expires_at > clock.now() and token.person.is_active


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
