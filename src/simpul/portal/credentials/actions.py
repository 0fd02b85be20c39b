"""Making and revoking OAuth clients. The exchange hears of both within a moment."""

from datetime import timedelta
from typing import NamedTuple

from allauth.idp.oidc.models import Client
from django.db import transaction

from simpul.kernel.clock import now
from simpul.portal.audit.actions import record
from simpul.portal.credentials.adapter import SCOPES
from simpul.portal.credentials.errors import TooManyClients
from simpul.portal.credentials.models import OAuthClient
from simpul.portal.credentials.secrets import RandomSecretHasher, make_client_id, make_secret
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import has_role
from simpul.portal.services.actions import check_programmer, has_grant
from simpul.portal.services.errors import NoGrant, NotYourApplication
from simpul.portal.services.models import TESTING_APPLICATION, Application

CLIENT_DAYS = 365
MOST_CLIENTS = 2


class NewClient(NamedTuple):
    """A client just made: the secret is shown once and kept nowhere."""

    client_id: str
    secret: str


@transaction.atomic
def issue_client(person: Person, application: Application) -> NewClient:
    """Make a client of an application, to be shown once; two at most are in force at a time.

    Raises: NotYourApplication, NoGrant (the organization may do nothing in any stage), TooManyClients.
    """
    check_programmer(person, application.organization)
    if application.name == TESTING_APPLICATION:
        raise NotYourApplication
    if not any(has_grant(application.organization, stage) for stage in SCOPES):
        raise NoGrant
    Application.objects.select_for_update().get(pk=application.pk)
    if application.clients.filter(revoked_at=None, expires_at__gt=now()).count() >= MOST_CLIENTS:
        raise TooManyClients
    made = NewClient(make_client_id(), make_secret())
    Client.objects.create(
        id=made.client_id,
        name=application.name,
        secret=RandomSecretHasher().encode(made.secret),
        scopes="\n".join(SCOPES),
        default_scopes="sandbox",
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        response_types="",
    )
    OAuthClient.objects.create(
        application=application,
        client_id=made.client_id,
        created_by=person,
        expires_at=now() + timedelta(days=CLIENT_DAYS),
    )
    record(person, "client.issue", "application", str(application.pk), client=made.client_id)
    return made


@transaction.atomic
def revoke_client(person: Person, client: OAuthClient) -> None:
    """Revoke a client and its tokens at once, by its programmer or the Pengelola Sistem. Raises: NotYourApplication."""
    if not has_role(person, Role.PENGELOLA_SISTEM):
        check_programmer(person, client.application.organization)
    if client.revoked_at is None:
        client.revoked_at = now()
        client.save(update_fields=["revoked_at"])
        Client.objects.filter(pk=client.client_id).delete()
        record(person, "client.revoke", "application", str(client.application_id), client=client.client_id)
