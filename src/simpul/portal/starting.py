"""What a hub can't start without: the SOP's first version, a calendar, the first person; and what is missing."""

from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from simpul.kernel import clock
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.portal.cases.checking import list_differences
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import get_organization
from simpul.portal.people import actions as people
from simpul.portal.people.models import Role, RoleAssignment
from simpul.portal.procedures import actions as procedures
from simpul.portal.procedures import queries
from simpul.portal.procedures.content import list_years_without_joint_leave, make_content
from simpul.portal.procedures.models import CalendarVersion, ProcedureVersion
from simpul.portal.references.product import put_in_first_lists

LIBRARY = Path(__file__).resolve().parents[3] / "library"
CALENDAR_YEARS = 3


def put_in_first_versions() -> None:
    """Put the SOP, the working calendar and the code lists in force where the hub has none yet."""
    if not ProcedureVersion.objects.filter(key=queries.SPLP).exists():
        bpmn = (LIBRARY / "procedures" / "splp.v1.bpmn").read_bytes()
        procedures.deploy(bpmn, "Versi pertama: SOP sebagaimana ditandatangani.", None)
    if not CalendarVersion.objects.exists():
        year = clock.local(clock.now()).year
        content = make_content(year, year + CALENDAR_YEARS - 1)
        procedures.save_calendar(content, "Isi awal: Perpres 21/2023 dan hari libur nasional.", None)
    put_in_first_lists()


@transaction.atomic
def add_first_person(*, name: str, organization: str, roles: list[str], nip: str, email: str, password: str) -> str:
    """Add a person for the command line. Returns: the temporary password, empty when one was given."""
    home = _find_home(organization)
    added = people.add_person(
        None,
        people.PersonFacts(name=name, organization=home, nip=nip, email=email),
        roles,
        password=password,
    )
    return added.temporary_password


def list_portal_findings() -> list[Finding]:
    """Return what is wrong with the portal: migrations not run, no SOP, no calendar, nobody to keep it; and each
    case that isn't where its history says."""
    if MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes()):
        return [
            _find(
                "migrations",
                "Tabel hub belum mutakhir: jalankan ./simpul migrate.",
                "The hub's tables aren't up to date: run ./simpul migrate.",
            )
        ]
    return [*_list_content_findings(), *_list_calendar_findings(), *list_differences()]


def _list_content_findings() -> list[Finding]:
    findings = []
    if not ProcedureVersion.objects.filter(key=queries.SPLP).exists():
        findings.append(
            _find(
                "procedure",
                "SOP belum dipasang: jalankan ./simpul migrate.",
                "The SOP isn't deployed: run ./simpul migrate.",
            )
        )
    today = clock.local(clock.now()).date()
    keepers = RoleAssignment.objects.filter(role=Role.PENGELOLA_SISTEM, valid_from__lte=today, person__is_active=True)
    if not keepers.exclude(valid_to__lt=today).exists():
        findings.append(
            _find(
                "people",
                "Belum ada Pengelola Sistem: jalankan ./simpul user add.",
                "Nobody is Pengelola Sistem: run ./simpul user add.",
            )
        )
    return findings


def _list_calendar_findings() -> list[Finding]:
    version = CalendarVersion.objects.first()
    if version is None:
        return [
            _find(
                "calendar",
                "Kalender kerja kosong: jalankan ./simpul migrate.",
                "The working calendar is empty: run ./simpul migrate.",
            )
        ]
    this_year = clock.local(clock.now()).year
    return [
        _find(
            "calendar",
            f"Cuti bersama {year} belum diisi: lihat halaman Kalender kerja.",
            f"Joint leave days of {year} are missing: see the page Working calendar.",
        )
        for year in list_years_without_joint_leave(version.content, [this_year])
    ]


def _find_home(code: str) -> Organization:
    """Return the organization of a code. In a hub without Kominfo the first one named is Kominfo, and made."""
    if Organization.objects.filter(kind=Organization.Kind.KOMINFO).exists():
        return get_organization(code)
    today = clock.local(clock.now()).date()
    return Organization.objects.create(code=code, name=code, kind=Organization.Kind.KOMINFO, valid_from=today)


def _find(where: str, indonesian: str, english: str) -> Finding:
    return Finding(where, f"portal-{where}", Words(indonesian, english))
