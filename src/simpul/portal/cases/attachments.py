"""Files from outside: the type is sniffed, the size limited, the digest kept."""

import hashlib
from pathlib import PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from simpul.portal.cases.errors import AttachmentRefused, CaseNotFound
from simpul.portal.cases.models import Attachment, Case
from simpul.portal.cases.permissions import get_visible_case
from simpul.portal.people.models import Person

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
    ".zip": "application/zip",
}
_MAGIC = {
    ".pdf": b"%PDF-",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    **dict.fromkeys((".odt", ".ods", ".docx", ".xlsx", ".zip"), b"PK\x03\x04"),
}


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
    return ACCEPTED[extension]


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
    """Return an attachment with its content. Raises: CaseNotFound unless the person sees the case."""
    attachment = get_visible_case(person, number).attachments.filter(pk=attachment_id).first()
    if attachment is None:
        raise CaseNotFound
    return attachment
