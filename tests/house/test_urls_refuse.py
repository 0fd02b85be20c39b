"""Every address of the portal refuses Charlie: a visitor is sent to sign in, and a person without any role gets nothing.

A new address needs nothing here as long as it refuses. One that is meant for everyone stands in a list below, by its
name; one with a new parameter needs a value in `make_arguments` that is real and isn't Charlie's.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from portal_world import World, portal, portal_database, sign_in, world  # noqa: F401
from simpul.kernel import clock
from simpul.portal.cases.models import Attachment, Case
from simpul.portal.contracts.models import Contract, ContractVersion
from simpul.portal.credentials.models import OAuthClient
from simpul.portal.papers.models import Paper
from simpul.portal.people.actions import make_personal_token
from simpul.portal.plans.models import Plan
from simpul.portal.procedures.queries import get_current
from simpul.portal.services.models import ApiKey, Application, Dataset, Publication
from simpul.portal.sources.models import Source

PUBLIC = {
    "health",
    "health_live",
    "health_ready",
    "metrics",  # its own rule: site/test_portal_watching.py
    "set_language",
    "account_login",
    "account_inactive",
    "account_signup",
    "account_reset_password",
    "account_email",
    "mfa_authenticate",
    "catalogue",
    "manage_openapi",
    "oauth_token",  # asks for the secret of a client: credentials/test_portal_oauth.py
    "oauth_keys",  # public keys, as the word says
    "oauth_metadata",
}
"""Open without a sign-in."""

READ_BY_EVERYONE = {
    "account",
    "tokens",
    "procedure",
    "procedure_version",
    "procedure_paper",
    "procedure_file",
    "calendar",
    "inbox",  # the own tasks
    "cases",  # the cases of the own parties, here and below
    "register",
    "register_file",
    "services",  # the own ones and those of open data
    "applications",  # the own organization's
    "manage/v1/me",
    "manage/v1/inbox",
    "manage/v1/cases",
}
"""Read by everyone who is signed in, whatever the role: what is one's own, and what the whole house may know."""

DONE_BY_EVERYONE = {"tokens", "token_revoke"}
"""Done by everyone with what is one's own: test_nobody_revokes_the_token_of_another."""

MULTIPART = {"manage/v1/cases/<str:number>/attachments"}


def list_patterns(patterns: list[Any] | None = None, prefix: str = "") -> list[tuple[str, URLPattern]]:
    """Return every route with its pattern, included ones too."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += list_patterns(pattern.url_patterns, route)
        else:
            found.append((route, pattern))
    return found


def is_of_sign_in(route: str) -> bool:
    """Tell allauth's own addresses, which act on the own account alone."""
    return route.startswith("masuk/")


ROUTES = list_patterns()
OURS = [(route, pattern) for route, pattern in ROUTES if not is_of_sign_in(route)]


def make_arguments(world: World) -> dict[tuple[str, str], Any]:  # noqa: F811
    """Make a case of Bob's agency, and return a value for each parameter by name and converter."""
    case = Case.objects.create(
        number="SPLP-2026-9999",
        state=Case.State.RUNNING,
        procedure_version=get_current(),
        applicant=world.health,
        created_by=world.bob,
        opened_at=clock.now(),
    )
    attachment = Attachment.objects.create(
        case=case, step="a01", round=1, kind="lampiran", name="a.pdf", media_type="application/pdf", size_bytes=1,
        digest="0" * 64, content=b"x", organization=world.health, person=world.bob,
    )  # fmt: skip
    paper = Paper.objects.create(
        case=case, step="a01", step_no=1, round=1, kind="surat", title="Surat", name="a.pdf",
        media_type="application/pdf", size_bytes=1, digest="0" * 64, content=b"x",
    )  # fmt: skip
    application = Application.objects.create(organization=world.health, name="Aplikasi")
    key = ApiKey.objects.create(
        application=application, key_id="kuncicontoh", digest=b"0" * 32, stage="live", expires_at=clock.now()
    )
    client = OAuthClient.objects.create(
        application=application, client_id="klien_contoh", expires_at=clock.now() + timedelta(days=9)
    )
    return {
        ("person_id", "int"): world.bob.pk,
        ("code", "slug"): world.health.code,
        ("official_id", "int"): 1,
        ("token_id", "slug"): "abc",
        ("number", "int"): 1,
        ("year", "int"): 2026,
        ("number", "casenumber"): case.number,
        ("number", "str"): case.number,
        ("step", "slug"): "a01",
        ("round_no", "int"): 1,
        ("act", "slug"): "kirim",
        ("attachment_id", "int"): attachment.pk,
        ("paper_id", "int"): paper.pk,
        ("extension", "str"): "pdf",
        ("name", "slug"): "baca",
        ("sequence", "int"): 1,
        ("batch_id", "int"): 1,
        ("context", "slug"): make_service(world, case),
        ("stage", "slug"): "live",
        ("major", "int"): 1,
        ("dataset", "slug"): "desa",
        ("version_id", "int"): ContractVersion.objects.get().pk,
        ("application_id", "int"): application.pk,
        ("plan_id", "int"): Plan.objects.get(default_for="live").pk,
        ("client_id", "slug"): client.client_id,
        ("key_id", "str"): key.key_id,
        ("key_id", "slug"): key.key_id,
        ("source_id", "int"): make_source(world),
        ("allowance_id", "int"): 1,
        ("day", "day"): clock.local(clock.now()).date(),
    }


def make_service(world: World, case: Case) -> str:  # noqa: F811
    """Make a live service that Bob's agency provides, and return its context."""
    contract = Contract.objects.create(context="wilayah", title="Wilayah", provider=world.health)
    version = ContractVersion.objects.create(contract=contract, case=case, sequence=1, version="1.0.0")
    publication = Publication.objects.create(
        contract_version=version, context="wilayah", major=1, stage="live", state="aktif"
    )
    Dataset.objects.create(publication=publication, name="desa", schema_name="d_wilayah", table_name="desa")
    return contract.context


def make_source(world: World) -> int:  # noqa: F811
    """Make a source of Bob's dataset."""
    made = Source.objects.create(
        dataset=Dataset.objects.get(), name="Sumber", kind="mysql", created_by=world.bob, changed_by=world.bob
    )
    return made.pk


REFUSALS = (401, 403, 404, 405)


def make_clients(world: World) -> tuple[Client, Client]:  # noqa: F811
    """Return Charlie's browser, and a program with Charlie's token."""
    token = make_personal_token(world.charlie, "uji", 1)
    pages = sign_in(world.charlie, raise_request_exception=False)
    return pages, Client(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {token}")


def make_body(world: World) -> dict[str, Any]:  # noqa: F811
    """Return what makes each act's form whole, so that it is the person that is refused and not the form."""
    return {
        "title": "Uji", "applicant": world.health.code, "organization": world.health.code, "step": "a01", "round": 1,
        "act": "kirim", "reason": "Uji", "to": world.bob.nip, "text": "Uji", "kind": "baru", "name": "Uji",
        "stage": "live", "days": 1, "no": 1,
    }  # fmt: skip


def make_address(pattern: URLPattern, route: str, arguments: dict[tuple[str, str], Any]) -> str:
    """Return an address of a route, its parameters filled."""
    address = route
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        key = (name, kind)
        assert key in arguments, f"name a value for {key} of {route} in make_arguments"
        address = re.sub(rf"<(?:\w+:)?{name}>", str(arguments[key]), address)
    return "/" + address


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_sends_a_visitor_to_sign_in(world: World, method: str) -> None:  # noqa: F811
    arguments = make_arguments(world)
    open_ones = []
    for route, pattern in OURS:
        response = getattr(Client(raise_request_exception=False), method)(make_address(pattern, route, arguments))
        is_held = response.status_code in (401, 405) or response.get("Location", "").startswith("/masuk/login/")
        if pattern.name not in PUBLIC and not is_held:
            open_ones.append((route, response.status_code))
    assert open_ones == [], open_ones


def test_every_page_and_answer_is_refused_to_a_person_without_a_role(world: World) -> None:  # noqa: F811
    arguments, pages, programs = make_arguments(world), *make_clients(world)
    open_ones = []
    for route, pattern in OURS:
        client = programs if route.startswith("manage/") else pages
        response = client.get(make_address(pattern, route, arguments))
        if not {pattern.name, route} & (PUBLIC | READ_BY_EVERYONE) and response.status_code not in REFUSALS:
            open_ones.append((route, pattern.name, response.status_code))
    assert open_ones == [], open_ones


def test_every_act_is_refused_to_a_person_without_a_role(world: World) -> None:  # noqa: F811
    arguments, pages, programs = make_arguments(world), *make_clients(world)
    open_ones = []
    for route, pattern in OURS:
        address, body = make_address(pattern, route, arguments), make_body(world)
        is_json = route.startswith("manage/") and route not in MULTIPART
        client = programs if route.startswith("manage/") else pages
        file = SimpleUploadedFile("a.pdf", b"%PDF-1.4")
        response = (
            client.post(address, body, "application/json") if is_json else client.post(address, {**body, "file": file})
        )
        if not {pattern.name, route} & (PUBLIC | DONE_BY_EVERYONE) and response.status_code not in REFUSALS:
            open_ones.append((route, pattern.name, response.status_code))
    assert open_ones == [], open_ones


def test_what_everyone_may_open_shows_nothing_of_a_case_of_others(world: World) -> None:  # noqa: F811
    arguments, client = make_arguments(world), sign_in(world.charlie)
    for route, pattern in OURS:
        if pattern.name in READ_BY_EVERYONE and not route.startswith("manage/"):
            response = client.get(make_address(pattern, route, arguments))
            assert b"SPLP-2026-9999" not in response.content, route


def test_addresses_of_sign_in_open_nothing_to_a_visitor(world: World) -> None:  # noqa: F811
    for route, pattern in ROUTES:
        if not is_of_sign_in(route) or pattern.name in PUBLIC or "(?P" in route:
            continue
        response = Client().get("/" + route)
        assert response.status_code in (302, 404, 405), route


def test_lists_name_only_addresses_that_exist() -> None:
    names = {name for route, pattern in ROUTES for name in (route, pattern.name)}
    assert names >= PUBLIC | READ_BY_EVERYONE | DONE_BY_EVERYONE | MULTIPART


def test_every_address_has_a_name_of_its_own() -> None:
    addresses: dict[str, set[str]] = {}
    for route, pattern in OURS:
        addresses.setdefault(pattern.name or route, set()).add(str(pattern.callback))
    assert {name for name, views in addresses.items() if len(views) > 1} == set()
