"""What a hub starts with, and what `check` says while something is missing."""

import pytest

from portal_world import ROOT, World
from simpul.portal import starting
from simpul.portal.organizations.errors import OrganizationNotFound
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person, RoleAssignment
from simpul.portal.procedures import actions, queries
from simpul.portal.procedures.models import CalendarVersion, ProcedureVersion
from simpul.store.launcher import Database


def add(**changes: object) -> str:
    facts = {
        "name": "Kirana Contoh",
        "organization": "kominfo",
        "roles": ["pengelola_sistem"],
        "nip": "",
        "password": "",
    }
    return starting.add_first_person(**{**facts, "email": "k@contoh.go.id", **changes})  # type: ignore[arg-type]


def test_first_person_of_a_new_hub_makes_kominfo(portal: Database) -> None:
    temporary = add()
    person = Person.objects.get()
    assert (person.organization.kind, person.must_change_password) == (Organization.Kind.KOMINFO, True)
    assert person.check_password(temporary)


def test_mistyped_organization_of_a_running_hub_is_not_made(world: World) -> None:
    with pytest.raises(OrganizationNotFound):
        add(organization="kominf0")


def test_given_password_is_not_told_again(portal: Database) -> None:
    assert add(password="kuda-laut-biru-77") == ""
    assert not Person.objects.get().must_change_password


def test_check_asks_for_a_keeper_and_is_content_with_one(portal: Database) -> None:
    assert [finding.where for finding in starting.list_portal_findings()] == ["people"]
    add()
    assert starting.list_portal_findings() == []
    RoleAssignment.objects.all().delete()
    assert [finding.where for finding in starting.list_portal_findings()] == ["people"]


def test_check_warns_of_missing_joint_leave(world: World) -> None:
    content = {**queries.get_current_calendar().content, "joint_leave_years": []}
    actions.save_calendar(content, "Uji", world.bidang, 1)
    assert [finding.where for finding in starting.list_portal_findings()] == ["calendar"]


def test_starting_again_adds_no_version(portal: Database) -> None:
    starting.put_in_first_versions()
    assert (ProcedureVersion.objects.count(), CalendarVersion.objects.count()) == (1, 1)


def test_library_holds_the_first_version(portal: Database) -> None:
    assert queries.get_current().bpmn == (ROOT / "library/procedures/splp.v1.bpmn").read_text()
