"""Reading credentials, for tokens and pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from simpul.kernel.clock import now
from simpul.portal.credentials.models import CredentialUse, OAuthClient
from simpul.portal.services.models import Application


def find_client_in_force(client_id: str) -> OAuthClient | None:
    """Return a client that may have a token now, or None: unknown, revoked, expired, or its application disabled."""
    return OAuthClient.objects.filter(
        client_id=client_id, revoked_at=None, expires_at__gt=now(), application__disabled_at=None
    ).first()


class ShownClient(NamedTuple):
    """A client with when it was last seen, or None."""

    client: OAuthClient
    last_used_at: datetime | None


def list_with_clients(applications: Iterable[Application]) -> list[tuple[Application, list[ShownClient]]]:
    """Return each application with its clients, newest first. Cost: two queries."""
    listed = list(applications)
    rows = list(OAuthClient.objects.filter(application__in=listed).order_by("-created_at"))
    uses = list_last_uses(row.client_id for row in rows)
    return [
        (one, [ShownClient(row, uses.get(row.client_id)) for row in rows if row.application_id == one.pk])
        for one in listed
    ]


def list_last_uses(credential_ids: Iterable[str]) -> dict[str, datetime]:
    """Return when keys (by key id) and clients (by client id) were last used; without those never seen.

    The evidence is looked through every few minutes, so the newest calls may be missing.
    """
    rows = CredentialUse.objects.filter(pk__in=list(credential_ids))
    return dict(rows.values_list("credential_id", "last_used_at"))
