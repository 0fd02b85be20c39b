"""Reading credentials, for tokens and pages."""

from collections.abc import Iterable
from datetime import datetime

from simpul.kernel.clock import now
from simpul.portal.credentials.models import CredentialUse, OAuthClient
from simpul.portal.organizations.models import Organization


def find_client_in_force(client_id: str) -> OAuthClient | None:
    """Return a client that may have a token now, or None: unknown, revoked, expired, or its application disabled."""
    return OAuthClient.objects.filter(
        client_id=client_id, revoked_at=None, expires_at__gt=now(), application__disabled_at=None
    ).first()


def list_clients(organization: Organization) -> list[OAuthClient]:
    """Return the clients of an organization's applications, newest first."""
    rows = OAuthClient.objects.filter(application__organization=organization).select_related("application")
    return list(rows.order_by("application__name", "-created_at"))


def list_last_uses(credential_ids: Iterable[str]) -> dict[str, datetime]:
    """Return when keys (by key id) and clients (by client id) were last used; without those never seen.

    The evidence is looked through every few minutes, so the newest calls may be missing.
    """
    rows = CredentialUse.objects.filter(pk__in=list(credential_ids))
    return dict(rows.values_list("credential_id", "last_used_at"))
