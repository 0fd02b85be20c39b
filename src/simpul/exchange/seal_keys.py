"""The hub's key that seals evidence: `keys/evidence.key` (32 bytes, 0600), made when first needed.

The public half of every key ever used stays beside it as `evidence.<key id>.pub` (hex), so that old seals can be checked
after a new key was taken.
"""

import os
from contextlib import suppress
from pathlib import Path

from simpul.evidence.errors import SigningKeyInvalid
from simpul.evidence.seal import SigningKey, load_signing_key, make_signing_secret, name_key

KEY_FILE = "evidence.key"


def open_signing_key(keys: Path) -> SigningKey:
    """Return the key in the folder `keys`, made there if it isn't. Raises: SigningKeyInvalid."""
    path = keys / KEY_FILE
    try:
        if not path.exists():
            keys.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_file(path, make_signing_secret(), 0o600)
        key = load_signing_key(path.read_bytes())
        shown = keys / f"evidence.{key.key_id}.pub"
        if not shown.exists():
            _make_file(shown, key.public.hex().encode(), 0o644)
    except OSError as error:
        raise SigningKeyInvalid() from error
    return key


def read_public_keys(keys: Path) -> dict[str, bytes]:
    """Return every known public key by its id; empty where nothing was sealed yet. Raises: SigningKeyInvalid."""
    found = {}
    try:
        for path in sorted(keys.glob("evidence.*.pub")):
            public = bytes.fromhex(path.read_text("ascii").strip())
            found[name_key(public)] = public
    except (OSError, ValueError) as error:
        raise SigningKeyInvalid() from error
    return found


def _make_file(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all; one that another process made meanwhile stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
