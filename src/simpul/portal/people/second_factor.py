"""The secrets of authenticators at rest: sealed under a key made from the hub's own secret, which isn't in the database."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from simpul.delivery.quarantine import Quarantine

_PURPOSE = b"simpul second factor 1:"
_PLACE = (0, 0)
"""The vault binds what it seals to a batch and a position; these secrets have neither."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return base64.b64encode(_open_vault().seal(*_PLACE, ["secret"], [text])).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _open_vault().open(*_PLACE, base64.b64decode(encrypted_text)).cells[0] or ""


def _open_vault() -> Quarantine:
    return Quarantine(hashlib.sha256(_PURPOSE + settings.SECRET_KEY.encode()).digest())
