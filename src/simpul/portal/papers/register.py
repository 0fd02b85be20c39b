"""The register *Identifikasi dan Spesifikasi Kebutuhan* (Pencatatan dan pendataan): what was asked, and what it became."""

from typing import Any

from django.db.models import QuerySet

from simpul.kernel.clock import local, now
from simpul.papers.render import PaperFile, render_paper
from simpul.portal.cases import queries as cases
from simpul.portal.cases.models import Case, Party
from simpul.portal.cases.permissions import list_visible_cases
from simpul.portal.contracts.queries import find_version, load_contract
from simpul.portal.papers import facts
from simpul.portal.people.models import Person

ELEMENTS_SHOWN = 12


def list_registered(person: Person, year: int | None = None) -> QuerySet[Case]:
    """Return the cases whose letter was sent, of one year or all, oldest first, as far as the person may read them."""
    rows = list_visible_cases(person).exclude(opened_at=None).select_related("applicant").defer("position")
    return (rows.filter(opened_at__year=year) if year else rows).order_by("opened_at", "id")


def list_years(person: Person) -> list[int]:
    """Return the years that have registered cases, newest first."""
    return [one.year for one in list_registered(person).order_by().dates("opened_at", "year", order="DESC")]


def describe_entry(case: Case) -> dict[str, Any]:
    """Return one line of the register, as the paper prints it."""
    letter = cases.find_answers(case, 1, "kirim")
    parties = list(Party.objects.filter(case=case).select_related("organization").order_by("id"))
    return {
        "number": case.number,
        "date": facts.describe_date(case.opened_at or case.created_at),
        "applicant": case.applicant.name,
        "application": letter.get("application") or "-",
        "need": letter.get("purpose") or case.title or "-",
        "provider": next((one.organization.name for one in parties if one.role == Party.Role.PENYEDIA), "-"),
        "consumers": [one.organization.name for one in parties if one.role == Party.Role.PEMANFAAT],
        "specification": _describe_specification(case, letter),
        "state": str(case.get_state_display()),
    }


def _describe_specification(case: Case, letter: dict[str, Any]) -> str:
    """Return the datasets with their elements as defined; before row 5 the elements of the letter."""
    version = find_version(case)
    if version is None:
        return _join([row["name"] for row in letter.get("elements") or []])
    return "; ".join(
        f"{one.title or one.name}: {_join([column.name for column in one.columns])}"
        for one in load_contract(version).datasets
    )


def _join(names: list[str]) -> str:
    more = len(names) - ELEMENTS_SHOWN
    return ", ".join(names[:ELEMENTS_SHOWN]) + (f", dan {more} lainnya" if more > 0 else "")


def render_register(person: Person, extension: str, year: int | None) -> PaperFile:
    """Return the register as a file. Raises: FormatNotOffered."""
    content = {
        "office": facts.describe_office(facts.get_kominfo()),
        "made_on": local(now()).date().isoformat(),
        "period": f"Tahun {year}" if year else "Semua tahun",
        "entries": [describe_entry(one) for one in list_registered(person, year)],
    }
    return render_paper("register", content, [extension])[0]
