"""What the exchange must know of OAuth clients: whose they are, how long they hold, and the keys that sign tokens.

The client's secret, hashed, is in the identity provider's own table; the exchange can't read that.
"""

from django.db import models

from simpul.portal.people.models import Person
from simpul.portal.services.models import Application


class OAuthClient(models.Model):
    """One pair of client id and secret of an application; two at most are in force at a time."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="clients")
    client_id = models.CharField(max_length=40, unique=True)
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "oauth_client"


class TokenKey(models.Model):
    """The public half of a key that signs tokens, as the JWKS holds it; the private half is a file of the hub."""

    key_id = models.CharField(max_length=64, primary_key=True)
    jwk = models.JSONField()
    signs_from = models.DateTimeField()
    verifies_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "token_key"


class CredentialUse(models.Model):
    """When a key or a client was last seen in the evidence; renewed by the worker, never by a call."""

    credential_id = models.CharField(max_length=40, primary_key=True)
    last_used_at = models.DateTimeField()

    class Meta:
        db_table = "credential_use"
