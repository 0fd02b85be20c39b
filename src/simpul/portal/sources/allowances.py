"""The list of servers in closed networks and of folders that sources may read; kept by the Pengelola Sistem alone."""

from pathlib import PurePosixPath

from django.db import transaction

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.outbound.addresses import read_allowance
from simpul.outbound.errors import AllowanceWrong
from simpul.portal.audit.actions import record
from simpul.portal.people.models import Person
from simpul.portal.sources.errors import SourceInvalid
from simpul.portal.sources.models import Allowance
from simpul.portal.sources.permissions import check_lists

_FOLDER = Words(
    "Tulis jalur lengkap sebuah folder di bawah akar, tanpa “..”.",
    "Give the whole path of a folder below the root, without “..”.",
)

_WHOSE = Words("Folder didaftarkan untuk satu instansi.", "A folder is listed for one organization.")


@transaction.atomic
def add_allowance(person: Person, allowance: Allowance) -> Allowance:
    """List an address or a folder. Raises: RoleMissing, SourceInvalid."""
    check_lists(person)
    allowance.value = allowance.value.strip()
    if allowance.kind == Allowance.Kind.FOLDER:
        path = PurePosixPath(allowance.value)
        if not path.is_absolute() or ".." in path.parts or len(path.parts) < 2:
            raise SourceInvalid(findings=[Finding("value", "folder", _FOLDER)])
        if allowance.organization is None:
            # What lies there is read without a password of its own.
            raise SourceInvalid(findings=[Finding("organization", "required", _WHOSE)])
        allowance.value = str(path)
    else:
        try:
            read_allowance(allowance.value)
        except AllowanceWrong as error:
            raise SourceInvalid(findings=[Finding("value", "address", error.message)]) from error
    allowance.created_by = person
    allowance.save()
    record(person, "allowance.add", "allowance", allowance.pk, of=allowance.kind, value=allowance.value)
    return allowance


@transaction.atomic
def remove_allowance(person: Person, allowance_id: int) -> None:
    """Take an entry off the list; one that isn't there any more is no error. Raises: RoleMissing."""
    check_lists(person)
    found = Allowance.objects.filter(pk=allowance_id).first()
    if found is not None:
        record(person, "allowance.remove", "allowance", found.pk, of=found.kind, value=found.value)
        found.delete()
