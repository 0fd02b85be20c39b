"""Makes a browser's picture small: its RGB PNG becomes one with a palette of 256 colours. Source: PNG, 3rd edition."""

import struct
import zlib
from collections import Counter

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256


def shrink(content: bytes) -> bytes:
    """Return the picture with a palette; the commonest colours stay as they are, others become the nearest of them."""
    chunks = dict(_split(content))
    width, height, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, kind) == (8, 2), "a browser writes 8 bits a channel without transparency"
    rows = _read_rows(zlib.decompress(chunks[b"IDAT"]), width * 3, height)
    pixels = [[row[at : at + 3] for at in range(0, len(row), 3)] for row in rows]
    counts = Counter(pixel for row in pixels for pixel in row)
    palette = [bytes(pixel) for pixel, _ in counts.most_common(COLOURS)]
    index = {pixel: _find_nearest(pixel, palette) for pixel in counts}
    lines = b"".join(b"\0" + bytes(index[pixel] for pixel in row) for row in pixels)
    return SIGNATURE + b"".join(
        [
            _write(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _write(b"PLTE", b"".join(palette)),
            _write(b"IDAT", zlib.compress(lines, 9)),
            _write(b"IEND", b""),
        ]
    )


def _split(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks by name; the picture's own ones joined."""
    place, found, data = len(SIGNATURE), [], b""
    while place < len(content):
        size, name = struct.unpack(">I4s", content[place : place + 8])
        body = content[place + 8 : place + 8 + size]
        data += body if name == b"IDAT" else b""
        found.append((name, body))
        place += size + 12
    return [*found, (b"IDAT", data)]


def _read_rows(raw: bytes, stride: int, height: int) -> list[bytes]:
    """Undo each row's filter."""
    rows, above = [], bytes(stride)
    for number in range(height):
        start = number * (stride + 1)
        above = _undo(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above)
        rows.append(above)
    return rows


def _undo(kind: int, row: bytearray, above: bytes) -> bytes:
    for at in range(len(row)) if kind else ():
        left = row[at - 3] if at >= 3 else 0
        corner = above[at - 3] if at >= 3 else 0
        guess = (0, left, above[at], (left + above[at]) // 2, _guess(left, above[at], corner))[kind]
        row[at] = (row[at] + guess) & 255
    return bytes(row)


def _guess(left: int, up: int, corner: int) -> int:
    """Return Paeth's predictor."""
    return min((left, up, corner), key=lambda one: abs(left + up - corner - one))


def _find_nearest(pixel: bytes, palette: list[bytes]) -> int:
    if pixel in palette:
        return palette.index(pixel)
    return min(range(len(palette)), key=lambda at: sum((a - b) ** 2 for a, b in zip(pixel, palette[at], strict=True)))


def _write(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
