"""Django for the tests, set up once a process, and an invented regency of three organizations and their people.

Import this before anything of the portal that has models. `portal` points Django to the module's own database, as
the portal's own role, so that the rights of that role are tested with the pages; each test's changes are undone.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import django
import pytest
from django.db import connections, transaction
from django.test import Client
from django.test.utils import setup_test_environment

from simpul.store.launcher import Database

PASSWORD = "contoh-sandi-panjang-1"


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name)
        else:
            os.environ[name] = value


# Django reads its settings once; no connection is opened before `portal` names the database.
with _environment(
    SIMPUL_HOME=tempfile.mkdtemp(prefix="simpul-portal-", dir=os.environ.get("SIMPUL_TEST_HOME")),
    DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
    SIMPUL_DSN="",
    DJANGO_SETTINGS_MODULE="simpul.portal.settings",
):
    django.setup()

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.core.cache import cache  # noqa: E402

from simpul.portal.organizations.models import Organization  # noqa: E402
from simpul.portal.people.models import Person, Role, RoleAssignment  # noqa: E402
from simpul.portal.settings import _read_database  # noqa: E402

setup_test_environment()
# Argon2 itself stays; only its cost goes down, since a test signs in dozens of times.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def point_django(dsn: str) -> None:
    """Let this process's Django use a database from now on."""
    connection = connections["default"]
    connection.close()
    connection.settings_dict.update(_read_database(dsn))
    connection.settings_dict["CONN_HEALTH_CHECKS"] = False


@pytest.fixture(scope="module")
def portal_database(database: Database) -> Iterator[Database]:
    """Give the module's database, with Django pointed to it as the portal's role."""
    point_django(database.dsn("portal"))
    yield database
    connections["default"].close()


@pytest.fixture
def portal(portal_database: Database) -> Iterator[Database]:
    """Give the same, and undo what the test changes."""
    cache.clear()
    with transaction.atomic():
        yield portal_database
        transaction.set_rollback(True)


class World:
    """Kominfo and two agencies; Alice keeps the hub, Bob is of the first agency, Charlie of none that matters."""

    def __init__(self) -> None:
        self.kominfo = make_organization("kominfo", "Dinas Contoh Kominfo", Organization.Kind.KOMINFO)
        self.health = make_organization("dinas-contoh-satu", "Dinas Contoh Satu")
        self.civil = make_organization("dinas-contoh-dua", "Dinas Contoh Dua")
        self.alice = make_person("Alice Contoh", self.kominfo, Role.PENGELOLA_SISTEM)
        self.bob = make_person("Bob Contoh", self.health, Role.OPD)
        self.charlie = make_person("Charlie Contoh", self.civil)
        self.auditor = make_person("Dewi Contoh", self.kominfo, Role.AUDITOR)
        self.bidang = make_person("Eka Contoh", self.kominfo, Role.BIDANG)


@pytest.fixture
def world(portal: Database) -> World:
    """Give the invented regency."""
    return World()


def make_organization(code: str, name: str, kind: str = Organization.Kind.OPD) -> Organization:
    """Make an organization that holds since 2020."""
    return Organization.objects.create(code=code, name=name, kind=kind, valid_from=date(2020, 1, 1))


_serial = iter(range(1, 1000))


def make_person(name: str, organization: Organization, *roles: str) -> Person:
    """Make a person with PASSWORD, a NIP of its own, and roles since 2020."""
    number = next(_serial)
    nip = f"198001012005011{number:03d}"
    person = Person.objects.create_user(
        nip, PASSWORD, name=name, organization=organization, email=f"p{number}@contoh.go.id"
    )
    for role in roles:
        RoleAssignment.objects.create(person=person, role=role, valid_from=date(2020, 1, 1))
    return person


def sign_in(person: Person, **options: Any) -> Client:
    """Return a client signed in as a person, without the sign-in page."""
    client = Client(**options)
    client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def read_text(response: Any) -> str:
    """Return a page's HTML."""
    return str(response.content.decode())


ROOT = Path(__file__).resolve().parents[1]
