"""Named entries of unknown length inside one stream of bytes: the inside of a backup."""

from collections.abc import Iterable, Iterator

from simpul.kernel.words import Words
from simpul.store.errors import BackupUnreadable

PIECE_BYTES = 1 << 20


def write_entry(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an entry: length of the name (2 bytes), name, pieces (length of 4 bytes, bytes), and a length 0."""
    text = name.encode()
    yield len(text).to_bytes(2, "big") + text
    for piece in pieces:
        for start in range(0, len(piece), PIECE_BYTES):
            part = piece[start : start + PIECE_BYTES]
            yield len(part).to_bytes(4, "big")
            yield part
    yield bytes(4)


def read_entries(chunks: Iterable[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield name and pieces of each entry; the pieces must be read to their end before the next entry.

    Raises: BackupUnreadable where the stream isn't of this form.

    >>> stream = [*write_entry("a", [b"12", b"3"]), *write_entry("b", [])]
    >>> [(name, b"".join(pieces)) for name, pieces in read_entries(stream)]
    [('a', b'123'), ('b', b'')]
    """
    stream = _Stream(chunks)
    while head := stream.take(2, at_end=b""):
        yield stream.take(int.from_bytes(head, "big")).decode(), _read_pieces(stream)


def _read_pieces(stream: "_Stream") -> Iterator[bytes]:
    while length := int.from_bytes(stream.take(4), "big"):
        if length > PIECE_BYTES:
            raise BackupUnreadable
        yield stream.take(length)


class _Stream:
    """Bytes in chunks of any size, taken in lengths of one's own."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._waiting = bytearray()

    def take(self, length: int, *, at_end: bytes | None = None) -> bytes:
        """Return exactly `length` bytes; at the stream's end `at_end`, where that is allowed."""
        while len(self._waiting) < length:
            chunk = next(self._chunks, None)
            if chunk is None:
                if at_end is not None and not self._waiting:
                    return at_end
                raise BackupUnreadable(Words("Isi cadangan tidak utuh.", "The backup's content isn't whole."))
            self._waiting += chunk
        taken = bytes(self._waiting[:length])
        del self._waiting[:length]
        return taken
