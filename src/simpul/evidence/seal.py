"""A seal closes a batch of evidence rows: a signed Merkle root, chained to the seal before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from simpul.evidence.errors import SigningKeyInvalid
from simpul.evidence.merkle import compute_root

GENESIS = bytes(32)
"""The `previous` of the first seal."""


@dataclass(frozen=True)
class SigningKey:
    """The hub's own Ed25519 key: 32 secret bytes and what may be shown of it."""

    secret: bytes
    public: bytes
    key_id: str


@dataclass(frozen=True)
class Seal:
    """`root` stands over `count` row digests in their order; `digest` is of the signed text; all digests 32 bytes."""

    number: int
    count: int
    root: bytes
    previous: bytes
    digest: bytes
    key_id: str
    signature: bytes
    signed_at: datetime


def make_signing_secret() -> bytes:
    """Return the 32 secret bytes of a new Ed25519 key."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def load_signing_key(secret: bytes) -> SigningKey:
    """Return the key of these 32 bytes. Raises: SigningKeyInvalid."""
    try:
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    except ValueError as error:
        raise SigningKeyInvalid() from error
    return SigningKey(secret, public, name_key(public))


def name_key(public: bytes) -> str:
    """Return the id of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def close_seal(digests: Iterable[bytes], previous: Seal | None, key: SigningKey, signed_at: datetime) -> Seal:
    """Seal row digests in their order, after the seal before (None for the first).

    Raises: ValueError for no digests: an empty seal would prove nothing.
    """
    leaves = list(digests)
    if not leaves:
        raise ValueError("nothing to seal")
    draft = Seal(
        number=previous.number + 1 if previous else 1,
        count=len(leaves),
        root=compute_root(leaves),
        previous=previous.digest if previous else GENESIS,
        digest=b"",
        key_id=key.key_id,
        signature=b"",
        signed_at=signed_at,
    )
    text = write_seal(draft)
    return Seal(**{**vars(draft), "digest": hashlib.sha256(text).digest(), "signature": sign(text, key)})


def write_seal(seal: Seal) -> bytes:
    """Return the text that is signed: every fact of the seal but its digest and signature."""
    values = {
        "v": 1,
        "number": seal.number,
        "count": seal.count,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous).hex(),
        "key_id": seal.key_id,
        "signed_at": seal.signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def digest_seal(seal: Seal) -> bytes:
    """Return the digest that the seal's facts give now; it must equal the one it carries."""
    return hashlib.sha256(write_seal(seal)).digest()


def is_signed(seal: Seal, public: bytes) -> bool:
    """Did the holder of this public key sign exactly these facts?"""
    return is_signature(write_seal(seal), bytes(seal.signature), public)


def sign(text: bytes, key: SigningKey) -> bytes:
    """Return the 64 bytes of the key's signature under a text."""
    return Ed25519PrivateKey.from_private_bytes(key.secret).sign(text)


def is_signature(text: bytes, signature: bytes, public: bytes) -> bool:
    """Did the holder of this public key sign this text?"""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def describe_seal(seal: Seal) -> dict[str, Any]:
    """Return a seal as JSON data: digests and signature in hex, the instant in UTC."""
    return {
        "number": seal.number,
        "count": seal.count,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous).hex(),
        "digest": bytes(seal.digest).hex(),
        "key_id": seal.key_id,
        "signature": bytes(seal.signature).hex(),
        "signed_at": seal.signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }


def read_seal(told: Mapping[str, Any]) -> Seal:
    """Return the seal that `describe_seal` told. Raises: ValueError, KeyError or TypeError where it isn't one."""
    return Seal(
        number=int(told["number"]),
        count=int(told["count"]),
        root=bytes.fromhex(told["root"]),
        previous=bytes.fromhex(told["previous"]),
        digest=bytes.fromhex(told["digest"]),
        key_id=str(told["key_id"]),
        signature=bytes.fromhex(told["signature"]),
        signed_at=datetime.fromisoformat(told["signed_at"]),
    )
