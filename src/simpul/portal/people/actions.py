"""What changes about people. Each action is one transaction with its audit row."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.db import connection, transaction

from simpul.kernel import clock
from simpul.kernel.errors import Finding
from simpul.kernel.identifiers import find_email_fault, find_nip_fault, find_phone_fault, normalize_phone
from simpul.kernel.words import Words
from simpul.portal.audit import actions as audit
from simpul.portal.organizations.models import Organization
from simpul.portal.people.errors import LastKeeper, PersonRefused
from simpul.portal.people.models import Person, PersonalToken, Role, RoleAssignment
from simpul.portal.people.tokens import make_token

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters or digits that look alike: temporary passwords are read aloud and written down."""

TOKEN_DAYS_MOST = 366
_KEEPER_LOCK = 5_307_003


@dataclass(frozen=True)
class PersonFacts:
    """What is known of a person. NIP is digits; one of NIP and e-mail is needed to sign in."""

    name: str
    organization: Organization
    nip: str = ""
    email: str = ""
    position: str = ""
    rank: str = ""
    phone: str = ""


class AddedPerson(NamedTuple):
    person: Person
    temporary_password: str


@transaction.atomic
def add_person(
    by: Person | None, facts: PersonFacts, roles: Iterable[str], password: str = "", must_change: bool | None = None
) -> AddedPerson:
    """Add a person with roles that hold from today.

    Args: `by` is None for the command line. `password` empty: a temporary one is made, to be changed at sign-in.
    Returns: the person and the temporary password (empty when one was given). Raises: PersonRefused.
    """
    wanted = _check_roles(roles)
    _check_facts(facts)
    temporary = "" if password else make_temporary_password()
    person = Person(must_change_password=bool(temporary) if must_change is None else must_change)
    _fill(person, facts)
    person.set_password(password or temporary)
    person.save()
    today = clock.local(clock.now()).date()
    RoleAssignment.objects.bulk_create(RoleAssignment(person=person, role=role, valid_from=today) for role in wanted)
    audit.record(by, "person.added", "person", person.pk, roles=wanted, organization=facts.organization.code)
    return AddedPerson(person, temporary)


@transaction.atomic
def change_person(by: Person, person: Person, facts: PersonFacts) -> None:
    """Change the facts of a person. Raises: PersonRefused."""
    _check_facts(facts, person)
    before = {name: getattr(person, name) for name in _FIELDS}
    _fill(person, facts)
    person.save()
    changed = [name for name in _FIELDS if before[name] != getattr(person, name)]
    # Names of fields only: the values are personal data.
    audit.record(by, "person.changed", "person", person.pk, fields=changed)


@transaction.atomic
def set_roles(by: Person | None, person: Person, periods: dict[str, tuple[date, date | None]]) -> None:
    """Give a person exactly these roles, each from a day until another (None: without end).

    Raises: PersonRefused for an unknown role or a period that ends before it begins; LastKeeper.
    """
    _check_roles(periods)
    for role, (first_on, last_on) in periods.items():
        if last_on is not None and last_on < first_on:
            raise _refuse(role, Words("Masa berlaku berakhir sebelum dimulai.", "The period ends before it begins."))
    with _keeping_a_keeper():
        person.assignments.exclude(role__in=periods).delete()
        for role, (first_on, last_on) in periods.items():
            RoleAssignment.objects.update_or_create(
                person=person, role=role, defaults={"valid_from": first_on, "valid_to": last_on}
            )
    periods_told = {role: [str(first_on), str(last_on or "")] for role, (first_on, last_on) in periods.items()}
    audit.record(by, "person.roles_set", "person", person.pk, roles=periods_told)


@transaction.atomic
def deactivate_person(by: Person, person: Person) -> int:
    """Close a person's account: no sign-in, tokens revoked, and the acts held go back to those who may do them.

    Returns: how many acts went back. Raises: LastKeeper.
    """
    with _keeping_a_keeper():
        person.is_active = False
        person.save(update_fields=["is_active"])
    person.tokens.filter(revoked_at=None).update(revoked_at=clock.now())
    given_back = int(person.held_acts.update(holder=None))
    audit.record(by, "person.deactivated", "person", person.pk, acts_given_back=given_back)
    return given_back


@transaction.atomic
def reactivate_person(by: Person, person: Person) -> None:
    """Open a person's account again; tokens stay revoked."""
    person.is_active = True
    person.save(update_fields=["is_active"])
    audit.record(by, "person.reactivated", "person", person.pk)


@transaction.atomic
def set_absence(by: Person, person: Person, until: date | None) -> int:
    """Note that a person is away until a day (None: is back). What is held goes back meanwhile.

    Returns: how many acts went back.
    """
    person.absent_until = until
    person.save(update_fields=["absent_until"])
    given_back = int(person.held_acts.update(holder=None)) if until else 0
    audit.record(by, "person.absent", "person", person.pk, until=str(until or ""), acts_given_back=given_back)
    return given_back


@transaction.atomic
def reset_password(by: Person | None, person: Person) -> str:
    """Give a person a temporary password, to be changed at the next sign-in; open sessions end.

    Returns: the password, to be shown once.
    """
    temporary = make_temporary_password()
    person.set_password(temporary)
    person.must_change_password = True
    person.save(update_fields=["password", "must_change_password"])
    audit.record(by, "person.password_reset", "person", person.pk)
    return temporary


@transaction.atomic
def reset_second_factor(by: Person, person: Person) -> None:
    """Take a person's authenticator and recovery codes away, as when the phone is lost."""
    Authenticator.objects.filter(user=person).delete()
    audit.record(by, "person.second_factor_reset", "person", person.pk)


@transaction.atomic
def make_personal_token(person: Person, name: str, days: int) -> str:
    """Make a token for the management API. Returns: its text, to be shown once."""
    fresh = make_token()
    expires_at = clock.now() + timedelta(days=min(max(days, 1), TOKEN_DAYS_MOST))
    token = PersonalToken.objects.create(
        person=person, name=name, token_id=fresh.token_id, digest=fresh.digest, expires_at=expires_at
    )
    audit.record(person, "token.made", "token", token.token_id, expires_at=expires_at.isoformat())
    return fresh.text


@transaction.atomic
def revoke_personal_token(person: Person, token_id: str) -> None:
    """Revoke one of the own tokens; one that is revoked stays so."""
    if person.tokens.filter(token_id=token_id, revoked_at=None).update(revoked_at=clock.now()):
        audit.record(person, "token.revoked", "token", token_id)


def choose_language(person: Person, language: str) -> None:
    """Keep a person's own choice of language (not a change worth an audit row)."""
    Person.objects.filter(pk=person.pk).update(language=language)


def make_temporary_password() -> str:
    """Return a random password of some 59 bits, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


_FIELDS = ("name", "organization_id", "nip", "email", "position", "rank", "phone")


def _fill(person: Person, facts: PersonFacts) -> None:
    person.name, person.position, person.rank = facts.name.strip(), facts.position.strip(), facts.rank.strip()
    person.organization = facts.organization
    person.nip, person.email = facts.nip or None, facts.email.strip().lower() or None
    person.phone = normalize_phone(facts.phone) if facts.phone else ""


def _check_facts(facts: PersonFacts, person: Person | None = None) -> None:
    findings = list(_list_faults(facts, person))
    if findings:
        raise PersonRefused(findings=findings)


def _list_faults(facts: PersonFacts, person: Person | None) -> Iterable[Finding]:
    if not facts.name.strip():
        yield Finding("name", "required", Words("Nama wajib diisi.", "The name is required."))
    if not facts.nip and not facts.email:
        yield Finding("nip", "required", Words("Isi NIP atau surel.", "Enter a NIP or an e-mail address."))
    if facts.nip and (fault := find_nip_fault(facts.nip)):
        yield Finding("nip", "form", fault)
    if facts.email and (fault := find_email_fault(facts.email.strip())):
        yield Finding("email", "form", fault)
    if facts.phone and (fault := find_phone_fault(facts.phone)):
        yield Finding("phone", "form", fault)
    others = Person.objects.exclude(pk=person.pk) if person else Person.objects.all()
    taken = Words("Sudah dipakai oleh akun lain.", "Another account uses this already.")
    if facts.nip and others.filter(nip=facts.nip).exists():
        yield Finding("nip", "unique", taken)
    if facts.email and others.filter(email__iexact=facts.email.strip()).exists():
        yield Finding("email", "unique", taken)


def _check_roles(roles: Iterable[str]) -> list[str]:
    wanted = sorted(set(roles))
    unknown = [role for role in wanted if role not in Role.values]
    if unknown:
        raise _refuse(
            "roles", Words(f"Peran tidak dikenal: {', '.join(unknown)}.", f"Unknown role: {', '.join(unknown)}.")
        )
    return wanted


@contextmanager
def _keeping_a_keeper() -> Iterator[None]:
    """Raise LastKeeper when the change inside takes the last Pengelola Sistem away. Two such changes wait in turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEEPER_LOCK])
    had_one = _has_keeper()
    yield
    if had_one and not _has_keeper():
        raise LastKeeper


def _has_keeper() -> bool:
    today = clock.local(clock.now()).date()
    keepers = RoleAssignment.objects.filter(role=Role.PENGELOLA_SISTEM, person__is_active=True, valid_from__lte=today)
    return keepers.exclude(valid_to__lt=today).exists()


def _refuse(where: str, words: Words) -> PersonRefused:
    return PersonRefused(findings=[Finding(where, "roles", words)])
