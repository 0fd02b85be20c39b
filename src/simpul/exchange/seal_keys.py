"""The hub's key that seals evidence: `keys/evidence.key` (32 bytes, 0600), made when first needed.

The public half of every key ever used stays beside it as `evidence-<key id>.pub` (hex), so that old seals can be checked
after a new key was taken.
"""

from pathlib import Path

from simpul.evidence.errors import SigningKeyInvalid
from simpul.evidence.seal import SigningKey, load_signing_key, make_signing_secret, name_key
from simpul.store.keys import read_or_make_key

KEY_FILE = "evidence.key"


def open_signing_key(keys: Path) -> SigningKey:
    """Return the key in the folder `keys`, made there if it isn't. Raises: SigningKeyInvalid."""
    try:
        key = load_signing_key(read_or_make_key(keys / KEY_FILE, make_signing_secret))
        read_or_make_key(keys / f"evidence-{key.key_id}.pub", lambda: f"{key.public.hex()}\n".encode())
    except OSError as error:
        raise SigningKeyInvalid() from error
    return key


def read_public_keys(keys: Path) -> dict[str, bytes]:
    """Return every known public key by its id; empty where nothing was sealed yet. Raises: SigningKeyInvalid."""
    found = {}
    try:
        for path in sorted(keys.glob("evidence-*.pub")):
            public = bytes.fromhex(path.read_text("ascii").strip())
            found[name_key(public)] = public
    except (OSError, ValueError) as error:
        raise SigningKeyInvalid() from error
    return found
