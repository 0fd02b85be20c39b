"""Warnings before a key ends, last uses, and the signing keys' renewal."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from portal_world import World
from simpul.kernel.clock import now
from simpul.portal.credentials.actions import NewClient
from simpul.portal.credentials.models import OAuthClient, TokenKey
from simpul.portal.credentials.queries import list_last_uses
from simpul.portal.credentials.signing import _folder, list_private_keys, rotate_keys
from simpul.portal.credentials.upkeep import keep_tokens, refresh_uses
from simpul.portal.credentials.warning import warn_of_expiry
from simpul.portal.proofs.models import Evidence
from simpul.portal.services.actions import issue_key, revoke_key
from simpul.portal.services.models import ApiKey, Application
from simpul.portal.services.notices import list_notices


@pytest.fixture
def key(world: World, application: Application) -> ApiKey:
    """A live key of the application."""
    made = issue_key(world.bob, application, "live")
    return ApiKey.objects.get(key_id=made.key_id)


def end_in(row: ApiKey | OAuthClient, **left: float) -> None:
    """Let a credential end so soon."""
    row.expires_at = now() + timedelta(**left)
    row.save()


def list_told(world: World) -> list[str]:
    """The steps that Bob's agency was told, in their order."""
    return [one.key.rpartition(":")[2] for one in list_notices(world.health).order_by("id")]


def test_warning_comes_30_7_and_1_days_before_and_each_once(world: World, key: ApiKey) -> None:
    told = []
    for days in (31.0, 29.9, 20.0, 6.9, 3.0, 0.9, 0.2):
        end_in(key, days=days)
        warn_of_expiry()
        warn_of_expiry()
        told.append(list_told(world))
    assert told == [[], ["30"], ["30"], ["30", "7"], ["30", "7"], ["30", "7", "1"], ["30", "7", "1"]]


def test_warning_names_key_application_and_day(world: World, key: ApiKey) -> None:
    end_in(key, days=5)
    warn_of_expiry()
    [notice] = list_notices(world.health)
    assert f"spl_live_{key.key_id}_…" in notice.text_id
    assert "aplikasi SIMPEG berakhir pada 20" in notice.text_id
    assert "The key spl_live_" in notice.text_en
    assert notice.link == "/aplikasi/"


def test_client_is_warned_of_too(world: World, made: NewClient) -> None:
    end_in(OAuthClient.objects.get(), days=5)
    assert warn_of_expiry() == 1
    assert made.client_id in list_notices(world.health).get().text_id


def test_nobody_is_warned_of_what_ended_or_was_revoked(world: World, key: ApiKey) -> None:
    end_in(key, days=-1)
    assert warn_of_expiry() == 0
    end_in(key, days=5)
    revoke_key(world.bob, key)
    assert warn_of_expiry() == 0


def add_evidence(key_id: str, at: datetime) -> None:
    """One call with a key."""
    record = json.dumps({"key_id": key_id})
    Evidence.objects.create(uid=uuid4(), at=at, status=200, record=record, digest=b"0" * 32)


def test_last_use_is_read_from_the_evidence(world: World, key: ApiKey) -> None:
    first, second = now() - timedelta(hours=2), now() - timedelta(hours=1)
    add_evidence(key.key_id, first)
    add_evidence("", now())
    refresh_uses()
    assert list_last_uses([key.key_id, "never"]) == {key.key_id: first}
    add_evidence(key.key_id, second)
    refresh_uses()
    refresh_uses()
    assert list_last_uses([key.key_id]) == {key.key_id: second}


def ask(made: NewClient) -> str:
    """A token."""
    form = {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": made.secret}
    return str(Client().post("/oauth/token", form).json()["access_token"])


def age_keys(days: int) -> None:
    """Make the signing keys older."""
    for key in list_private_keys():
        assert key.not_before is not None
        then = key.not_before - timedelta(days=days)
        (_folder() / f"token_{int(key.not_before.timestamp()):012d}.pem").rename(
            _folder() / f"token_{int(then.timestamp()):012d}.pem"
        )
    for row in TokenKey.objects.all():
        row.signs_from -= timedelta(days=days)
        row.save()


def _list_files() -> list[Path]:
    return sorted(_folder().glob("token_*.pem"))


@pytest.fixture
def no_keys() -> None:
    """Begin without signing keys: the folder is the test process's, the rows are each test's."""
    list_private_keys()
    for path in _list_files():
        path.unlink()


def test_new_key_is_announced_before_it_signs_and_the_old_one_kept(no_keys: None, made: NewClient) -> None:
    before = ask(made)
    rotate_keys()
    assert TokenKey.objects.count() == 1
    age_keys(91)
    rotate_keys()
    rotate_keys()
    assert TokenKey.objects.count() == 2
    assert jwt.get_unverified_header(ask(made))["kid"] == jwt.get_unverified_header(before)["kid"]
    assert len(Client().get("/.well-known/jwks.json").json()["keys"]) == 2


def test_old_key_is_forgotten_when_its_tokens_have_ended(no_keys: None, made: NewClient) -> None:
    before = jwt.get_unverified_header(ask(made))["kid"]
    age_keys(91)
    rotate_keys()
    age_keys(2)
    TokenKey.objects.filter(key_id=before).update(verifies_until=now() - timedelta(seconds=1))
    rotate_keys()
    assert len(_list_files()) == 1
    assert not TokenKey.objects.filter(key_id=before).exists()
    assert jwt.get_unverified_header(ask(made))["kid"] != before


def test_digests_of_ended_tokens_are_removed(no_keys: None, made: NewClient) -> None:
    ask(made)
    ask(made)
    Token.objects.filter(pk=Token.objects.first().pk).update(expires_at=now() - timedelta(seconds=1))
    keep_tokens()
    assert Token.objects.count() == 1
