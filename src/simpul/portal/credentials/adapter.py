"""Where allauth's identity provider asks the hub: which keys sign, what a token says, and for whom one is made."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.internal.private_keys import filter_keys
from allauth.idp.oidc.models import Client, PrivateKey, Token
from django.conf import settings
from django.core.exceptions import ValidationError
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidScopeError, OAuth2Error

from simpul.kernel.clock import now
from simpul.portal.credentials.queries import find_client_in_force
from simpul.portal.credentials.secrets import make_client_id, make_secret
from simpul.portal.credentials.signing import list_private_keys, publish_key

SCOPES = ("sandbox", "live")
"""A token is for one stage."""
TOKENS_A_MINUTE = 60
"""For one client: a token holds for ten minutes, and who asks for one at each call is told to keep it."""


class TooManyTokens(OAuth2Error):  # type: ignore[misc]
    """A client that doesn't keep its tokens."""

    error = "slow_down"
    status_code = 429


class TokenAdapter(DefaultOIDCAdapter):  # type: ignore[misc]
    def generate_client_id(self) -> str:
        return make_client_id()

    def generate_client_secret(self) -> str:
        return make_secret()

    def get_issuer(self) -> str:
        return str(settings.HUB.PUBLIC_URL)

    def list_private_keys(
        self, *, did_activate: Literal[True] | None = None, is_active: Literal[True] | None = None
    ) -> list[PrivateKey]:
        return filter_keys(list_private_keys(), did_activate=did_activate, is_active=is_active)

    def get_signing_key(self) -> PrivateKey:
        key = super().get_signing_key()
        publish_key(key)
        return key

    def validate_resource_uris(self, *, uris: list[str], **kwargs: Any) -> None:
        if any(uri.rstrip("/") != settings.HUB.EXCHANGE_URL for uri in uris):
            raise ValidationError("Only the exchange is a resource here.")

    def populate_access_token(
        self, access_token: dict[str, Any], *, client: Client, scopes: Iterable[str], **kwargs: Any
    ) -> None:
        """Bind the token to the exchange and to one stage.

        Raises: InvalidClientError, InvalidScopeError, TooManyTokens.
        """
        if find_client_in_force(client.id) is None:
            raise InvalidClientError
        issued = Token.objects.filter(client=client, created_at__gte=now() - timedelta(minutes=1))
        if issued.count() >= TOKENS_A_MINUTE:
            raise TooManyTokens
        if len(list(scopes)) != 1:
            raise InvalidScopeError
        access_token |= {
            "aud": settings.HUB.EXCHANGE_URL,
            "sub": client.id,
            "nbf": access_token["iat"],
        }
