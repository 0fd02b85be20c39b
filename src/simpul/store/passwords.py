"""The generated passwords of the database roles, in `keys/roles.json` (0600)."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from simpul.kernel.errors import Misconfigured
from simpul.kernel.words import Words

FILE = "roles.json"


def read_passwords(keys: Path) -> dict[str, str]:
    """Return role name → password; empty where none were made yet.

    Raises: Misconfigured where the file is damaged or can't be read.
    """
    path = keys / FILE
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Misconfigured(
            Words(f"Berkas {path} tidak dapat dibaca.", f"The file {path} can't be read."),
            hint=Words("Pulihkan berkas itu dari cadangan.", "Restore that file from a backup."),
        ) from error
    return {str(name): str(password) for name, password in content.items()}


def ensure_passwords(keys: Path, roles: Iterable[str]) -> dict[str, str]:
    """Return the passwords of all roles of the file, making those of `roles` that aren't there yet."""
    known = read_passwords(keys)
    missing = [role for role in roles if role not in known]
    if missing:
        known |= {role: secrets.token_urlsafe(32) for role in missing}
        _write(keys, known)
    return known


def _write(keys: Path, passwords: dict[str, str]) -> None:
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = keys / f".{FILE}.{os.getpid()}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(keys / FILE)


def make_verifier(password: str, *, salt: bytes | None = None) -> str:
    """Return what PostgreSQL stores for a password, so that the password itself is never sent.

    Source: RFC 5802 and 7677 (SCRAM-SHA-256), PostgreSQL's `pg_authid.rolpassword`.

    >>> make_verifier("sandi", salt=b"0123456789abcdef")[:44]
    'SCRAM-SHA-256$4096:MDEyMzQ1Njc4OWFiY2RlZg==$'
    """
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 4096)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256$4096:{salt64}${stored64}:{server64}"
