"""Looks at a file before anything reads it: its size, what it really is, whether its name tells the truth."""

from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from simpul.delivery.archive import sniff_archive
from simpul.delivery.errors import FileEncrypted, FileHostile, FileRefused, FileTooLarge, FileTypeRefused
from simpul.kernel.words import Words

KINDS = ("csv", "ndjson", "json", "xlsx", "ods")

_BY_EXTENSION = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson",
    ".xlsx": "xlsx", ".ods": "ods",
}  # fmt: skip
_BY_MEDIA_TYPE = {
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "text/plain": "csv",
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_MACRO_EXTENSIONS = {".xlsm", ".xltm", ".xlam", ".xlsb"}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"), (b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!", "RAR"), (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"SQLite format 3", "SQLite"),
    (b"{\\rtf", "RTF"), (b"PAR1", "Parquet"), (b"MZ", "program"), (b"\x7fELF", "program"),
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SNIFFED_BYTES = 8192


def open_source(content: bytes | Path) -> BinaryIO:
    """Open the content for reading from its start; bytes aren't copied."""
    return content.open("rb") if isinstance(content, Path) else BytesIO(content)


def check_file(content: bytes | Path, name: str, limit_bytes: int) -> str:
    """Return what the file is: one of `KINDS`.

    Args:
        name: the file's name, or its media type (`text/csv; charset=…`).

    Raises: FileTooLarge, FileEncrypted, FileHostile, FileTypeRefused, FileRefused for what can't be read.
    """
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    if size > limit_bytes:
        limit = limit_bytes // (1024 * 1024)
        message = Words(f"Berkas lebih besar dari {limit} MB.", f"The file is larger than {limit} MB.")
        hint = Words("Bagi menjadi beberapa berkas, atau kirim sebagai CSV.", "Split it, or send it as CSV.")
        raise FileTooLarge("too-large", message, hint=hint)
    claimed = _read_claim(name)
    with open_source(content) as source:
        head = source.read(_SNIFFED_BYTES)
        if head.startswith(b"PK"):
            source.seek(0)
            found = sniff_archive(source)
        else:
            found = _sniff_text(head, source, claimed)
    _check_claim(claimed, found)
    return found


def _read_claim(name: str) -> str:
    """Return the kind that a file name or a media type promises."""
    media_type = name.split(";")[0].strip().lower()
    if media_type in _BY_MEDIA_TYPE:
        return _BY_MEDIA_TYPE[media_type]
    extension = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if extension in _MACRO_EXTENSIONS:
        raise FileHostile("macro-file", _words_of_macro())
    if extension not in _BY_EXTENSION:
        shown = extension[:12] if extension.isascii() and extension else "?"
        message = Words(f"Jenis berkas {shown} tidak dibaca.", f"Files of type {shown} aren't read.")
        raise FileTypeRefused("unknown-extension", message)
    return _BY_EXTENSION[extension]


def _words_of_macro() -> Words:
    return Words("Berkas bermakro tidak diterima.", "Files with macros aren't accepted.")


def _sniff_text(head: bytes, source: BinaryIO, claimed: str) -> str:
    if head.startswith(_OLE):
        _refuse_ole(source)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            message = Words(f"Isi berkas ini adalah {name}, bukan tabel data.", f"This file is {name}, not a table.")
            raise FileTypeRefused("wrong-content", message)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv"
    if b"\x00" in head:
        message = Words("Isi berkas ini bukan teks.", "The content of this file isn't text.")
        raise FileTypeRefused("binary-content", message)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:9].lower().startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        message = Words("Isi berkas ini adalah HTML atau XML, bukan tabel.", "This file is HTML or XML, not a table.")
        hint = Words(
            "Buka di pengolah tabel, lalu Simpan Sebagai .xlsx, .ods, atau .csv.",
            "Open it in a spreadsheet program and save it as .xlsx, .ods or .csv.",
        )
        raise FileTypeRefused("wrong-content", message, hint=hint)
    if claimed == "ndjson":
        return "ndjson"
    return "json" if text.startswith((b"[", b"{")) and claimed != "csv" else "csv"


def _refuse_ole(source: BinaryIO) -> None:
    source.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in source.read(64 * 1024 * 1024):
        message = Words("Berkas ini dilindungi kata sandi.", "This file is protected by a password.")
        raise FileEncrypted("encrypted", message)
    message = Words("Format Excel lama (.xls) tidak dibaca.", "The old Excel format (.xls) isn't read.")
    hint = Words("Buka lalu Simpan Sebagai .xlsx, .ods, atau .csv.", "Open it and save it as .xlsx, .ods or .csv.")
    raise FileTypeRefused("old-excel", message, hint=hint)


def _check_claim(claimed: str, found: str) -> None:
    if claimed == found:
        return
    message = Words(
        f"Nama atau jenis berkas menyatakan {claimed}, tetapi isinya {found}.",
        f"The file's name or type says {claimed}, but its content is {found}.",
    )
    if {claimed, found} == {"json", "csv"}:
        message = Words("Isi berkas ini bukan JSON.", "The content of this file isn't JSON.")
        raise FileRefused(
            "not-json", message, hint=Words("Kirim larik JSON: [{…}, {…}].", "Send a JSON array: [{…}, {…}].")
        )
    hint = Words(
        "Simpan ulang dengan jenis yang benar, jangan hanya mengganti namanya.",
        "Save it again in the right format; don't only rename it.",
    )
    raise FileTypeRefused("wrong-extension", message, hint=hint)
