"""The hub's key that seals evidence: `keys/evidence.key` (32 bytes, 0600), made when first needed.

The public half of every key ever used stays beside it as `evidence-<key id>.pub` (hex); the chain of keys that each of
them signed stands in the database. A new key lies as `evidence.key.next` until the database knows it.
"""

import os
from pathlib import Path
from typing import Any

from simpul.evidence.errors import PublicKeyInvalid, SigningKeyInvalid, SigningKeyNotLast
from simpul.evidence.keys import KeyLink, begin_chain, pass_on
from simpul.evidence.seal import SigningKey, load_signing_key, make_signing_secret
from simpul.kernel import clock
from simpul.store.keys import read_or_make_key
from simpul.store.sql import Connection, load_queries

QUERIES = load_queries("simpul.exchange", "seal_keys.sql")
KEY_FILE, NEXT_FILE = "evidence.key", "evidence.key.next"
PUBLIC_BYTES = 32


def open_signing_key(keys: Path) -> SigningKey:
    """Return the key in the folder `keys`, made there if it isn't. Raises: SigningKeyInvalid."""
    return _open(keys, KEY_FILE)


def _open(keys: Path, name: str) -> SigningKey:
    try:
        key = load_signing_key(read_or_make_key(keys / name, make_signing_secret))
        public = keys / f"evidence-{key.key_id}.pub"
        read_or_make_key(public, lambda: f"{key.public.hex()}\n".encode())
        for path in (keys / name, public):
            _give(path, keys)
    except OSError as error:
        raise SigningKeyInvalid() from error
    return key


def _give(path: Path, keys: Path) -> None:
    """Root made it by a command: it belongs to the processes' user, as the folder does."""
    owner = keys.stat()
    if os.geteuid() == 0 and path.stat().st_uid != owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def open_last_key(connection: Connection[Any], keys: Path) -> SigningKey:
    """Return the key that seals now: the last of the chain, which begins with this where there is none yet.

    A change of keys that was cut short between the database and the file is finished here.

    Args: `connection` is the owner's or the worker's.
    Raises: SigningKeyInvalid, SigningKeyNotLast.
    """
    with connection.transaction():
        connection.execute(QUERIES.lock_sealing)  # the files change under the same lock as the chain
        link = find_last_link(connection)
        if link is not None and (keys / NEXT_FILE).exists() and _open(keys, NEXT_FILE).key_id == link.key_id:
            _take_next(keys)
        key = open_signing_key(keys)
        check_last(connection, key)
    return key


def check_last(connection: Connection[Any], key: SigningKey) -> None:
    """Let the chain begin with this key where there is none; else it must be the last, until the transaction ends.

    Raises: SigningKeyNotLast.
    """
    connection.execute(QUERIES.lock_sealing)
    link = find_last_link(connection)
    if link is None:
        add_link(connection, begin_chain(key, clock.now()))
    elif link.key_id != key.key_id:
        raise SigningKeyNotLast()


def rotate_key(connection: Connection[Any], keys: Path, *, lost: bool = False) -> KeyLink:
    """Take a new key from the next seal on and return its link, signed by the key before. No seal is made meanwhile.

    Args: `connection` is the owner's or the worker's, in autocommit; `lost` where the secret before is gone: the new
    key begins anew, which the verifier tells unless it is given this key.
    Raises: SigningKeyInvalid, SigningKeyNotLast.
    """
    with connection.transaction():
        connection.execute(QUERIES.lock_sealing)
        old = None if lost else open_last_key(connection, keys)
        last = find_last_link(connection)
        (keys / NEXT_FILE).unlink(missing_ok=True)
        new = _open(keys, NEXT_FILE)
        _sync(keys)
        row = connection.execute(QUERIES.find_last_number).fetchone()
        after_seal = int(row[0]) if row else 0
        if old is not None and last is not None:
            link = pass_on(old, new, last, after_seal, clock.now())
        else:
            link = begin_chain(new, clock.now(), number=last.number + 1 if last else 1, after_seal=after_seal)
        add_link(connection, link)
    open_last_key(connection, keys)  # now that the chain knows the new key, its file takes the old one's place
    return link


def _take_next(keys: Path) -> None:
    try:
        (keys / NEXT_FILE).replace(keys / KEY_FILE)
    except OSError as error:
        raise SigningKeyInvalid() from error


def _sync(keys: Path) -> None:
    """Have the new key on the disk before the chain names it."""
    descriptor = os.open(keys, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def add_link(connection: Connection[Any], link: KeyLink) -> None:
    """Add a link to the chain in the caller's transaction."""
    connection.execute(QUERIES.add_link, vars(link))


def list_links(connection: Connection[Any]) -> list[KeyLink]:
    """Return the chain of public keys in order; empty where nothing was sealed yet."""
    return [read_link_row(row) for row in connection.execute(QUERIES.list_links)]


def find_last_link(connection: Connection[Any]) -> KeyLink | None:
    """Return the last link, or None where nothing was sealed yet."""
    row = connection.execute(QUERIES.find_last_link).fetchone()
    return read_link_row(row) if row else None


def read_link_row(row: tuple[Any, ...]) -> KeyLink:
    """Return the link of a row of the table `seal_key`."""
    number, key_id, public, previous, after_seal, made_at, signature = row
    return KeyLink(number, key_id, bytes(public), previous, after_seal, made_at, bytes(signature))


def read_public_keys(keys: Path) -> list[bytes]:
    """Return every public key that the hub keeps as a file; empty where nothing was sealed yet.

    Raises: PublicKeyInvalid.
    """
    return [read_public_key(path) for path in sorted(keys.glob("evidence-*.pub"))]


def read_public_key(path: Path) -> bytes:
    """Return the public key of a file of 64 hex digits. Raises: PublicKeyInvalid."""
    try:
        public = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise PublicKeyInvalid() from error
    if len(public) != PUBLIC_BYTES:
        raise PublicKeyInvalid()
    return public
