"""Merkle trees as RFC 9162, section 2.1, builds them: leaves under 0x00, nodes under 0x01, split at a power of two."""

import hashlib
from collections.abc import Iterable, Sequence


def hash_leaf(entry: bytes) -> bytes:
    """Return the hash of a leaf, 32 bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def compute_root(entries: Iterable[bytes]) -> bytes:
    """Return the root over entries in their order; of none, the hash of nothing.

    Cost: one pass, memory of the logarithm of their number.
    """
    peaks: list[tuple[int, bytes]] = []
    for entry in entries:
        height, node = 0, hash_leaf(entry)
        while peaks and peaks[-1][0] == height:
            height, node = height + 1, hash_node(peaks.pop()[1], node)
        peaks.append((height, node))
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks.pop()[1]
    while peaks:
        root = hash_node(peaks.pop()[1], root)
    return root


def prove_inclusion(entries: Sequence[bytes], position: int) -> list[bytes]:
    """Return the audit path of one entry, from its leaf up to below the root.

    Raises: IndexError for a position that isn't there.
    """
    if not 0 <= position < len(entries):
        raise IndexError(position)
    path: list[bytes] = []
    low, high = 0, len(entries)
    while high - low > 1:
        middle = low + (1 << ((high - low - 1).bit_length() - 1))
        if position < middle:
            path.append(compute_root(entries[middle:high]))
            high = middle
        else:
            path.append(compute_root(entries[low:middle]))
            low = middle
    return path[::-1]


def is_included(entry: bytes, position: int, count: int, path: Sequence[bytes], root: bytes) -> bool:
    """Does the audit path lead from this entry at this position of `count` to the root? (RFC 9162, 2.1.3.2)"""
    if not 0 <= position < count:
        return False
    place, last, node = position, count - 1, hash_leaf(entry)
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = hash_node(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hash_node(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root
