"""OAuth 2.0 client credentials: who gets a token, what it says, and what a refusal says."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from allauth.idp.oidc.models import Client as Kept
from allauth.idp.oidc.models import Token
from django.test import Client

from portal_world import World
from simpul.kernel.clock import now
from simpul.portal.credentials import actions
from simpul.portal.credentials.adapter import TOKENS_A_MINUTE
from simpul.portal.credentials.errors import TooManyClients
from simpul.portal.credentials.models import OAuthClient, TokenKey
from simpul.portal.services.errors import NoGrant, NotYourApplication
from simpul.portal.services.models import Application, Grant


def ask(made: actions.NewClient, **more: Any) -> Any:
    """Ask for a token by the form."""
    form = {
        "grant_type": "client_credentials",
        "scope": "live",
        "client_id": made.client_id,
        "client_secret": made.secret,
    }
    return Client().post("/oauth/token", form | more)


def test_token_is_for_the_exchange_one_stage_and_ten_minutes(made: actions.NewClient) -> None:
    told = ask(made).json()
    [key] = Client().get("/.well-known/jwks.json").json()["keys"]
    claims = jwt.decode(
        told["access_token"], jwt.PyJWK(key), algorithms=["RS256"], audience="http://127.0.0.1:8080",
        issuer="http://127.0.0.1:8000",
    )  # fmt: skip
    assert told["token_type"] == "Bearer"
    assert told["expires_in"] == 600 == claims["exp"] - claims["iat"]
    assert (claims["scope"], claims["sub"], claims["client_id"]) == ("live", made.client_id, made.client_id)
    assert TokenKey.objects.get().jwk == key
    assert not set(key) & {"d", "p", "q", "dp", "dq", "qi"}


def test_secret_may_come_in_the_header(made: actions.NewClient) -> None:
    basic = base64.b64encode(f"{made.client_id}:{made.secret}".encode()).decode()
    answer = Client().post(
        "/oauth/token", {"grant_type": "client_credentials"}, headers={"authorization": f"Basic {basic}"}
    )
    assert answer.status_code == 200
    assert answer.json()["scope"] == "sandbox"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"client_id": "spl_app_0"}, 401, "invalid_client"),
        ({"scope": "live sandbox"}, 400, "invalid_scope"),
        ({"scope": "openid"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code"}, 400, None),
        ({"grant_type": "refresh_token"}, 400, None),
        ({"resource": "https://elsewhere.example"}, 400, "invalid_target"),
        ({"resource": "no address"}, 400, "invalid_target"),
    ],
)
def test_refusal_says_what_to_do(
    made: actions.NewClient, wrong: dict[str, str], status: int, error: str | None
) -> None:
    answer = ask(made, **wrong)
    assert answer.status_code == status, answer.content
    told = answer.json()
    assert told["error"] == (error or told["error"])
    assert " / " in told["error_description"]


def test_revoked_client_gets_no_token(world: World, made: actions.NewClient) -> None:
    actions.revoke_client(world.bob, OAuthClient.objects.get())
    assert ask(made).status_code == 401


def test_client_of_a_disabled_application_gets_no_token(made: actions.NewClient) -> None:
    Application.objects.update(disabled_at="2026-01-01T00:00:00Z")
    assert ask(made).json()["error"] == "invalid_client"


def test_third_client_is_refused(world: World, application: Application, made: actions.NewClient) -> None:
    actions.issue_client(world.bob, application)
    with pytest.raises(TooManyClients):
        actions.issue_client(world.bob, application)
    actions.revoke_client(world.bob, OAuthClient.objects.get(client_id=made.client_id))
    actions.issue_client(world.bob, application)


def test_client_needs_a_grant_and_an_own_programmer(world: World, application: Application) -> None:
    with pytest.raises(NotYourApplication):
        actions.issue_client(world.charlie, application)
    Grant.objects.all().delete()
    with pytest.raises(NoGrant):
        actions.issue_client(world.bob, application)


def test_client_that_asks_at_each_call_is_told_to_keep_its_token(made: actions.NewClient) -> None:
    for number in range(TOKENS_A_MINUTE):
        Token.objects.create(client_id=made.client_id, type="at", hash=str(number))
    answer = ask(made)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Keep a token" in answer.json()["error_description"]
    Token.objects.update(created_at=now() - timedelta(seconds=61))
    assert ask(made).status_code == 200


def test_secret_is_kept_nowhere(made: actions.NewClient) -> None:
    kept = json.dumps(list(Kept.objects.values()), default=str)
    assert made.client_id in kept
    assert made.secret not in kept


def test_metadata_names_the_token_address_and_the_keys(world: World) -> None:
    told = Client().get("/.well-known/oauth-authorization-server").json()
    assert told["token_endpoint"].endswith("/oauth/token")
    assert told["jwks_uri"].endswith("/.well-known/jwks.json")
    assert told["grant_types_supported"] == ["client_credentials"]
