"""The key that a consumer's hashed columns are made with, derived from one secret of the hub.

One organization has one key, so that it can join what it was given of several datasets; two organizations have two, so
that they can't join theirs. The secret is `keys/mask.key` (32 random bytes); no key is kept anywhere else.
"""

import hmac

KEY_BYTES = 32


def derive_mask_key(secret: bytes, organization_id: int) -> bytes:
    """Return an organization's key, 32 bytes (HMAC-SHA-256 of its number under the hub's secret).

    Raises: ValueError for a secret that doesn't have 32 bytes.

    >>> derive_mask_key(bytes(32), 1) == derive_mask_key(bytes(32), 2)
    False
    """
    if len(secret) != KEY_BYTES:
        raise ValueError("the secret has 32 bytes")
    return hmac.digest(secret, f"simpul mask key of organization {organization_id}".encode(), "sha256")
