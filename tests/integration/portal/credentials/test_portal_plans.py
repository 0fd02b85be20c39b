"""Plans are kept by Kominfo, hold by application and dataset, and are told in words."""

from typing import Any

import pytest

from portal_world import World, read_text, sign_in
from simpul.portal.audit.models import AuditEntry
from simpul.portal.people.permissions import RoleMissing
from simpul.portal.plans import actions, queries
from simpul.portal.plans.errors import PlanInUse, PlanNotAssignable
from simpul.portal.plans.models import Plan, PlanAssignment
from simpul.portal.services.models import Application, Dataset


@pytest.fixture
def dataset(application: Application) -> Dataset:
    """The live dataset that the application may call."""
    return Dataset.objects.get()


def make_plan(world: World, **limits: Any) -> Plan:
    """A plan of its own."""
    return actions.save_plan(world.bidang, Plan(**{"name": "Besar", **limits}))


def test_new_hub_has_a_default_plan_for_each_stage(world: World) -> None:
    assert dict(Plan.objects.values_list("default_for", "name")) == {"live": "Standar", "sandbox": "Uji coba"}


def test_assigned_plan_comes_before_the_default(world: World, application: Application, dataset: Dataset) -> None:
    assert queries.describe_limits(application, dataset).plan == "Standar"
    plan = make_plan(world, rate_per_second=200, rows_per_day=1_000_000)
    actions.assign_plan(world.bidang, application, dataset, plan)
    told = queries.describe_limits(application, dataset)
    assert told.plan == "Besar"
    assert told.limits == [
        ("Laju", "200 permintaan tiap detik"),
        ("Lonjakan", "200 permintaan sekaligus"),
        ("Baris sehari", "1.000.000 baris"),
    ]
    assert queries.describe_limits(None, dataset).plan == "Standar"
    actions.assign_plan(world.bidang, application, dataset, None)
    assert queries.describe_limits(application, dataset).plan == "Standar"


def test_new_default_takes_the_place_of_the_old(world: World) -> None:
    make_plan(world, default_for="live")
    assert Plan.objects.get(default_for="live").name == "Besar"
    assert Plan.objects.get(name="Standar").default_for == ""


def test_stage_is_never_left_without_limits(world: World) -> None:
    plan = Plan.objects.get(default_for="live")
    page = read_text(sign_in(world.bidang).post(f"/paket/{plan.pk}/", {"name": "Standar", "default_for": ""}))
    assert "memerlukan satu paket umum" in page
    assert Plan.objects.get(pk=plan.pk).default_for == "live"


def test_plan_in_use_is_kept(world: World, application: Application, dataset: Dataset) -> None:
    with pytest.raises(PlanInUse):
        actions.delete_plan(world.bidang, Plan.objects.get(name="Standar"))
    plan = make_plan(world)
    actions.assign_plan(world.bidang, application, dataset, plan)
    with pytest.raises(PlanInUse):
        actions.delete_plan(world.bidang, plan)
    actions.assign_plan(world.bidang, application, dataset, None)
    actions.delete_plan(world.bidang, plan)
    assert not Plan.objects.filter(name="Besar").exists()


def test_application_without_a_grant_gets_no_plan(world: World, dataset: Dataset) -> None:
    other = Application.objects.create(organization=world.civil, name="Lain")
    with pytest.raises(PlanNotAssignable):
        actions.assign_plan(world.bidang, other, dataset, make_plan(world))


def test_only_kominfo_keeps_plans(world: World, application: Application, dataset: Dataset) -> None:
    for person in (world.bob, world.charlie, world.auditor):
        with pytest.raises(RoleMissing):
            actions.save_plan(person, Plan(name="x"))
        with pytest.raises(RoleMissing):
            actions.assign_plan(person, application, dataset, Plan.objects.get(name="Standar"))
    assert sign_in(world.bob).get("/paket/").status_code == 403


def test_plan_is_made_changed_and_deleted_on_pages(world: World) -> None:
    client = sign_in(world.alice)
    client.post("/paket/baru/", {"name": "Kecil", "rate_per_second": 5, "burst": 10})
    plan = Plan.objects.get(name="Kecil")
    page = read_text(client.get("/paket/"))
    assert "5 permintaan tiap detik" in page
    client.post(f"/paket/{plan.pk}/", {"name": "Kecil", "calls_per_day": 1000})
    plan.refresh_from_db()
    assert (plan.rate_per_second, plan.calls_per_day) == (None, 1000)
    client.post(f"/paket/{plan.pk}/hapus")
    assert not Plan.objects.filter(pk=plan.pk).exists()
    kinds = AuditEntry.objects.filter(object_kind="plan").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["plan.create", "plan.change", "plan.delete"]


@pytest.mark.parametrize("wrong", [{"rate_per_second": 0}, {"body_megabytes": 101}, {"name": "Standar"}, {"name": ""}])
def test_wrong_plan_is_told_beside_its_field(world: World, wrong: dict[str, Any]) -> None:
    page = read_text(sign_in(world.alice).post("/paket/baru/", {"name": "Kecil", **wrong}))
    assert "Ada isian yang perlu diperbaiki" in page
    assert Plan.objects.count() == 2


def test_plan_is_assigned_on_the_services_page(world: World, application: Application, dataset: Dataset) -> None:
    client, plan = sign_in(world.bidang), make_plan(world)
    assert "SIMPEG" in read_text(client.get("/paket/layanan/wilayah/"))
    form = {"application": application.pk, "dataset": dataset.pk, "plan": plan.pk}
    assert "tersimpan" in read_text(client.post("/paket/layanan/wilayah/", form, follow=True))
    assert PlanAssignment.objects.get().plan == plan
    client.post("/paket/layanan/wilayah/", {**form, "plan": ""})
    assert not PlanAssignment.objects.exists()
    page = client.post("/paket/layanan/wilayah/", {**form, "application": 999_999}, follow=True)
    assert "tidak mempunyai hak akses" in read_text(page)


def test_unknown_plan_and_service_are_not_found(world: World) -> None:
    client = sign_in(world.alice)
    assert client.get("/paket/999999/").status_code == 404
    assert client.get("/paket/layanan/tidak-ada/").status_code == 404


def test_programmer_sees_the_plan_of_his_application_on_the_services_page(
    world: World, application: Application, dataset: Dataset
) -> None:
    actions.assign_plan(world.bidang, application, dataset, make_plan(world, rate_per_second=200))
    [(assignment, limits)] = queries.list_own_limits([world.health], dataset.publication)
    assert (assignment.application, limits.plan) == (application, "Besar")
    assert queries.list_own_limits([world.civil], dataset.publication) == []
