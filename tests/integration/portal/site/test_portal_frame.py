"""The frame of every page: language, policy, sign-in, navigation, errors that are told."""

import re
from collections.abc import Iterator

import pytest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from portal_world import World, make_person, point_django, read_text, sign_in
from simpul.kernel.errors import Conflict, Finding, Invalid
from simpul.kernel.words import Words
from simpul.portal.people import actions
from simpul.portal.people.models import Role
from simpul.portal.site.access import public
from simpul.portal.site.context import ENTRIES
from simpul.portal.site.middleware import POLICY
from simpul.portal.urls import urlpatterns as real
from simpul.store.launcher import Database


@public
def fail_told(request: HttpRequest) -> HttpResponse:
    raise Invalid(findings=[Finding("baris 3", "type", Words("bukan angka", "not a number"))])


@public
def fail_unforeseen(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def fail_in_manage(request: HttpRequest) -> HttpResponse:
    raise Conflict


urlpatterns = [
    path("uji/ditolak", fail_told),
    path("uji/rusak", fail_unforeseen),
    path("manage/v1/uji", fail_in_manage),
    *real,
]
handler404 = "simpul.portal.site.views.show_not_found"
handler500 = "simpul.portal.site.views.show_failure"


@pytest.fixture
def failing() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_indonesian_comes_first_whatever_the_browser_asks(world: World) -> None:
    response = Client(HTTP_ACCEPT_LANGUAGE="en-US").get("/masuk/login/")
    assert '<html lang="id">' in read_text(response)
    assert response["Content-Language"] == "id"


def test_language_switch_holds_and_comes_back_with_the_person(world: World) -> None:
    client = sign_in(world.bob)
    assert client.post("/bahasa/", {"language": "en", "next": "/akun/"})["Location"] == "/akun/"
    assert '<html lang="en">' in read_text(client.get("/akun/"))
    assert '<html lang="en">' in read_text(sign_in(world.bob).get("/akun/"))


@pytest.mark.parametrize("target", ["https://jahat.example/", "//jahat.example", "javascript:alert(1)"])
def test_language_switch_leads_to_no_other_site(world: World, target: str) -> None:
    assert Client().post("/bahasa/", {"language": "en", "next": target})["Location"] == "/"


def test_unknown_language_changes_nothing(world: World) -> None:
    assert "django_language" not in Client().post("/bahasa/", {"language": "xx"}).cookies


@pytest.mark.parametrize("where", ["/masuk/login/", "/akun/", "/tidak-ada", "/static/site/site.css"])
def test_every_answer_carries_the_strict_policy(world: World, where: str) -> None:
    assert sign_in(world.bob).get(where)["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY


def test_navigation_shows_what_the_roles_open(world: World) -> None:
    known = {one.address for one in ENTRIES}
    links = {
        name: re.findall(r'<li><a href="([^"]+)"', read_text(sign_in(getattr(world, name)).get("/akun/")))
        for name in ("alice", "bob", "auditor")
    }
    places = {name: [address for address in found if address in known] for name, found in links.items()}
    assert "/orang/" in places["alice"]
    assert "/audit/" in places["auditor"]
    assert "/orang/" not in places["auditor"]
    assert set(places["bob"]) >= {"/", "/permohonan/", "/layanan/", "/sop/"}
    assert not set(places["bob"]) & {"/orang/", "/audit/", "/paket/"}


@pytest.mark.parametrize("role", Role)
def test_navigation_leads_to_every_page_of_a_role_and_to_no_closed_one(world: World, role: Role) -> None:
    client = sign_in(make_person("Fajar Contoh", world.health, role))
    told = set(re.findall(r'<li><a href="(/[^"]*)"', read_text(client.get("/akun/"))))
    opened = {one.address for one in ENTRIES if client.get(one.address).status_code == 200}
    assert told & {one.address for one in ENTRIES} == opened


def test_sign_in_page_leads_to_the_open_catalogue(world: World) -> None:
    assert 'href="/katalog/"' in read_text(Client().get("/masuk/login/"))
    assert Client().get("/katalog/").status_code == 200


def test_program_without_session_gets_401_and_htmx_a_redirect(world: World) -> None:
    assert Client().get("/akun/", HTTP_ACCEPT="application/json").status_code == 401
    response = Client().get("/akun/", HTTP_HX_REQUEST="true")
    assert (response.status_code, response["HX-Redirect"]) == (401, "/masuk/login/?next=%2Fakun%2F")


def test_management_api_takes_tokens_and_no_session(world: World, failing: None) -> None:
    assert sign_in(world.bob).get("/manage/v1/uji").status_code == 401
    text = actions.make_personal_token(world.bob, "program", 30)
    response = Client().get("/manage/v1/uji", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert response.status_code == 409
    assert response.json() == {
        "code": "SPL409", "message": "Sudah dikerjakan pihak lain.", "message_en": "Somebody else was first.",
        "hint": "", "hint_en": "", "findings": [],
    }  # fmt: skip


def test_management_api_waits_for_a_new_password_too(world: World, failing: None) -> None:
    text = actions.make_personal_token(world.bob, "program", 30)
    actions.reset_password(world.alice, world.bob)
    response = Client().get("/manage/v1/uji", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert (response.status_code, response.json()["code"]) == (403, "SPL531")


def test_told_error_says_what_where_and_the_code_in_the_askers_language(world: World, failing: None) -> None:
    page = read_text(Client().get("/uji/ditolak"))
    assert all(text in page for text in ("Isian belum benar.", "baris 3", "bukan angka", "SPL422"))
    english = Client()
    english.cookies["django_language"] = "en"
    response = english.get("/uji/ditolak")
    assert response.status_code == 422
    assert "not a number" in read_text(response)


def test_unforeseen_error_shows_a_page_without_its_insides(world: World, failing: None) -> None:
    client = Client(raise_request_exception=False)
    response = client.get("/uji/rusak")
    assert response.status_code == 500
    assert "ZeroDivision" not in read_text(response)
    assert "Terjadi kesalahan." in read_text(response)


def test_form_without_its_protection_is_told(world: World) -> None:
    response = Client(enforce_csrf_checks=True).post("/masuk/login/", {"login": "x", "password": "y"})
    assert response.status_code == 403
    assert "Formulir ini sudah kedaluwarsa." in read_text(response)


def test_health_answers_without_sign_in(world: World) -> None:
    assert Client().get("/sehat").json() == {"status": "ok", "worker_silent_seconds": None}


@pytest.mark.parametrize("where", ["/sehat", "/masuk/login/", "/akun/"])
def test_database_away_is_503_with_retry_after_and_heals_itself(portal_database: Database, where: str) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["simpul"] = "x" * 32
    point_django("postgresql://nobody@127.0.0.1:1/none")
    try:
        response = client.get(where)
    finally:
        point_django(portal_database.dsn("portal"))
    if where == "/masuk/login/":
        assert response.status_code in (200, 503)
    else:
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert "Basis data sedang tidak dapat dihubungi." in read_text(response)
    assert client.get("/sehat").status_code == 200
    connections["default"].close()
