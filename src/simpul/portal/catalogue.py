"""The English catalogue: `python -m simpul.portal.catalogue` compiles django.po to django.mo, with nothing but Python.

A new text: put its `msgid` and `msgstr` into the .po file, compile, commit both. The Indonesian text is the key.
"""

import ast
import re
import struct
from pathlib import Path

FOLDER = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES"
_MAGIC = 0x950412DE
_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) +(".*")')

Entries = dict[str, str]


def read_source(text: str) -> Entries:
    """Return the entries of a .po file by their keys, as a .mo file keeps them: plural forms joined by NUL.

    >>> read_source('msgid "a"' + chr(10) + 'msgstr "b"')
    {'a': 'b'}
    """
    entries: Entries = {}
    for block in re.split(r"\n\s*\n", text):
        parts = _read_block(block)
        if "msgid" not in parts:
            continue
        context = parts["msgctxt"] + "\x04" if "msgctxt" in parts else ""
        plural = "\0" + parts["msgid_plural"] if "msgid_plural" in parts else ""
        forms = [text for name, text in sorted(parts.items()) if name.startswith("msgstr")]
        entries[context + parts["msgid"] + plural] = "\0".join(forms)
    return entries


def write_catalogue(entries: Entries) -> bytes:
    """Return the entries as a .mo file: two tables of lengths and offsets, sorted by key, then the texts."""
    pairs = sorted((key.encode(), text.encode()) for key, text in entries.items() if text)
    start = 28 + 16 * len(pairs)
    keys, texts = [key for key, _ in pairs], [text for _, text in pairs]
    tables, body = b"", b""
    for column in (keys, texts):
        for item in column:
            tables += struct.pack("<II", len(item), start + len(body))
            body += item + b"\0"
    return struct.pack("<7I", _MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0) + tables + body


def _read_block(block: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match:
            name = match[1]
            parts[name] = ast.literal_eval(match[2])
        elif line.startswith('"') and name:
            parts[name] += ast.literal_eval(line.strip())
    return parts


if __name__ == "__main__":
    source = (FOLDER / "django.po").read_text("utf-8")
    (FOLDER / "django.mo").write_bytes(write_catalogue(read_source(source)))
