"""Proposing, confirming and dropping versions of code lists. A version counts only once somebody confirmed it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction

from simpul.contract.names import RESERVED_DATASETS, is_safe_name
from simpul.kernel.clock import now
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.portal.audit.actions import record
from simpul.portal.cases.attachments import clean_name
from simpul.portal.people.models import Person
from simpul.portal.people.permissions import check_role
from simpul.portal.references.comparing import compare_entries, count_differences
from simpul.portal.references.errors import (
    CodeListKept,
    CodeListNameTaken,
    CodeListUnusable,
    VersionDecided,
    VersionWaiting,
)
from simpul.portal.references.models import CodeList, CodeListVersion
from simpul.portal.references.permissions import KEEPERS
from simpul.portal.references.queries import list_entries
from simpul.portal.references.reading import Entry, read_entries
from simpul.portal.services.driver import get_driver_connection
from simpul.store.queue import defer

State = CodeListVersion.State
_COPY = "COPY public.code_entry (version_id, position, code, name, valid_from, valid_to) FROM STDIN"
_NAME = Words(
    "Nama daftar harus huruf kecil, angka, dan garis bawah, diawali huruf.",
    "The list's name takes lower-case letters, digits and underscores, and starts with a letter.",
)


class Provenance(NamedTuple):
    """Where a version comes from, and from which day on it counts."""

    source: str
    valid_from: date
    decision_number: str = ""
    licence: str = ""


@transaction.atomic
def add_code_list(
    person: Person, name: str, title: str, description: str, file_name: str, content: bytes, facts: Provenance
) -> CodeListVersion:
    """Make a list with its first version proposed. Raises: RoleMissing, CodeListNameTaken; as `propose_version`."""
    check_role(person, *KEEPERS)
    if not is_safe_name(name) or name in RESERVED_DATASETS:
        raise CodeListUnusable(findings=[Finding("name", "list-name", _NAME)])
    if CodeList.objects.filter(name=name).exists():
        raise CodeListNameTaken
    code_list = CodeList.objects.create(name=name, title=title, description=description)
    record(person, "code_list.add", "code_list", code_list.pk, name=name)
    return propose_version(person, code_list, file_name, content, facts)


@transaction.atomic
def propose_version(
    person: Person, code_list: CodeList, file_name: str, content: bytes, facts: Provenance
) -> CodeListVersion:
    """Read a file as the list's next version; nothing counts before it is confirmed.

    Raises: RoleMissing; CodeListKept; VersionWaiting; CodeListUnusable with each bad row, FileRefused and its kinds.
    """
    check_role(person, *KEEPERS)
    if code_list.is_own:
        raise CodeListKept
    CodeList.objects.select_for_update().get(pk=code_list.pk)
    if code_list.versions.filter(state=State.PROPOSED).exists():
        raise VersionWaiting
    read = read_entries(content, file_name)
    version = keep_version(code_list, read.entries, facts, person)
    version.file_name, version.remarks = clean_name(file_name), read.left_out
    version.save(update_fields=["file_name", "remarks"])
    counts = {"entries": version.entry_count, **version.differences}
    record(person, "code_list.propose", "code_list", code_list.pk, version=version.number, **counts)
    return version


def keep_version(
    code_list: CodeList, entries: Sequence[Entry], facts: Provenance, person: Person | None
) -> CodeListVersion:
    """Keep entries as a proposed version, in the caller's transaction. Cost: 100,000 entries in some seconds."""
    last = code_list.versions.first()
    before = code_list.versions.filter(state=State.IN_FORCE).first()
    version = CodeListVersion.objects.create(
        code_list=code_list,
        number=last.number + 1 if last else 1,
        digest=digest_entries(entries),
        entry_count=len(entries),
        differences=dict(count_differences(compare_entries(list_entries(before), entries))),
        proposed_by=person,
        **facts._asdict(),
    )
    with (
        get_driver_connection().cursor() as cursor,
        cursor.copy(_COPY) as copy,
    ):
        for position, entry in enumerate(entries):
            copy.write_row((version.pk, position, *entry))
    return version


def digest_entries(entries: Iterable[Entry]) -> bytes:
    """Return the SHA-256 over entries in their order."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update("\t".join(str(part) for part in entry).encode() + b"\n")
    return digest.digest()


@transaction.atomic
def confirm_version(person: Person, version: CodeListVersion) -> None:
    """Let a version count from its day on, in every delivery that begins after this. Raises: RoleMissing, VersionDecided."""
    check_role(person, *KEEPERS)
    settle_version(version, person)
    record(person, "code_list.confirm", "code_list", version.code_list_id, version=version.number)


def settle_version(version: CodeListVersion, person: Person | None) -> None:
    """Put a proposed version into force and have it published, in the caller's transaction. Raises: VersionDecided."""
    _decide(version, State.IN_FORCE, person)
    defer(connection, "publish_code_lists", lock="publish:referensi")


@transaction.atomic
def drop_version(person: Person, version: CodeListVersion) -> None:
    """Give a proposed version up; it stays in the history. Raises: RoleMissing, VersionDecided."""
    check_role(person, *KEEPERS)
    _decide(version, State.REJECTED, person)
    record(person, "code_list.drop", "code_list", version.code_list_id, version=version.number)


def _decide(version: CodeListVersion, state: str, person: Person | None) -> None:
    waiting = CodeListVersion.objects.filter(pk=version.pk, state=State.PROPOSED)
    if not waiting.update(state=state, decided_by=person, decided_at=now()):
        raise VersionDecided
    version.refresh_from_db()
