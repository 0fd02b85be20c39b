"""Client secrets: 256 random bits, so that a plain digest is enough, as for API keys.

A slow password hash would cost 100 MB of memory for each token asked for, and protect nothing: there is nothing to guess.
"""

import hashlib
import hmac
import secrets

from django.contrib.auth.hashers import BasePasswordHasher

SECRET_BYTES = 32


def make_client_id() -> str:
    """Return a new client id; its shape is never that of a key's id."""
    return f"spl_app_{secrets.token_hex(8)}"


def make_secret() -> str:
    """Return a new secret of 256 random bits."""
    return secrets.token_urlsafe(SECRET_BYTES)


class RandomSecretHasher(BasePasswordHasher):
    """SHA-256 of a random secret. Not for people's passwords: nothing of people is encoded by it."""

    algorithm = "random_sha256"

    def encode(self, password: str, salt: str = "") -> str:
        return f"{self.algorithm}${hashlib.sha256(password.encode()).hexdigest()}"

    def verify(self, password: str, encoded: str) -> bool:
        return hmac.compare_digest(self.encode(password), encoded)

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: the digest's time doesn't depend on the secret."""
