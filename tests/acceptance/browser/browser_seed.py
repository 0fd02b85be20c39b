"""Run by the harness beside a hub, with the owner's address: an invented regency, and its officers' ways in.

Prints `{key: {"nip", "name", "password", "token"}}` for each key of OFFICERS and nothing else.
"""

import json
from datetime import timedelta

from simpul.portal.commands import setup

setup()

from simpul.kernel.clock import now  # noqa: E402 (models need Django to be set up)
from simpul.portal.demo.regency import find_file, make_regency  # noqa: E402
from simpul.portal.organizations.models import Organization  # noqa: E402
from simpul.portal.people.actions import PersonFacts, add_person  # noqa: E402
from simpul.portal.people.models import Person, PersonalToken, Role  # noqa: E402
from simpul.portal.people.tokens import make_token  # noqa: E402

OFFICERS = {
    "pemohon": "198801012012011901",
    "pemrogram": "199002022015021902",
    "penyedia": "198503032010032903",
    "asing": "198706062013061906",
    "bidang": "198008082005081908",
    "sub_koordinasi": "198209092007092909",
    "tim_it": "199110102016101910",
    "kepala_dinas": "197011111995111911",
    "auditor": "198112122006122912",
    "pengelola": "199203132017011913",
    "tim_it_2": "199304142018011914",
    "pemohon_2": "199405152019012915",
}
COLLEAGUES = (
    ("Contoh Keempat Belas", "199304142018011914", "kominfo", "Pranata Komputer Terampil", Role.TIM_IT),
    ("Contoh Kelima Belas", "199405152019012915", "contoh-dinkes", "Pengadministrasi Data", Role.OPD),
)


def seed() -> dict[str, dict[str, str]]:
    """Make the regency, two colleagues, and a token for everyone."""
    make_regency()
    passwords = {one["nip"]: one["password"] for one in json.loads(find_file().read_text("utf-8"))}
    for name, nip, code, position, role in COLLEAGUES:
        home = Organization.objects.get(code=code)
        facts = PersonFacts(name=name, organization=home, nip=nip, position=position, rank="Pengatur / II/c")
        passwords[nip] = add_person(None, facts, [role], must_change=False).temporary_password
    return {key: describe(Person.objects.get(nip=nip), passwords[nip]) for key, nip in OFFICERS.items()}


def describe(person: Person, password: str) -> dict[str, str]:
    """Return how a person signs in, with a fresh token for the management API."""
    token = make_token()
    PersonalToken.objects.create(
        person=person,
        name="uji",
        token_id=token.token_id,
        digest=token.digest,
        expires_at=now() + timedelta(hours=4),
    )
    return {"nip": person.nip or "", "name": person.name, "password": password, "token": token.text}


if __name__ == "__main__":
    print(json.dumps(seed()))
