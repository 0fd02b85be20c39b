"""Short texts that leave the hub sealed and come back: AES-256-GCM under a key file of the hub's own, safe in an address.

A text opens only under what it was bound to; nothing of it can be read or made up outside.
"""

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simpul.store.keys import read_or_make_key

_KEY_BYTES = 32
_NONCE_BYTES = 12


class TextSealer:
    """Seals and opens texts with one key."""

    def __init__(self, key: bytes) -> None:
        """Take 32 bytes."""
        self._cipher = AESGCM(key)

    def seal(self, text: str, bound_to: bytes) -> str:
        """Return the text sealed, in letters, digits, `-` and `_`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), bound_to)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def open(self, sealed: str, bound_to: bytes) -> str | None:
        """Return the text, or None where it wasn't sealed with this key and bound to this."""
        try:
            given = base64.b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4), b"-_", validate=True)
            return self._cipher.decrypt(given[:_NONCE_BYTES], given[_NONCE_BYTES:], bound_to).decode()
        except (InvalidTag, ValueError, binascii.Error):
            return None


def open_text_sealer(path: Path) -> TextSealer:
    """Return the sealer of a key file, which is made where it isn't there. Raises: OSError, ValueError."""
    return TextSealer(read_or_make_key(path, lambda: os.urandom(_KEY_BYTES)))
