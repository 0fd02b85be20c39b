"""Writes the log; nothing ever changes it."""

from typing import Any

from django.http import HttpRequest

from simpul.portal.audit.address import find_current_address
from simpul.portal.audit.models import AuditEntry


def record(
    person: Any,
    kind: str,
    object_kind: str = "",
    object_id: object = "",
    refused: bool = False,
    address: str | None = None,
    **detail: Any,
) -> AuditEntry:
    """Add one line to the audit log, in the caller's transaction.

    Args: `kind` is "<thing>.<what was done>" (person.added, sign_in.failed); `detail` is JSON-able and holds no
    values of served rows; `address` is by default that of the running request.
    """
    return AuditEntry.objects.create(
        person_id=getattr(person, "pk", None),
        kind=kind,
        object_kind=object_kind,
        object_id=str(object_id),
        refused=refused,
        address=address or find_current_address(),
        detail=detail,
    )


def record_refusal(request: HttpRequest, code: str) -> AuditEntry:
    """Add a refused request: its method and path (never its query, which may hold personal data) and the code."""
    return record(
        request.user, "request.refused", "path", request.path[:60], refused=True, method=request.method, code=code
    )
