"""Invented parties for a rehearsal: organizations and persons plainly marked, with tokens that live two hours."""

from datetime import timedelta

from django.db import transaction

from simpul.kernel.clock import local, now
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person, PersonalToken, Role, RoleAssignment
from simpul.portal.people.tokens import make_token

TOKEN_HOURS = 2
ORGANIZATIONS = {
    "kominfo": ("kominfo", "Dinas Komunikasi dan Informatika", Organization.Kind.KOMINFO),
    "penyedia": ("gladi-penyedia", "Dinas Contoh Penyedia (gladi)", Organization.Kind.OPD),
    "pemanfaat": ("gladi-pemanfaat", "Dinas Contoh Pemanfaat (gladi)", Organization.Kind.OPD),
}
PERSONS = {
    "tim_it": ("kominfo", [Role.TIM_IT]),
    "sub_koordinasi": ("kominfo", [Role.SUB_KOORDINASI]),
    "bidang": ("kominfo", [Role.BIDANG]),
    "penyedia": ("penyedia", [Role.OPD, Role.PEMROGRAM_OPD]),
    "pemanfaat": ("pemanfaat", [Role.OPD, Role.PEMROGRAM_OPD]),
}


@transaction.atomic
def prepare_parties() -> dict[str, str]:
    """Make what a rehearsal needs and return a fresh token for each of its persons."""
    today = local(now()).date()
    organizations = {}
    for key, (code, name, kind) in ORGANIZATIONS.items():
        existing = (
            Organization.objects.filter(kind=kind, valid_to=None).first() if kind == Organization.Kind.KOMINFO else None
        )
        organizations[key] = (
            existing
            or Organization.objects.get_or_create(
                code=code, defaults={"name": name, "kind": kind, "valid_from": today}
            )[0]
        )
    tokens = {}
    for number, (key, (organization, roles)) in enumerate(PERSONS.items(), start=1):
        person, _ = Person.objects.update_or_create(
            email=f"gladi-{key.replace('_', '-')}@contoh.invalid",
            defaults={
                "name": f"Gladi Contoh {number}",
                "position": f"Petugas Gladi {number}",
                "organization": organizations[organization],
                "is_active": True,
            },
        )
        for role in roles:
            RoleAssignment.objects.get_or_create(person=person, role=role, defaults={"valid_from": today})
        token = make_token()
        PersonalToken.objects.create(
            person=person,
            name="gladi",
            token_id=token.token_id,
            digest=token.digest,
            expires_at=now() + timedelta(hours=TOKEN_HOURS),
        )
        tokens[key] = token.text
    return tokens


@transaction.atomic
def dismiss_parties() -> None:
    """Take the rehearsal's persons out again: tokens revoked, accounts closed. Their traces stay in the history."""
    persons = Person.objects.filter(email__startswith="gladi-", email__endswith="@contoh.invalid")
    PersonalToken.objects.filter(person__in=persons, revoked_at=None).update(revoked_at=now())
    persons.update(is_active=False)
