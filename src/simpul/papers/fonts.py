"""The fonts that papers embed: where they lie and which characters they can draw."""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from simpul.papers.template_file import FOLDER

FONTS_FOLDER = FOLDER / "fonts"
FAMILIES = {"arial": "Liberation Sans", "bookman": "TeX Gyre Bonum"}
"""The `font` setting of an office → the family drawn. Liberation Sans has Arial's widths."""
_FILES = {
    "Liberation Sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "LiberationSans-Italic.ttf"),
    "TeX Gyre Bonum": ("texgyrebonum-regular.otf", "texgyrebonum-bold.otf", "texgyrebonum-italic.otf"),
}


@cache
def read_coverage(family: str) -> frozenset[int]:
    """Return the code points that every face of a family can draw (PDF/A refuses any other)."""
    faces = [frozenset(_read_code_points((FONTS_FOLDER / name).read_bytes())) for name in _FILES[family]]
    return frozenset.intersection(*faces)


def show_uncovered(text: str, family: str) -> str:
    """Return the text with each character that the family can't draw as [U+…], so that nothing is lost unseen."""
    if text.isascii():
        return text
    covered = read_coverage(family)
    return "".join(c if c == "\n" or ord(c) in covered else f"[U+{ord(c):04X}]" for c in text)


def _read_code_points(font: bytes) -> Iterator[int]:
    """Yield the code points of a font's Unicode table (cmap, platform 3 encoding 1, format 4).

    Source: OpenType specification, cmap.
    """
    table = _find_unicode_table(font)
    segments = struct.unpack_from(">H", font, table + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", font, table + 14)
    starts = struct.unpack_from(f">{segments}H", font, table + 16 + 2 * segments)
    for start, end in zip(starts, ends, strict=True):
        if start != 0xFFFF:
            yield from range(start, end + 1)


def _find_unicode_table(font: bytes) -> int:
    for index in range(struct.unpack_from(">H", font, 4)[0]):
        tag, _, start, _ = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if tag == b"cmap":
            return _find_subtable(font, start)
    raise ValueError("cmap")


def _find_subtable(font: bytes, start: int) -> int:
    for index in range(struct.unpack_from(">H", font, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * index)
        if (platform, encoding) == (3, 1) and struct.unpack_from(">H", font, start + offset)[0] == 4:
            return int(start + offset)
    raise ValueError("cmap 3.1")


def list_font_files() -> list[Path]:
    """Return the font files, by name."""
    return sorted(file for file in FONTS_FOLDER.iterdir() if file.suffix in (".ttf", ".otf"))
