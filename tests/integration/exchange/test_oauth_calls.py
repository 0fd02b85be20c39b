"""OAuth tokens at the exchange: taken by the public keys that the portal published as rows, gone within two seconds."""

import time
from datetime import timedelta
from functools import cache

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from exchange_world import Server, World, list_records, wait_until
from jwt.algorithms import RSAAlgorithm

from simpul.kernel.clock import now
from simpul.store.sql import Jsonb

CLIENT = "spl_app_0123456789abcdef"
LIVE = "/api/wilayah/v1/desa"


@cache
def make_private(name: str) -> rsa.RSAPrivateKey:
    """An RSA key of the test run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sign(scope: str = "live", key: str = "first", client: str = CLIENT) -> str:
    """A token as the portal signs it."""
    seconds = int(now().timestamp())
    claims = {
        "iss": "http://portal.test",
        "aud": "http://exchange.test",
        "sub": client,
        "client_id": client,
        "scope": scope,
        "jti": "1",
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + 600,
    }
    return jwt.encode(claims, make_private(key), "RS256", {"kid": key})


def publish_key(world: World, name: str) -> None:
    """Publish a public key as the portal does."""
    jwk = RSAAlgorithm.to_jwk(make_private(name).public_key(), as_dict=True) | {"kid": name}
    world.execute("INSERT INTO token_key (key_id, jwk, signs_from) VALUES (%s, %s, now())", [name, Jsonb(jwk)])


def add_client(world: World, client_id: str) -> None:
    """Give Bob's application a client."""
    world.execute(
        "INSERT INTO oauth_client (application_id, client_id, created_at, expires_at) VALUES (20, %s, now(), %s)",
        [client_id, now() + timedelta(days=9)],
    )


@pytest.fixture(scope="module")
def bob(world: World, server: Server) -> World:
    """The world in which Bob's application has a client and the portal a key."""
    publish_key(world, "first")
    add_client(world, CLIENT)
    server.reload()
    return world


def get(server: Server, token: str, path: str = LIVE) -> httpx.Response:
    """GET with a token."""
    return server.get(path, headers={"Authorization": f"Bearer {token}"})


def test_token_reads_what_its_organization_was_granted(bob: World, server: Server) -> None:
    answer = get(server, sign())
    assert answer.status_code == 200
    assert [row["kode"] for row in answer.json()] == ["63.05.01", "63.05.02", "63.05.03"]


def test_evidence_names_the_client(bob: World, server: Server) -> None:
    uid = get(server, sign()).headers["evidence-id"]
    server.flush()
    record = next(record for record in list_records(bob) if record["uid"] == uid)
    assert (record["key_id"], record["application_id"]) == (CLIENT, 20)


def test_token_of_the_sandbox_opens_no_live_data(bob: World, server: Server) -> None:
    assert get(server, sign("sandbox")).json()["code"] == "SPLA11"
    assert get(server, sign("sandbox"), "/sandbox/wilayah/v1/desa").status_code == 200


def test_refused_token_is_told_by_postgrests_codes(bob: World, server: Server) -> None:
    answer = get(server, sign("live sandbox"))
    assert (answer.status_code, answer.json()["code"]) == (401, "PGRST303")
    assert answer.headers["www-authenticate"] == 'Bearer realm="Simpul", error="invalid_token"'
    assert get(server, sign()[:-9] + "AAAAAAAAA").json()["code"] == "PGRST301"


def test_key_of_a_moment_ago_is_looked_for_once(bob: World, server: Server) -> None:
    bob.execute("ALTER TABLE token_key DISABLE TRIGGER tell_exchange")
    publish_key(bob, "second")
    bob.execute("ALTER TABLE token_key ENABLE TRIGGER tell_exchange")
    assert get(server, sign(key="second")).status_code == 200
    began = time.monotonic()
    assert get(server, sign(key="never")).json()["code"] == "PGRST301"
    assert time.monotonic() - began < 1


def test_revoked_client_is_refused_within_two_seconds(bob: World, server: Server) -> None:
    other = "spl_app_00000000000000ff"
    add_client(bob, other)
    token = sign(client=other)
    wait_until(lambda: get(server, token).status_code == 200, 2)
    bob.execute("UPDATE oauth_client SET revoked_at = now() WHERE client_id = %s", [other])
    wait_until(lambda: get(server, token).status_code == 401, 2)
    assert get(server, token).json()["code"] == "PGRST303"


def test_disabled_application_is_refused_within_two_seconds(bob: World, server: Server) -> None:
    token = sign()
    bob.execute("UPDATE application SET disabled_at = now() WHERE id = 20")
    wait_until(lambda: get(server, token).status_code == 401, 2)
    assert get(server, token).json()["code"] == "SPLA05"
    bob.execute("UPDATE application SET disabled_at = NULL WHERE id = 20")
    wait_until(lambda: get(server, token).status_code == 200, 2)
