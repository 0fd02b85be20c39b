"""A service of Bob's agency on both stages, and a program of that agency with its programmer."""

from datetime import date

import pytest

from portal_world import World
from simpul.kernel import clock
from simpul.portal.cases.models import Case
from simpul.portal.contracts.models import Contract, ContractVersion
from simpul.portal.credentials import actions
from simpul.portal.people.models import Role, RoleAssignment
from simpul.portal.procedures.queries import get_current
from simpul.portal.services.actions import get_application
from simpul.portal.services.models import Application, Dataset, Grant, Publication


@pytest.fixture
def application(world: World) -> Application:
    """An application of Bob's agency, whose programmer Bob is; the agency provides a live service."""
    RoleAssignment.objects.create(person=world.bob, role=Role.PEMROGRAM_OPD, valid_from=date(2020, 1, 1))
    case = Case.objects.create(
        number="SPLP-2026-0001",
        state=Case.State.RUNNING,
        procedure_version=get_current(),
        applicant=world.health,
        created_by=world.bob,
        opened_at=clock.now(),
    )
    contract = Contract.objects.create(context="wilayah", title="Wilayah", provider=world.health)
    version = ContractVersion.objects.create(contract=contract, case=case, sequence=1, version="1.0.0")
    publication = Publication.objects.create(
        contract_version=version, context="wilayah", major=1, stage="live", state="aktif"
    )
    dataset = Dataset.objects.create(publication=publication, name="desa", schema_name="d_wilayah", table_name="desa")
    Grant.objects.create(
        dataset=dataset,
        organization=world.health,
        role="penyedia",
        columns=["kode"],
        operations=["read"],
        purpose="Penyedia data",
        valid_from=date(2026, 1, 1),
    )
    return get_application(world.bob, world.health, "SIMPEG")


@pytest.fixture
def made(world: World, application: Application) -> actions.NewClient:
    """An OAuth client of the application."""
    return actions.issue_client(world.bob, application)
