"""The tree agrees with RFC 9162's own definition and proves each entry."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpul.evidence.merkle import compute_root, hash_leaf, hash_node, is_included, prove_inclusion


def define_root(entries: list[bytes]) -> bytes:
    """Compute the root by the RFC's recursive definition."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hash_leaf(entries[0])
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hash_node(define_root(entries[:k]), define_root(entries[k:]))


@pytest.mark.parametrize("count", [*range(34), 100])
def test_root_and_every_path_hold(count: int) -> None:
    entries = [bytes([number]) for number in range(count)]
    root = compute_root(entries)
    assert root == define_root(entries)
    for position in range(count):
        path = prove_inclusion(entries, position)
        assert is_included(entries[position], position, count, path, root)
        assert not is_included(b"other", position, count, path, root)
        assert not is_included(entries[position], position, count, [*path, root], root)


def test_known_answers_of_certificate_transparency() -> None:
    entries = [
        bytes.fromhex(text)
        for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    ]
    assert compute_root(entries).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_an_entry_is_not_proven_at_another_position(entries: list[bytes], data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(entries) - 1))
    other = data.draw(st.integers(0, len(entries) - 1))
    path = prove_inclusion(entries, position)
    proven = is_included(entries[position], other, len(entries), path, compute_root(entries))
    assert proven == (position == other) or entries[position] == entries[other]


def test_position_outside_is_refused() -> None:
    with pytest.raises(IndexError):
        prove_inclusion([b"a"], 1)
    assert not is_included(b"a", 1, 1, [], compute_root([b"a"]))
