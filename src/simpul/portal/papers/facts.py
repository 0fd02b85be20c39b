"""What every paper says of a case: letterhead, registration, parties, signers. JSON values, as `simpul.papers` reads."""

import base64
from datetime import datetime
from typing import Any

from django.conf import settings

from simpul.kernel.clock import local
from simpul.portal.cases import queries as cases
from simpul.portal.cases.models import Attachment, Case, Party
from simpul.portal.organizations.models import Letterhead, Official, Organization
from simpul.portal.organizations.queries import list_officials, list_organizations
from simpul.portal.people.models import Person

Facts = dict[str, Any]


def describe_office(organization: Organization) -> Facts:
    """Return the letterhead of an organization; without one, its name and address."""
    head = Letterhead.objects.filter(organization=organization).first()
    if head is None:
        return {
            "government": "Pemerintah Kabupaten Tapin",
            "agency": organization.name,
            "address": organization.address,
            "city": "Rantau",
        }
    facts = {
        "government": head.government,
        "agency": head.agency,
        "address": head.address,
        "contact": head.contact,
        "city": head.city,
        "paper": head.paper_size,
        "font": head.font.lower(),
    }
    if head.coat_of_arms:
        facts["coat_of_arms"] = base64.b64encode(bytes(head.coat_of_arms)).decode()
    return {name: value for name, value in facts.items() if value}


def get_kominfo() -> Organization:
    """Return the organization that runs the hub."""
    return list_organizations().filter(kind=Organization.Kind.KOMINFO).order_by("id")[:1].get()


def describe_case(case: Case) -> Facts:
    """Return a case's registration, subject, application, purpose and parties."""
    letter = cases.find_answers(case, 1, "kirim")
    parties = list(Party.objects.filter(case=case).select_related("organization").order_by("id"))
    provider = next((one.organization for one in parties if one.role == Party.Role.PENYEDIA), case.applicant)
    return {
        "number": case.number,
        "subject": letter.get("subject") or case.title or "-",
        "application": letter.get("application") or "-",
        "purpose": letter.get("purpose") or "-",
        "applicant": describe_organization(case.applicant),
        "provider": describe_organization(provider),
        "consumers": [describe_organization(one.organization) for one in parties if one.role == Party.Role.PEMANFAAT],
    }


def describe_organization(organization: Organization) -> Facts:
    return {"name": organization.name, "code": organization.code}


def describe_official(official: Official | None) -> Facts:
    """Return a signer; without a registered official, a place to fill by hand."""
    if official is None:
        return {"position": "................................"}
    facts = {
        "position": official.position,
        "name": official.name,
        "rank": official.rank,
        "nip": official.nip,
        "acting": official.acting,
    }
    return {name: value for name, value in facts.items() if value}


def find_official(organization: Organization) -> Official | None:
    """Return who signs for an organization today."""
    return list_officials(organization).order_by("id").first()


def describe_person(person: Person) -> str:
    """Return how a paper names who did something: the position, or the name where there is none."""
    return person.position or person.name


def describe_person_as_signer(person: Person) -> Facts:
    """Return a person as the one who signs."""
    facts = {"position": person.position or "Petugas", "name": person.name, "rank": person.rank, "nip": person.nip}
    return {name: value for name, value in facts.items() if value}


def describe_instant(instant: datetime) -> str:
    return local(instant).isoformat(timespec="seconds")


def describe_date(instant: datetime) -> str:
    return local(instant).date().isoformat()


def describe_files(attachments: list[Attachment]) -> list[Facts]:
    return [{"name": one.name, "bytes": one.size_bytes, "sha256": one.digest} for one in attachments]


def make_tracking_address(case: Case) -> str:
    return f"{settings.HUB.PUBLIC_URL}/permohonan/{case.number}/"
