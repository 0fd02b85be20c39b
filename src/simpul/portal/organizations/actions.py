"""What changes about organizations, their officials and their letterheads. One transaction, one audit row each."""

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from simpul.kernel.errors import Finding
from simpul.kernel.identifiers import find_nip_fault
from simpul.kernel.words import Words
from simpul.portal.audit import actions as audit
from simpul.portal.organizations.errors import OrganizationRefused
from simpul.portal.organizations.models import Letterhead, Official, Organization
from simpul.portal.organizations.pictures import check_png
from simpul.portal.people.models import Person


@dataclass(frozen=True)
class OrganizationFacts:
    """What can be changed about an organization; its code never changes and is never used again."""

    name: str
    kind: str = Organization.Kind.OPD
    parent: Organization | None = None
    valid_from: date | None = None
    address: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class OfficialFacts:
    """One who signs: `acting` is empty, Plt., Plh. or a.n.; `nip` is digits."""

    name: str
    position: str
    rank: str
    nip: str
    acting: str
    valid_from: date
    valid_to: date | None = None


@transaction.atomic
def add_organization(by: Person | None, code: str, facts: OrganizationFacts) -> Organization:
    """Add an organization. Raises: OrganizationRefused where the code was ever used."""
    if Organization.objects.filter(code=code).exists():
        taken = Words("Kode ini sudah pernah dipakai.", "This code was used before.")
        raise OrganizationRefused(findings=[Finding("code", "unique", taken)])
    organization = Organization.objects.create(code=code, **_as_fields(facts))
    audit.record(by, "organization.added", "organization", code)
    return organization


@transaction.atomic
def change_organization(by: Person, organization: Organization, facts: OrganizationFacts) -> None:
    """Mend an organization's facts (a spelling, an address). A real renaming is a succession."""
    if facts.parent is not None and facts.parent.pk == organization.pk:
        own = Words("Instansi tidak dapat menjadi induknya sendiri.", "An organization can't be its own parent.")
        raise OrganizationRefused(findings=[Finding("parent", "own", own)])
    fields = _as_fields(facts)
    changed = [name for name, value in fields.items() if getattr(organization, name) != value]
    for name in changed:
        setattr(organization, name, fields[name])
    organization.save(update_fields=[*changed]) if changed else None
    audit.record(by, "organization.changed", "organization", organization.code, fields=changed)


@transaction.atomic
def keep_official(
    by: Person, organization: Organization, facts: OfficialFacts, official: Official | None = None
) -> Official:
    """Add one who signs for an organization, or change the given one. Raises: OrganizationRefused."""
    _check_official(facts)
    official = official or Official(organization=organization)
    for name, value in asdict(facts).items():
        setattr(official, name, value)
    official.save()
    audit.record(by, "official.kept", "organization", organization.code, official=official.pk)
    return official


@transaction.atomic
def keep_letterhead(
    by: Person | None,
    organization: Organization,
    texts: dict[str, str],
    picture: bytes | None = None,
    remove_picture: bool = False,
) -> Letterhead:
    """Keep how an organization's papers look.

    Args: `texts` by the names of Letterhead's fields; `picture` a new coat of arms as PNG, None keeps the old one.
    Raises: PictureRefused.
    """
    if picture is not None:
        check_png(picture)
    letterhead = Letterhead.objects.filter(organization=organization).first() or Letterhead(organization=organization)
    for name, value in texts.items():
        setattr(letterhead, name, value)
    if picture is not None or remove_picture:
        letterhead.coat_of_arms = picture
    letterhead.save()
    audit.record(by, "letterhead.kept", "organization", organization.code, picture=picture is not None)
    return letterhead


def _check_official(facts: OfficialFacts) -> None:
    findings = []
    if facts.nip and (fault := find_nip_fault(facts.nip)):
        findings.append(Finding("nip", "form", fault))
    if facts.valid_to is not None and facts.valid_to < facts.valid_from:
        ends = Words("Tanggal akhir mendahului tanggal mulai.", "The last day is before the first.")
        findings.append(Finding("valid_to", "period", ends))
    if findings:
        raise OrganizationRefused(findings=findings)


def _as_fields(facts: OrganizationFacts) -> dict[str, object]:
    # Not dataclasses.asdict: it would copy the parent, a model.
    return {name: getattr(facts, name) for name in OrganizationFacts.__dataclass_fields__}
