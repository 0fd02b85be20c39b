"""What one party needs to prove a call without the hub: the record, its place in a seal, and the path to the root."""

from collections.abc import Sequence
from dataclasses import dataclass

from simpul.evidence.merkle import is_included, prove_inclusion
from simpul.evidence.record import digest_record
from simpul.evidence.seal import Seal, is_signed


@dataclass(frozen=True)
class Receipt:
    """One call's record (canonical text) and why it is in the seal."""

    record: str
    position: int
    path: tuple[bytes, ...]
    seal: Seal


def make_receipt(record: str, digests: Sequence[bytes], position: int, seal: Seal) -> Receipt:
    """Return the receipt of the row at `position` among the seal's digests."""
    return Receipt(record, position, tuple(prove_inclusion(digests, position)), seal)


def is_proven(receipt: Receipt, public: bytes) -> bool:
    """Does the receipt prove, under the hub's public key, that the record was sealed unchanged?"""
    seal = receipt.seal
    leaf = digest_record(receipt.record)
    return is_signed(seal, public) and is_included(leaf, receipt.position, seal.count, receipt.path, bytes(seal.root))
