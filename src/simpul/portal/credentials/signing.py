"""The keys that sign tokens: private halves in the hub's `keys/`, public halves as rows that the exchange reads.

A key's file names the second from which it signs. A new one is published an hour before it signs, and the one before
it verifies for a day after, so that no verifier meets a token it can't check.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from allauth.core.internal.jwkkit import load_jwk_from_pem
from allauth.idp.oidc.models import PrivateKey
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.db.models import Q, QuerySet

from simpul.kernel.clock import now
from simpul.portal.credentials.models import TokenKey
from simpul.store.keys import read_or_make_key

KEY_BITS = 2048
KEY_DAYS = 90
ANNOUNCED = timedelta(hours=1)
KEPT = timedelta(days=1)


def list_private_keys() -> list[PrivateKey]:
    """Return the keys of the hub's folder, oldest first; the first is made on first need."""
    found = sorted(_folder().glob("token_*.pem"))
    return [_read(path) for path in found] or [_make(now())]


def publish_key(key: PrivateKey) -> TokenKey:
    """Return the row of a key, put in where it is missing: a hub may have been restored, or have several portals."""
    jwk = _read_public_half(key.pem)
    row, _ = TokenKey.objects.get_or_create(
        key_id=jwk["kid"], defaults={"jwk": jwk | {"use": "sig", "alg": "RS256"}, "signs_from": key.not_before or now()}
    )
    return row


def list_public_keys() -> QuerySet[TokenKey]:
    """Return the keys that tokens in force may be signed by, or soon will, oldest first."""
    for key in list_private_keys():
        publish_key(key)
    return TokenKey.objects.filter(Q(verifies_until=None) | Q(verifies_until__gt=now())).order_by("signs_from")


def rotate_keys() -> None:
    """Announce a new key where the newest is old, and forget those whose tokens have all ended. May run twice."""
    keys = list_private_keys()
    newest = keys[-1]
    signs_from = newest.not_before or now()
    if signs_from < now() - timedelta(days=KEY_DAYS):
        publish_key(_make(now() + ANNOUNCED))
        for key in keys:
            TokenKey.objects.filter(pk=publish_key(key).pk).update(verifies_until=now() + ANNOUNCED + KEPT)
    ended = TokenKey.objects.filter(verifies_until__lt=now())
    gone = set(ended.values_list("key_id", flat=True))
    for key in keys:
        if _read_public_half(key.pem)["kid"] in gone and key.not_before is not None:
            _name(key.not_before).unlink(missing_ok=True)
    ended.delete()


def _folder() -> Path:
    return settings.HUB.SIMPUL_HOME / "keys"


def _name(signs_from: datetime) -> Path:
    return _folder() / f"token_{int(signs_from.timestamp()):012d}.pem"


def _make(signs_from: datetime) -> PrivateKey:
    path = _name(signs_from)
    read_or_make_key(path, _make_pem)
    return _read(path)


def _make_pem() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read(path: Path) -> PrivateKey:
    signs_from = datetime.fromtimestamp(int(path.stem.removeprefix("token_")), UTC)
    return PrivateKey(pem=path.read_text(), not_before=signs_from, issued_at=signs_from)


@lru_cache(maxsize=8)
def _read_public_half(pem: str) -> dict[str, str]:
    jwk, _ = load_jwk_from_pem(pem)
    return jwk
