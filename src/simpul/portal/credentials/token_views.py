"""The addresses of the identity provider that programs need: the token, the public keys, and the metadata.

Everything else that allauth's provider could do (sign-in for other sites, devices, registration) has no address.
"""

import json
from typing import Any

from allauth.idp.oidc.views import TokenView as AllauthTokenView
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from simpul.portal.credentials.adapter import SCOPES
from simpul.portal.credentials.signing import list_public_keys
from simpul.portal.site.access import public

METHODS = ["client_secret_basic", "client_secret_post"]
JWKS_SECONDS = 600
REASONS = {
    "invalid_client": "client_id atau client_secret salah, dicabut, atau berakhir. Periksa pada halaman Aplikasi dan kunci."
    " / The client_id or client_secret is wrong, revoked or expired: see the page Aplikasi dan kunci.",
    "invalid_scope": "Minta tepat satu scope: sandbox atau live. / Ask for exactly one scope: sandbox or live.",
    "unsupported_grant_type": "Hanya grant_type=client_credentials. / Only grant_type=client_credentials.",
    "unauthorized_client": "Hanya grant_type=client_credentials. / Only grant_type=client_credentials.",
    "invalid_target": "Kosongkan resource, atau isi alamat exchange. / Leave resource out, or give the exchange's address.",
    "slow_down": "Pakai token yang sama sampai hampir habis; coba lagi setelah satu menit."
    " / Keep a token until it is about to end; try again after a minute.",
    "invalid_request": "Kirim grant_type, client_id, dan client_secret sebagai formulir."
    " / Send grant_type, client_id and client_secret as a form.",
}
"""What an error of OAuth means here, Indonesian first (ASCII alone, RFC 6749 section 5.2)."""


class TokenView(AllauthTokenView):  # type: ignore[misc]
    """`POST /oauth/token` by RFC 6749 section 4.4; each refusal says what to do next."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            response = super().post(request)
        except ValidationError:
            response = JsonResponse({"error": "invalid_target"}, status=400)
        response["Cache-Control"] = "no-store"
        return response if response.status_code < 400 else _explain(response)


show_token = public(TokenView.as_view())


def _explain(response: HttpResponse) -> HttpResponse:
    told: dict[str, Any] = json.loads(response.content)
    told["error_description"] = REASONS.get(told.get("error", ""), told.get("error_description", ""))
    response.content = json.dumps(told).encode()
    if response.status_code == 429:
        response["Retry-After"] = "60"
    return response


@public
@require_safe
def show_keys(request: HttpRequest) -> HttpResponse:
    """Give the public keys as a JWKS (RFC 7517)."""
    return _give({"keys": [row.jwk for row in list_public_keys()]})


@public
@require_safe
def show_metadata(request: HttpRequest) -> HttpResponse:
    """Describe the authorization server (RFC 8414)."""
    root = settings.HUB.PUBLIC_URL
    return _give(
        {
            "issuer": root,
            "token_endpoint": root + reverse("oauth_token"),
            "jwks_uri": root + reverse("oauth_keys"),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": list(SCOPES),
            "token_endpoint_auth_methods_supported": METHODS,
        }
    )


def _give(data: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(data)
    response["Cache-Control"] = f"public, max-age={JWKS_SECONDS}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
