"""The encrypted file: any bytes come back, and no cut, change or exchange of chunks goes unseen."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simpul.store import sealed_file
from simpul.store.entries import read_entries, write_entry
from simpul.store.errors import BackupUnreadable
from simpul.store.sealed_file import CHUNK_BYTES, read_sealed, write_sealed

PASSPHRASE = "kuda terbang"
HEADER_BYTES = sealed_file._HEADER.size


def seal(*pieces: bytes) -> bytes:
    target = io.BytesIO()
    write_sealed(pieces, target, PASSPHRASE)
    return target.getvalue()


def open_all(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(read_sealed(io.BytesIO(content), passphrase))


@pytest.fixture(scope="module")
def three_chunks() -> bytes:
    return seal(b"a" * CHUNK_BYTES, b"b" * CHUNK_BYTES, b"c" * 10)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.binary(max_size=100)))
def test_any_pieces_come_back_whole(pieces: list[bytes]) -> None:
    assert open_all(seal(*pieces)) == b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_every_length_around_a_chunk_comes_back_whole(size: int) -> None:
    assert open_all(seal(b"x" * size)) == b"x" * size


def test_two_files_of_the_same_bytes_have_nothing_in_common() -> None:
    assert seal(b"same")[HEADER_BYTES:] != seal(b"same")[HEADER_BYTES:]


def test_a_wrong_passphrase_is_named() -> None:
    with pytest.raises(BackupUnreadable, match="passphrase is wrong"):
        open_all(seal(b"secret"), "kuda laut biru")


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(BackupUnreadable, match="too short"):
        write_sealed([b""], io.BytesIO(), "pendek")


@pytest.mark.parametrize("kept", [0, 5, HEADER_BYTES, HEADER_BYTES + 3, HEADER_BYTES + 100, -1, -40])
def test_a_cut_file_is_refused(three_chunks: bytes, kept: int) -> None:
    with pytest.raises(BackupUnreadable):
        open_all(three_chunks[:kept])


def test_a_file_cut_between_two_chunks_is_refused(three_chunks: bytes) -> None:
    with pytest.raises(BackupUnreadable):
        open_all(three_chunks[: HEADER_BYTES + 2 * (4 + CHUNK_BYTES + 16)])


def test_exchanged_chunks_are_refused(three_chunks: bytes) -> None:
    length = 4 + CHUNK_BYTES + 16
    first, second = (three_chunks[HEADER_BYTES + n * length :][:length] for n in (0, 1))
    with pytest.raises(BackupUnreadable):
        open_all(three_chunks[:HEADER_BYTES] + second + first + three_chunks[HEADER_BYTES + 2 * length :])


def test_bytes_after_the_end_are_refused(three_chunks: bytes) -> None:
    with pytest.raises(BackupUnreadable, match="after"):
        open_all(three_chunks + b"x")


@pytest.mark.parametrize("position", [0, 8, 9, 12, 30, HEADER_BYTES, HEADER_BYTES + 3, HEADER_BYTES + 50])
def test_a_changed_byte_is_refused_wherever_it_is(position: int) -> None:
    content = bytearray(seal(b"secret" * 20))
    content[position] ^= 0x15
    with pytest.raises(BackupUnreadable):
        open_all(bytes(content))


def test_another_kind_of_file_is_named() -> None:
    with pytest.raises(BackupUnreadable, match="isn't a backup"):
        open_all(b"PGDMP" + bytes(200))


def test_memory_stays_flat() -> None:
    def make() -> Iterator[bytes]:
        for _ in range(256):
            yield bytes(1 << 18)

    class Nowhere(io.BytesIO):
        def write(self, content: object) -> int:
            return len(bytes(content))  # type: ignore[call-overload,no-any-return]

    tracemalloc.start()
    write_sealed(make(), Nowhere(), PASSPHRASE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * CHUNK_BYTES


@given(st.lists(st.tuples(st.text(max_size=20), st.lists(st.binary(max_size=50)))), st.integers(1, 30))
def test_entries_come_back_whatever_the_chunks_are(entries: list[tuple[str, list[bytes]]], size: int) -> None:
    stream = b"".join(part for name, pieces in entries for part in write_entry(name, pieces))
    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
    found = [(name, b"".join(pieces)) for name, pieces in read_entries(chunks)]
    assert found == [(name, b"".join(pieces)) for name, pieces in entries]


@given(st.integers(1, 40))
def test_a_cut_entry_is_refused(cut: int) -> None:
    stream = b"".join(write_entry("keys/a", [b"x" * 40]))
    with pytest.raises(BackupUnreadable):
        _ = {name: list(pieces) for name, pieces in read_entries([stream[:-cut]])}
