"""The hub's secret that consumers' mask keys are derived from: `keys/mask.key`, 32 random bytes, made when first needed."""

import secrets
from pathlib import Path

from simpul.access.masks import KEY_BYTES
from simpul.store.errors import MaskKeyUnusable
from simpul.store.keys import read_or_make_key

KEY_FILE = "mask.key"


def open_mask_secret(keys: Path) -> bytes:
    """Return the secret in the folder `keys`, made there if it isn't. Raises: MaskKeyUnusable.

    Who loses it loses nothing of the data, but hashes made later no longer fit those given out before.
    """
    try:
        secret = read_or_make_key(keys / KEY_FILE, lambda: secrets.token_bytes(KEY_BYTES))
    except OSError as error:
        raise MaskKeyUnusable from error
    if len(secret) != KEY_BYTES:
        raise MaskKeyUnusable
    return secret
