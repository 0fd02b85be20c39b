"""What the worker does for credentials from time to time: last uses, old tokens, and the signing keys."""

from allauth.idp.oidc.models import Token
from django.db import connection

from simpul.kernel.clock import now
from simpul.portal.credentials.signing import rotate_keys

_REFRESH_USES = """
INSERT INTO credential_use (credential_id, last_used_at)
SELECT record::jsonb ->> 'key_id', max(at) FROM evidence
WHERE at >= coalesce((SELECT max(last_used_at) FROM credential_use), now() - interval '30 days') - interval '10 minutes'
AND record::jsonb ->> 'key_id' <> ''
GROUP BY 1
ON CONFLICT (credential_id) DO UPDATE SET last_used_at = greatest(credential_use.last_used_at, EXCLUDED.last_used_at)
"""
# Ten minutes back: evidence of a call comes a moment later, after a failure of the database some minutes.


def refresh_uses() -> None:
    """Note when each key and client was last seen. Cost: reads the evidence since the last time."""
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH_USES)


def keep_tokens() -> None:
    """Forget the digests of tokens that ended, and take a new signing key where it is time."""
    Token.objects.filter(expires_at__lt=now()).delete()
    rotate_keys()
