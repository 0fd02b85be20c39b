"""Checks a PNG by its own structure, before it's kept: signature, chunks with their sums, and its unpacked amount."""

import struct
import zlib
from collections.abc import Iterator

from simpul.kernel.words import Words
from simpul.portal.organizations.errors import PictureRefused

SIZE_MOST_BYTES = 1024 * 1024
SIDE_MOST_PIXELS = 2000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Colour type → samples a pixel."""

_TOO_LARGE = Words("ukurannya terlalu besar", "it is too large")
_NO_PNG = Words("bukan PNG yang utuh", "it isn't a whole PNG")


def check_png(content: bytes) -> None:
    """Check that bytes are one whole PNG of modest size. Raises: PictureRefused."""
    if len(content) > SIZE_MOST_BYTES:
        raise _refuse(_TOO_LARGE)
    if not content.startswith(_SIGNATURE):
        raise _refuse(_NO_PNG)
    chunks = list(_list_chunks(content))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13 or chunks[-1][0] != b"IEND":
        raise _refuse(_NO_PNG)
    _check_pixels(chunks[0][1], b"".join(data for kind, data in chunks if kind == b"IDAT"))


def _list_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_SIGNATURE)
    while position < len(content):
        if len(content) - position < 12:
            raise _refuse(_NO_PNG)
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if end > len(content):
            raise _refuse(_NO_PNG)
        data = content[position + 8 : end - 4]
        if zlib.crc32(kind + data) != struct.unpack_from(">I", content, end - 4)[0]:
            raise _refuse(_NO_PNG)
        yield kind, data
        position = end


def _check_pixels(header: bytes, packed: bytes) -> None:
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    if not 0 < width <= SIDE_MOST_PIXELS or not 0 < height <= SIDE_MOST_PIXELS:
        raise _refuse(_TOO_LARGE)
    if colour not in _CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise _refuse(_NO_PNG)
    # An interlaced picture needs a little more: one filter byte a row of each of its seven passes.
    most = (width * _CHANNELS[colour] * depth // 8 + 2) * height + 14 * height
    unpacker = zlib.decompressobj()
    try:
        size = len(unpacker.decompress(packed, most + 1))
    except zlib.error as error:
        raise _refuse(_NO_PNG) from error
    if size > most:
        raise _refuse(_TOO_LARGE)
    if not unpacker.eof:
        raise _refuse(_NO_PNG)


def _refuse(cause: Words) -> PictureRefused:
    message, hint = PictureRefused.message, PictureRefused.hint
    return PictureRefused(Words(message.id.format(cause=cause.id), message.en.format(cause=cause.en)), hint=hint)
