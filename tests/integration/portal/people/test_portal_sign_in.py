"""Signing in, and what a person may open before and after."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from portal_world import PASSWORD, World, make_person, read_text, sign_in
from simpul.kernel import clock
from simpul.portal.audit.models import AuditEntry
from simpul.portal.people import actions
from simpul.portal.people.models import Person

SIGN_IN = "/masuk/login/"


def list_kinds(person: Person) -> list[str]:
    return list(AuditEntry.objects.filter(person=person).values_list("kind", flat=True))


def test_person_signs_in_with_a_spaced_nip(world: World) -> None:
    nip = world.bob.nip or ""
    response = Client().post(SIGN_IN, {"login": f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert list_kinds(world.bob) == ["sign_in.done"]


def test_person_signs_in_with_email_in_any_case(world: World) -> None:
    response = Client().post(SIGN_IN, {"login": (world.bob.email or "").upper(), "password": PASSWORD})
    assert response.status_code == 302


def test_wrong_password_is_told_in_indonesian_and_logged_without_what_was_typed(world: World) -> None:
    response = Client().post(SIGN_IN, {"login": world.bob.nip, "password": "bukan-sandinya"}, REMOTE_ADDR="10.1.2.3")
    assert 'class="error-summary"' in read_text(response)
    entry = AuditEntry.objects.get(kind="sign_in.failed")
    assert (entry.person, entry.refused, entry.address, entry.detail) == (world.bob, True, "10.1.2.3", {})


def test_right_password_is_held_back_after_five_wrong_ones(world: World) -> None:
    for _ in range(5):
        Client().post(SIGN_IN, {"login": world.bob.nip, "password": "salah"})
    response = Client().post(SIGN_IN, {"login": world.bob.nip, "password": PASSWORD})
    assert response.status_code == 200
    assert "sign_in.done" not in list_kinds(world.bob)
    cache.clear()


def test_deactivated_person_cannot_sign_in(world: World) -> None:
    actions.deactivate_person(world.alice, world.bob)
    response = Client().post(SIGN_IN, {"login": world.bob.nip, "password": PASSWORD}, follow=True)
    assert response.resolver_match.url_name == "account_inactive"
    assert Client().get("/akun/").status_code == 302


def test_open_session_of_a_deactivated_person_ends(world: World) -> None:
    client = sign_in(world.bob)
    assert client.get("/akun/").status_code == 200
    actions.deactivate_person(world.alice, world.bob)
    assert client.get("/akun/").status_code == 302


def test_temporary_password_must_be_changed_before_anything_else(world: World) -> None:
    temporary = actions.reset_password(world.alice, world.bob)
    client = Client()
    client.post(SIGN_IN, {"login": world.bob.nip, "password": temporary})
    response = client.get("/akun/")
    assert response["Location"] == "/masuk/password/change/"
    new = "kuda-laut-biru-77"
    client.post(response["Location"], {"oldpassword": temporary, "password1": new, "password2": new})
    assert client.get("/akun/").status_code == 200
    world.bob.refresh_from_db()
    assert world.bob.check_password(new)


def test_password_is_kept_as_argon2(world: World) -> None:
    assert world.bob.password.startswith("argon2$argon2id$")


def test_common_or_short_password_is_refused(world: World) -> None:
    client = sign_in(world.bob)
    for new in ("pendek", "password123"):
        response = client.post("/masuk/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
        assert "field-wrong" in read_text(response)


def test_authenticator_is_asked_for_once_active(world: World) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(world.bob, secret)
    client = Client()
    response = client.post(SIGN_IN, {"login": world.bob.nip, "password": PASSWORD})
    assert response["Location"].startswith("/masuk/2fa/authenticate/")
    assert client.get("/akun/").status_code == 302
    code = format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30))
    assert client.post("/masuk/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert client.get("/akun/").status_code == 200


def test_recovery_code_opens_once_in_place_of_the_authenticator(world: World) -> None:
    TOTP.activate(world.bob, "JBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(world.bob).get_unused_codes()[0]
    for expected in ("/", None):
        client = Client()
        client.post(SIGN_IN, {"login": world.bob.nip, "password": PASSWORD})
        response = client.post("/masuk/2fa/authenticate/", {"code": code})
        assert response.get("Location") == expected


def test_keeper_resets_the_authenticator_of_a_lost_phone(world: World) -> None:
    TOTP.activate(world.bob, "JBSWY3DPEHPK3PXP")
    sign_in(world.alice).post(f"/orang/{world.bob.pk}/autentikator")
    assert not Authenticator.objects.filter(user=world.bob).exists()
    assert Client().post(SIGN_IN, {"login": world.bob.nip, "password": PASSWORD})["Location"] == "/"


def test_secret_of_the_authenticator_is_not_kept_in_the_clear(world: World) -> None:
    TOTP.activate(world.bob, "JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in str(Authenticator.objects.get(user=world.bob).data)


@pytest.mark.parametrize("path", ["/masuk/signup/", "/masuk/password/reset/", "/masuk/email/"])
def test_ways_in_by_mail_are_closed(world: World, path: str) -> None:
    assert "Hubungi Pengelola Sistem" in read_text(Client().get(path))
    assert Client().post(path, {"email": "x@contoh.go.id"}).status_code == 405


def test_sign_out_is_logged(world: World) -> None:
    client = sign_in(world.bob)
    client.post("/masuk/logout/")
    assert "sign_out.done" in list_kinds(world.bob)
    assert client.get("/akun/").status_code == 302


def test_sign_in_does_not_lead_to_another_site(world: World) -> None:
    form = {"login": world.bob.nip, "password": PASSWORD, "next": "https://jahat.example/"}
    assert Client().post(SIGN_IN, form)["Location"] == "/"


def test_new_person_is_made_with_roles_by_the_keeper(world: World) -> None:
    form = {"name": "Fitri Contoh", "nip": "19900101 201501 2 001", "organization": world.health.pk, "roles": ["opd"]}
    response = sign_in(world.alice).post("/orang/tambah", form)
    person = Person.objects.get(nip="199001012015012001")
    assert person.must_change_password
    assert [assignment.role for assignment in person.assignments.all()] == ["opd"]
    assert response["Cache-Control"] == "no-store"


def test_person_without_role_is_not_shown_the_keepers_places(world: World) -> None:
    page = read_text(sign_in(make_person("Gita Contoh", world.civil)).get("/akun/"))
    assert "/orang/" not in page
