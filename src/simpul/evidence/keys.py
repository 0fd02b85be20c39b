"""The chain of the hub's public keys: each new key is signed by the one before, so that one known key leads to all later.

A key seals from the seal after `after_seal` on, until the next key's. Where a secret was lost, the next key begins anew,
signed by itself: then only who knows it from elsewhere may trust it.
"""

import hashlib
import itertools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from simpul.evidence.seal import SigningKey, is_signature, name_key, sign
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words


@dataclass(frozen=True)
class KeyLink:
    """A public key in the chain. `number` counts from 1; `previous` is the id of the key that signed it, "" for itself."""

    number: int
    key_id: str
    public: bytes
    previous: str
    after_seal: int
    made_at: datetime
    signature: bytes


def begin_chain(key: SigningKey, made_at: datetime, *, number: int = 1, after_seal: int = 0) -> KeyLink:
    """Return the link of a key that no other key vouches for: the first, or the first after a loss."""
    draft = KeyLink(number, key.key_id, key.public, "", after_seal, made_at, b"")
    return replace(draft, signature=sign(write_link(draft), key))


def pass_on(old: SigningKey, new: SigningKey, last: KeyLink, after_seal: int, made_at: datetime) -> KeyLink:
    """Return the link by which the old key, that of the last link, hands over to the new one.

    Raises: ValueError where the old key isn't the last link's.
    """
    if old.key_id != last.key_id:
        raise ValueError("only the last key can hand over")
    draft = KeyLink(last.number + 1, new.key_id, new.public, old.key_id, after_seal, made_at, b"")
    return replace(draft, signature=sign(write_link(draft), old))


def write_link(link: KeyLink) -> bytes:
    """Return the text that is signed: every fact of the link but its signature."""
    told = {"v": 1, "what": "simpul evidence key", **describe_link(link)}
    del told["signature"]
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def describe_link(link: KeyLink) -> dict[str, Any]:
    """Return a link as JSON data."""
    return {
        "number": link.number,
        "key_id": link.key_id,
        "public": bytes(link.public).hex(),
        "previous": link.previous,
        "after_seal": link.after_seal,
        "made_at": link.made_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "signature": bytes(link.signature).hex(),
    }


def read_link(told: Mapping[str, Any]) -> KeyLink:
    """Return the link that `describe_link` told. Raises: ValueError, KeyError or TypeError where it isn't one."""
    return KeyLink(
        number=int(told["number"]),
        key_id=str(told["key_id"]),
        public=bytes.fromhex(told["public"]),
        previous=str(told["previous"]),
        after_seal=int(told["after_seal"]),
        made_at=datetime.fromisoformat(told["made_at"]),
        signature=bytes.fromhex(told["signature"]),
    )


def fingerprint(public: bytes) -> str:
    """Return the SHA-256 of a public key in hex, as it is printed to be compared by eye."""
    return hashlib.sha256(public).hexdigest()


class KeyRing:
    """The links in order, checked; `pinned` are public keys known from elsewhere (none: the first key is believed)."""

    def __init__(self, links: Sequence[KeyLink], pinned: Collection[bytes] = ()) -> None:
        self.links = tuple(sorted(links, key=lambda one: one.number))
        self.findings = tuple(_check_links(self.links, pinned))
        self._trusted = _list_trusted(self.links, pinned)

    def find(self, seal_number: int) -> KeyLink | None:
        """Return the key that must have signed a seal of this number."""
        return next((one for one in reversed(self.links) if one.after_seal < seal_number), None)

    def has(self, key_id: str) -> bool:
        """Is this key in the chain, at whatever place?"""
        return any(one.key_id == key_id for one in self.links)

    def is_trusted(self, key_id: str) -> bool:
        """Does a known key lead to this one?"""
        return key_id in self._trusted


def _list_trusted(links: Sequence[KeyLink], pinned: Collection[bytes]) -> frozenset[str]:
    trusted: set[str] = set()
    before: KeyLink | None = None
    for link in links:
        is_known = bytes(link.public) in pinned if pinned else before is None
        is_led_to = before is not None and before.key_id in trusted and link.previous == before.key_id
        if name_key(link.public) == link.key_id and (is_known or (is_led_to and _is_linked(link, before))):
            trusted.add(link.key_id)
        before = link
    return frozenset(trusted)


def _is_linked(link: KeyLink, before: KeyLink | None) -> bool:
    signer = before.public if link.previous and before else link.public
    return is_signature(write_link(link), bytes(link.signature), bytes(signer))


def _check_links(links: Sequence[KeyLink], pinned: Collection[bytes]) -> Iterator[Finding]:
    if pinned and links and not any(bytes(one.public) in pinned for one in links):
        words = Words(
            "Kunci publik yang dikenal tidak ada dalam rantai kunci: rantainya diganti.",
            "The known public key isn't in the chain of keys: the chain was replaced.",
        )
        yield Finding("keys", "key-unpinned", words)
    last_known = max((one.number for one in links if bytes(one.public) in pinned), default=0)
    for before, link in itertools.pairwise((None, *links)):
        if link is not None:
            yield from _check_link(link, before, last_known)


def _check_link(link: KeyLink, before: KeyLink | None, last_known: int) -> Iterator[Finding]:
    where = f"key {link.key_id}"
    if link.number != (before.number + 1 if before else 1):
        yield Finding(where, "key-missing", Words("Kunci sebelumnya hilang.", "A key before it is missing."))
    if before and (link.after_seal < before.after_seal or link.previous not in ("", before.key_id)):
        yield Finding(where, "key-order", Words("Urutan kunci tidak benar.", "The order of the keys is wrong."))
    if name_key(link.public) != link.key_id or not _is_linked(link, before):
        words = Words("Tanda tangan atas kunci tidak sah.", "The signature under the key is not valid.")
        yield Finding(where, "key-signature", words)
    # Who knows this key or a later one has no need of the one before.
    if before and not link.previous and link.number > last_known:
        words = Words(
            "Kunci ini dimulai tanpa tanda tangan kunci sebelumnya.",
            "The key began without a signature of the one before.",
        )
        yield Finding(where, "key-anew", words)
