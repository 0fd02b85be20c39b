"""Puts new versions of the SOP and of the calendar in force. Old ones stay as they are, and so do running cases."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from simpul.portal.audit import actions as audit
from simpul.portal.people.models import Person
from simpul.portal.procedures.content import read_content
from simpul.portal.procedures.errors import ChangeReasonMissing, VersionTaken
from simpul.portal.procedures.models import CalendarVersion, ProcedureVersion
from simpul.portal.procedures.permissions import check_may_change
from simpul.procedure.bpmn import read_procedure
from simpul.procedure.edit import ProcedureEdit, edit_procedure
from simpul.procedure.model import Limit

_LOCK = 5_307_002


@transaction.atomic
def deploy(bpmn: bytes, reason: str, person: Person | None) -> ProcedureVersion:
    """Put a BPMN file in force as a new version. The file that is already in force gives its own version again.

    Args: `person` is None for the hub itself (the first version, the command line).
    Raises: ProcedureInvalid with every finding; VersionTaken; ChangeReasonMissing.
    """
    procedure = read_procedure(bpmn)
    digest = hashlib.sha256(bpmn).hexdigest()
    _lock()
    current = ProcedureVersion.objects.filter(key=procedure.key).order_by("-number").first()
    if current is not None and current.digest == digest:
        return current
    if current is not None and procedure.version <= current.number:
        raise VersionTaken(version=procedure.version, current=current.number)
    version = ProcedureVersion.objects.create(
        key=procedure.key,
        number=procedure.version,
        bpmn=bpmn.decode(),
        digest=digest,
        reason=_check_reason(reason),
        created_by=person,
    )
    audit.record(person, "procedure.deployed", "procedure", f"{version.key}.v{version.number}", reason=version.reason)
    return version


@transaction.atomic
def change_procedure(
    key: str,
    after: int,
    *,
    actors: Mapping[tuple[int, str], str],
    limits: tuple[Limit, ...],
    return_targets: Mapping[int, int],
    reason: str,
    person: Person,
) -> ProcedureVersion:
    """Make and deploy the next version: who acts, which limits hold, where decisions lead back to.

    Args: `after` is the version that the change was made from; `actors` by (step number, act key).
    Raises: MayNotChange; VersionTaken where somebody else has saved in between; EditRefused; ProcedureInvalid.
    """
    check_may_change(person)
    _lock()
    current = ProcedureVersion.objects.filter(key=key).order_by("-number").first()
    if current is None or current.number != after:
        raise VersionTaken(version=after + 1, current=current.number if current else 0)
    edit = ProcedureEdit(after + 1, _check_reason(reason), actors, limits, return_targets)
    return deploy(edit_procedure(current.bpmn.encode(), edit), reason, person)


@transaction.atomic
def save_calendar(content: dict[str, Any], reason: str, person: Person | None, after: int = 0) -> CalendarVersion:
    """Put a new version of the calendar in force.

    Args: `content` as `procedures.content` describes; `after` is the version it was made from.
    Raises: VersionTaken where somebody else has saved in between; ChangeReasonMissing.
    """
    if person is not None:
        check_may_change(person)
    read_content(content, version="")
    _lock()
    current = CalendarVersion.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if current != after:
        raise VersionTaken(version=after + 1, current=current)
    version = CalendarVersion.objects.create(
        number=current + 1, content=content, reason=_check_reason(reason), created_by=person
    )
    audit.record(person, "calendar.saved", "calendar", version.number, reason=version.reason)
    return version


def _check_reason(reason: str) -> str:
    if not reason.strip():
        raise ChangeReasonMissing
    return reason.strip()


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
