"""Guards of the two zipped formats: bombs, encryption, macros, odd paths and XML that declares entities."""

import zipfile
from typing import BinaryIO

from simpul.delivery.errors import FileEncrypted, FileHostile, FileRefused, FileTypeRefused
from simpul.delivery.limits import ARCHIVE_BYTES, ARCHIVE_ENTRIES, ARCHIVE_RATIO, RATIO_FROM_BYTES
from simpul.kernel.words import Words

_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_CHUNK_BYTES = 256 * 1024
_NESTED = (".zip", ".xlsx", ".xlsm", ".ods", ".7z", ".rar", ".gz", ".docx", ".odt")


def sniff_archive(source: BinaryIO) -> str:
    """Return "xlsx" or "ods" for a zip that is safe to unpack.

    Each part is unpacked once, in pieces, and counted: a directory that lies about sizes is found out.

    Raises: FileHostile, FileEncrypted, FileTypeRefused (another zip), FileRefused (broken).
    Cost: one pass of decompression, flat memory.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            kind = _recognise(archive)
            _check_contents(archive, entries)
            return kind
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        message = Words("Berkas rusak atau terpotong.", "The file is broken or cut off.")
        raise FileRefused("broken-archive", message) from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > ARCHIVE_ENTRIES:
        raise _bomb()
    if len({entry.filename for entry in entries}) != len(entries):
        raise FileHostile(
            "repeated-entry", Words("Berkas memuat dua bagian bernama sama.", "Two parts of the file share one name.")
        )
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 0x1:
            raise _encrypted()
        if (
            name.startswith(("/", "\\"))
            or "\\" in name
            or ".." in name.split("/")
            or ":" in name.split("/")[0]
            or "\x00" in name
        ):
            raise FileHostile("odd-path", Words("Berkas memuat jalur yang tidak wajar.", "The file holds an odd path."))
        if name.lower().endswith(_NESTED):
            raise FileHostile(
                "nested-archive", Words("Berkas memuat arsip di dalamnya.", "The file holds another archive.")
            )


def _bomb() -> FileHostile:
    return FileHostile(
        "zip-bomb",
        Words(
            "Isi berkas jauh lebih besar dari yang wajar bila dibuka.", "Unpacked, the file is far larger than is sane."
        ),
    )


def _encrypted() -> FileEncrypted:
    return FileEncrypted(
        "encrypted", Words("Berkas ini dilindungi kata sandi.", "This file is protected by a password.")
    )


def _recognise(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    lowered = {name.lower() for name in names}
    if any(name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in lowered):
        raise FileHostile("macro-file", Words("Berkas bermakro tidak diterima.", "Files with macros aren't accepted."))
    if "mimetype" in names:
        with archive.open("mimetype") as part:
            mimetype = part.read(200).decode("ascii", "replace").strip()
        if mimetype == _ODS and "content.xml" in names:
            _check_manifest(archive, names)
            return "ods"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise FileTypeRefused("old-excel", Words("Format .xlsb tidak dibaca.", "The format .xlsb isn't read."))
    message = Words(
        "Berkas ini arsip, tetapi bukan lembar kerja XLSX atau ODS.",
        "This archive is neither an XLSX nor an ODS sheet.",
    )
    raise FileTypeRefused("wrong-content", message)


def _check_manifest(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "META-INF/manifest.xml" not in names:
        return
    with archive.open("META-INF/manifest.xml") as part:
        if b"encryption-data" in part.read(4 * 1024 * 1024):
            raise _encrypted()


def _check_contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    total = 0
    for entry in entries:
        is_xml = entry.filename.lower().endswith((".xml", ".rels"))
        size, tail = 0, b""
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK_BYTES):
                size += len(chunk)
                total += len(chunk)
                if total > ARCHIVE_BYTES or (
                    size > RATIO_FROM_BYTES and size > ARCHIVE_RATIO * max(entry.compress_size, 1)
                ):
                    raise _bomb()
                if is_xml and (b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk):
                    raise FileHostile(
                        "xml-entities",
                        Words("Berkas memuat deklarasi XML yang tidak diizinkan.", "The file declares XML entities."),
                    )
                tail = chunk[-16:]
