"""What one party needs to prove a call without the hub: the record, its place in a seal, the path to the root, the keys."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simpul.evidence.errors import ReceiptInvalid
from simpul.evidence.keys import KeyLink, KeyRing, describe_link, read_link
from simpul.evidence.merkle import is_included, prove_inclusion
from simpul.evidence.record import CallRecord, digest_record, read_record
from simpul.evidence.seal import Seal, describe_seal, digest_seal, is_signed, read_seal
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

VERSION = 1
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Receipt:
    """One call's record (canonical text), why it is in the seal, and the keys up to the one that signed."""

    record: str
    position: int
    path: tuple[bytes, ...]
    seal: Seal
    keys: tuple[KeyLink, ...] = ()

    @property
    def call(self) -> CallRecord:
        """The record, read. Raises: RecordInvalid."""
        return read_record(self.record)


def make_receipt(
    record: str, digests: Sequence[bytes], position: int, seal: Seal, keys: Sequence[KeyLink] = ()
) -> Receipt:
    """Return the receipt of the row at `position` among the seal's digests."""
    return Receipt(record, position, tuple(prove_inclusion(digests, position)), seal, tuple(keys))


def is_proven(receipt: Receipt, public: bytes) -> bool:
    """Does the receipt prove, under the public key that signed its seal, that the record was sealed unchanged?"""
    return is_signed(receipt.seal, public) and _is_inside(receipt)


def check_receipt(receipt: Receipt, pinned: Collection[bytes]) -> list[Finding]:
    """Return what speaks against a receipt for somebody who knows these public keys; nothing where it proves the call.

    Needs neither hub nor database.
    """
    return list(_check(receipt, KeyRing(receipt.keys, pinned)))


def _check(receipt: Receipt, ring: KeyRing) -> Iterator[Finding]:
    seal = receipt.seal
    where = f"seal {seal.number}"
    yield from ring.findings
    if not _is_inside(receipt):
        words = Words(
            "Catatan ini bukan isi segelnya: catatan, posisi, atau jalurnya diubah.",
            "The record isn't in its seal: the record, its position or the path was changed.",
        )
        yield Finding(where, "record-not-sealed", words)
    link = ring.find(seal.number)
    if link is None or link.key_id != seal.key_id or not is_signed(seal, link.public):
        words = Words("Tanda tangan segel tidak sah.", "The seal's signature is not valid.")
        yield Finding(where, "seal-signature", words)
    elif not ring.is_trusted(link.key_id):
        words = Words(
            "Kunci publik yang diberikan tidak menuntun ke kunci penanda segel ini.",
            "The public key given doesn't lead to the key that signed this seal.",
        )
        yield Finding(where, "key-untrusted", words)


def _is_inside(receipt: Receipt) -> bool:
    seal, leaf = receipt.seal, digest_record(receipt.record)
    is_whole = digest_seal(seal) == bytes(seal.digest)
    return is_whole and is_included(leaf, receipt.position, seal.count, receipt.path, bytes(seal.root))


def describe_receipt(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as JSON data."""
    return {
        "v": VERSION,
        "record": receipt.record,
        "position": receipt.position,
        "path": [bytes(one).hex() for one in receipt.path],
        "seal": describe_seal(receipt.seal),
        "keys": [describe_link(one) for one in receipt.keys],
    }


def read_receipt(text: str | bytes) -> Receipt:
    """Return the receipt of a JSON text; anything else beside its facts is ignored. Raises: ReceiptInvalid."""
    try:
        told = json.loads(text) if len(text) <= MAX_BYTES else {}
        if told["v"] != VERSION:
            raise ReceiptInvalid()
        receipt = Receipt(
            str(told["record"]),
            int(told["position"]),
            tuple(bytes.fromhex(one) for one in told["path"]),
            read_seal(told["seal"]),
            tuple(read_link(one) for one in told["keys"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ReceiptInvalid() from error
    return receipt
