"""The page of OAuth clients: a secret is shown once, and only one's own programmers make and revoke."""

import re

import pytest

from portal_world import World, read_text, sign_in
from simpul.portal.credentials.actions import NewClient
from simpul.portal.credentials.models import OAuthClient
from simpul.portal.people.models import RoleAssignment
from simpul.portal.services.models import Application

PAGE = "/aplikasi/oauth/"


def make(world: World, application: Application, once: str = "a") -> str:
    """Press the button; return the page."""
    return read_text(sign_in(world.bob).post(PAGE, {"application": application.pk, "once": once}, follow=True))


def test_secret_is_shown_once(world: World, application: Application) -> None:
    page = make(world, application)
    [secret] = re.findall(r'id="rahasia-baru">([\w-]{43})<', page)
    client = OAuthClient.objects.get()
    assert client.client_id in page
    again = read_text(sign_in(world.bob).get(PAGE))
    assert client.client_id in again
    assert secret not in again


def test_form_sent_twice_makes_one_client(world: World, application: Application) -> None:
    make(world, application)
    assert "sudah ditampilkan" in make(world, application)
    assert OAuthClient.objects.count() == 1


def test_third_client_is_refused_with_the_next_step(world: World, application: Application) -> None:
    make(world, application, "a")
    make(world, application, "b")
    page = make(world, application, "c")
    assert "Cabut salah satunya dahulu" in page
    assert OAuthClient.objects.count() == 2


def test_client_is_revoked_by_a_button(world: World, made: NewClient) -> None:
    page = read_text(sign_in(world.bob).post(f"{PAGE}{made.client_id}/cabut", follow=True))
    assert "tokennya tidak berlaku lagi" in page
    assert OAuthClient.objects.get().revoked_at is not None


def test_programmer_of_another_agency_revokes_nothing(world: World, made: NewClient) -> None:
    RoleAssignment.objects.create(person=world.charlie, role="pemrogram_opd", valid_from="2020-01-01")
    assert sign_in(world.charlie).post(f"{PAGE}{made.client_id}/cabut").status_code == 403
    assert made.client_id not in read_text(sign_in(world.charlie).get(PAGE))
    assert OAuthClient.objects.get().revoked_at is None


def test_keeper_of_the_hub_sees_and_revokes_all(world: World, made: NewClient) -> None:
    assert made.client_id in read_text(sign_in(world.alice).get(PAGE))
    sign_in(world.alice).post(f"{PAGE}{made.client_id}/cabut")
    assert OAuthClient.objects.get().revoked_at is not None


@pytest.mark.parametrize("client_id", ["spl_app_0", "x"])
def test_unknown_client_is_not_found(world: World, client_id: str) -> None:
    assert sign_in(world.alice).post(f"{PAGE}{client_id}/cabut").status_code == 404
