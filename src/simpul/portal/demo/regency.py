"""Makes the invented organizations, those who sign for them, and a person for each role."""

import json
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from simpul.kernel import clock
from simpul.portal.audit import actions as audit
from simpul.portal.demo.calls import OWN_APPLICATION
from simpul.portal.demo.content import read_regency
from simpul.portal.organizations import actions as organizations
from simpul.portal.organizations.models import Official, Organization
from simpul.portal.people import actions as people
from simpul.portal.people.demo import FILE
from simpul.portal.people.models import Person, Role
from simpul.portal.services.models import TESTING_APPLICATION, Application


@transaction.atomic
def make_regency() -> None:
    """Make organizations and people as of the day that `regency.toml` names, with new passwords for the sign-in page."""
    regency = read_regency()
    with clock.at(datetime.combine(regency["since"], time(8), clock.ZONE)):
        for facts in regency["organization"]:
            _make_organization(facts, regency)
        for facts in regency["person"]:
            _make_person(facts)
    give_passwords()


def _make_organization(facts: dict[str, Any], regency: dict[str, Any]) -> None:
    made = organizations.add_organization(
        None,
        facts["code"],
        organizations.OrganizationFacts(
            name=facts["name"], kind=facts["kind"], valid_from=regency["since"], address=facts["address"]
        ),
    )
    head = {**regency["letterhead"], "agency": facts["name"], "address": facts["address"]}
    organizations.keep_letterhead(None, made, head)
    Official.objects.create(organization=made, valid_from=regency["since"], **facts["signer"])
    audit.record(None, "official.kept", "organization", made.code)
    # The worker plays the samples on, and may add no program: the one for tests and the own one are there beforehand.
    Application.objects.bulk_create(
        Application(organization=made, name=name) for name in (TESTING_APPLICATION, OWN_APPLICATION)
    )


def _make_person(facts: dict[str, Any]) -> None:
    home = Organization.objects.get(code=facts["organization"])
    known = people.PersonFacts(
        name=facts["name"], organization=home, nip=facts["nip"], position=facts["position"], rank=facts["rank"]
    )
    # The password is a placeholder that nobody learns: `give_passwords` sets the one that is shown.
    people.add_person(None, known, facts["roles"], must_change=False)


@transaction.atomic
def give_passwords() -> None:
    """Give each sample person a new random password and write all of them to the file that the sign-in page shows.

    The database keeps them as it keeps everybody's, so that nothing but this file tells them.
    """
    accounts = []
    for facts in read_regency()["person"]:
        person = Person.objects.select_related("organization").get(nip=facts["nip"])
        password = people.make_temporary_password()
        person.set_password(password)
        person.save(update_fields=["password"])
        accounts.append(_describe_account(person, facts["roles"], password))
    find_file().write_text(json.dumps(accounts, ensure_ascii=False, indent=1), "utf-8")


def _describe_account(person: Person, roles: list[str], password: str) -> dict[str, Any]:
    return {
        "role": ", ".join(str(Role(role).label) for role in roles),
        "name": f"{person.name} · {person.organization.name}",
        "nip": person.nip,
        "password": password,
    }


def find_file() -> Path:
    """Return where the sign-in page's accounts are kept."""
    return Path(settings.HUB.SIMPUL_HOME) / FILE
