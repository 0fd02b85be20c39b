"""Personal tokens: shown once, kept as a digest, and refused when they should be."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from portal_world import World, read_text, sign_in
from simpul.kernel import clock
from simpul.portal.people import actions
from simpul.portal.people.models import PersonalToken
from simpul.portal.people.tokens import TokenMissing, TokenRefused, authenticate_token


def ask(text: str) -> object:
    headers = {"HTTP_AUTHORIZATION": text} if text else {}
    return authenticate_token(RequestFactory().get("/manage/v1/cases", **headers))


def test_token_admits_its_person_and_notes_its_use(world: World) -> None:
    text = actions.make_personal_token(world.bob, "program", 30)
    assert ask(f"Bearer {text}") == world.bob
    assert PersonalToken.objects.get().last_used_at is not None


def test_only_the_digest_of_a_token_is_kept(world: World) -> None:
    text = actions.make_personal_token(world.bob, "program", 30)
    secret = text.rpartition("_")[2]
    kept = PersonalToken.objects.get()
    assert len(bytes.fromhex(secret)) == len(bytes(kept.digest)) == 32
    assert bytes.fromhex(secret) != bytes(kept.digest)


@pytest.mark.parametrize("text", ["", "Basic abc", "Bearer "])
def test_request_without_token_is_told_how_to_send_one(world: World, text: str) -> None:
    with pytest.raises(TokenMissing) as refusal:
        ask(text)
    assert refusal.value.status == 401


def test_wrong_changed_revoked_and_expired_tokens_are_refused(world: World) -> None:
    text = actions.make_personal_token(world.bob, "program", 30)
    for wrong in (
        "spl_pat_x_y",
        text[:-1] + ("0" if text[-1] != "0" else "1"),
        text.removeprefix("spl_pat_"),
        text + "\0",
    ):
        with pytest.raises(TokenRefused):
            ask(f"Bearer {wrong}")
    PersonalToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        ask(f"Bearer {text}")
    PersonalToken.objects.update(expires_at=clock.now() + timedelta(days=1))
    assert ask(f"Bearer {text}") == world.bob
    actions.revoke_personal_token(world.bob, PersonalToken.objects.get().token_id)
    with pytest.raises(TokenRefused):
        ask(f"Bearer {text}")


def test_token_of_a_deactivated_person_is_refused(world: World) -> None:
    text = actions.make_personal_token(world.bob, "program", 30)
    actions.deactivate_person(world.alice, world.bob)
    actions.reactivate_person(world.alice, world.bob)
    with pytest.raises(TokenRefused):
        ask(f"Bearer {text}")


def test_page_shows_a_token_once(world: World) -> None:
    client = sign_in(world.bob)
    page = read_text(client.post("/akun/token/", {"name": "program", "days": 30}))
    text = page.partition('id="token-baru">')[2].partition("<")[0]
    assert ask(f"Bearer {text}") == world.bob
    assert text not in read_text(client.get("/akun/token/"))


def test_nobody_revokes_the_token_of_another(world: World) -> None:
    actions.make_personal_token(world.bob, "program", 30)
    sign_in(world.charlie).post(f"/akun/token/{PersonalToken.objects.get().token_id}/cabut")
    assert PersonalToken.objects.get().revoked_at is None
