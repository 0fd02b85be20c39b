"""Files from outside: the type is sniffed, the size limited, the digest kept."""

import hashlib
import io
import zipfile
import zlib
from pathlib import PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from simpul.delivery import limits
from simpul.portal.cases.errors import AttachmentRefused, CaseNotFound, RowsNotShown
from simpul.portal.cases.models import Attachment, Case
from simpul.portal.cases.permissions import get_visible_case
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import has_role

LIMIT_BYTES = 25 * 1024 * 1024

ACCEPTED = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".json": "application/json",
    ".zip": "application/zip",
}
_ZIPPED = b"PK\x03\x04"
_MAGIC = {
    ".pdf": b"%PDF-",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    **dict.fromkeys((".odt", ".ods", ".docx", ".xlsx", ".zip"), _ZIPPED),
}
BOMB = "isinya jauh lebih besar dari yang wajar bila dibuka (unpacked, it is far larger than is sane)"
ROW_KINDS = ("data-contoh", "kiriman-data", "perbaikan-data")
"""Files with rows of the provider's data: nobody but its own officers opens them."""


def sniff_type(name: str, content: bytes) -> str:
    """Return the media type of a file whose first bytes agree with its extension.

    Raises: AttachmentRefused: unknown extension, other content than the extension says, empty, or too large.
    """
    extension = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if extension not in ACCEPTED:
        raise _refuse(name, "jenisnya tidak dikenal (unknown kind)")
    if not content:
        raise _refuse(name, "berkas kosong (empty file)")
    if len(content) > LIMIT_BYTES:
        raise _refuse(name, "lebih besar dari 25 MB (larger than 25 MB)")
    magic = _MAGIC.get(extension)
    if magic is not None and not content.startswith(magic):
        raise _refuse(name, f"isinya bukan {extension} (its content isn't {extension})")
    if magic is None and b"\x00" in content[:8192]:
        raise _refuse(name, "isinya bukan teks (its content isn't text)")
    if magic == _ZIPPED:
        _check_zip(name, content)
    return ACCEPTED[extension]


def _check_zip(name: str, content: bytes) -> None:
    """Refuse what would burst when somebody opens it. Cost: one pass of decompression, flat memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.ARCHIVE_ENTRIES:
                raise _refuse(name, BOMB)
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise _refuse(name, "dilindungi kata sandi (protected by a password)")
            _unpack(name, archive, entries)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
        raise _refuse(name, "rusak atau terpotong (broken or cut off)") from error


def _unpack(name: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    total = 0
    for entry in entries:
        size = 0
        with archive.open(entry) as part:
            while chunk := part.read(256 * 1024):
                size, total = size + len(chunk), total + len(chunk)
                dense = size > limits.RATIO_FROM_BYTES and size > limits.ARCHIVE_RATIO * max(entry.compress_size, 1)
                if dense or total > limits.ARCHIVE_BYTES:
                    raise _refuse(name, BOMB)


def read_upload(file: UploadedFile) -> bytes:
    """Return what was uploaded, which lies on disk until here. Raises: AttachmentRefused where it is too large."""
    if (file.size or 0) > LIMIT_BYTES:
        raise _refuse(file.name or "", "lebih besar dari 25 MB (larger than 25 MB)")
    return bytes(file.read())


def _refuse(name: str, cause: str) -> AttachmentRefused:
    return AttachmentRefused(name=clean_name(name), cause=cause, accepted=", ".join(sorted(ACCEPTED)))


def clean_name(name: str) -> str:
    """Return a file's own name without folders and control characters, at most 150 characters.

    >>> clean_name("../../etc/pass\\nwd.pdf")
    'passwd.pdf'
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*')[-150:] or "berkas"


@transaction.atomic
def attach(person: Person, case: Case, step: str, round_no: int, kind: str, name: str, content: bytes) -> Attachment:
    """Keep a file with a case. The same file given twice for the same purpose is kept once.

    Raises: AttachmentRefused.
    """
    media_type = sniff_type(name, content)
    digest = hashlib.sha256(content).hexdigest()
    attachment, _ = Attachment.objects.get_or_create(
        case=case,
        step=step,
        round=round_no,
        kind=kind,
        digest=digest,
        organization=person.organization,
        defaults={
            "name": clean_name(name),
            "media_type": media_type,
            "size_bytes": len(content),
            "content": content,
            "person": person,
        },
    )
    return attachment


def get_attachment(person: Person, number: str, attachment_id: int) -> Attachment:
    """Return an attachment with its content.

    Raises: CaseNotFound unless the person sees the case; RowsNotShown for a file of another agency's rows.
    """
    attachment = get_visible_case(person, number).attachments.filter(pk=attachment_id).first()
    if attachment is None:
        raise CaseNotFound
    if not can_open(person, attachment):
        raise RowsNotShown
    return attachment


def can_open(person: Person, attachment: Attachment) -> bool:
    """Return whether one who sees the case may open a file of it: rows of data are for their own agency alone."""
    if attachment.kind not in ROW_KINDS:
        return True
    own = attachment.organization in list_lineage(person.organization)
    return own and has_role(person, Role.OPD, Role.PEMROGRAM_OPD)
