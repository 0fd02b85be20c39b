"""Reading plans: which one holds for whom, and its limits in words."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.models import Organization
from simpul.portal.plans.errors import PlanNotFound
from simpul.portal.plans.models import Plan, PlanAssignment
from simpul.portal.services.errors import PublicationNotFound
from simpul.portal.services.models import TESTING_APPLICATION, Application, Dataset, Grant, Publication


class Limits(NamedTuple):
    """A plan's name and its limits as (what, how much); empty limits: the hub's own alone."""

    plan: str
    limits: list[tuple[str, str]]


class Caller(NamedTuple):
    """One application on one dataset, with the plan assigned to it or None for the stage's default."""

    application: Application
    dataset: Dataset
    plan: Plan | None


def describe_limits(application: Application | None, dataset: Dataset) -> Limits:
    """Return the limits that hold for an application on a dataset; None: for whoever has no plan of its own."""
    plan = find_plan(application, dataset)
    return Limits(plan.name, list_limits(plan)) if plan is not None else Limits("", [])


def find_plan(application: Application | None, dataset: Dataset) -> Plan | None:
    """Return the plan that holds, or None where the stage has no default."""
    assigned = PlanAssignment.objects.filter(application=application, dataset=dataset).select_related("plan").first()
    if assigned is not None:
        return assigned.plan
    return Plan.objects.filter(default_for=dataset.publication.stage).first()


def list_limits(plan: Plan) -> list[tuple[str, str]]:
    """Return what a plan limits, in words, in the order of the form; what it leaves open isn't among them."""
    burst = plan.burst or plan.rate_per_second
    found: list[tuple[Any, Any, str]] = [
        (_("Laju"), plan.rate_per_second, _("%(count)s permintaan tiap detik")),
        (_("Lonjakan"), burst if plan.rate_per_second else None, _("%(count)s permintaan sekaligus")),
        (_("Sehari"), plan.calls_per_day, _("%(count)s permintaan")),
        (_("Baris tiap permintaan"), plan.rows_per_request, _("%(count)s baris; selebihnya pada halaman berikutnya")),
        (_("Baris sehari"), plan.rows_per_day, _("%(count)s baris")),
        (_("Bersamaan"), plan.concurrent_calls, _("%(count)s permintaan")),
        (_("Ukuran kiriman"), plan.body_megabytes, _("%(count)s MB")),
    ]
    return [(title, text % {"count": intcomma(count)}) for title, count, text in found if count is not None]


def get_plan(plan_id: int) -> Plan:
    """Return a plan. Raises: PlanNotFound."""
    plan = Plan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise PlanNotFound
    return plan


def list_served_contracts() -> QuerySet[Contract]:
    """Return every service that was published, by title: who keeps plans must know them all."""
    return Contract.objects.filter(pk__in=Publication.objects.values("contract_version__contract")).order_by("title")


def get_served_contract(context: str) -> Contract:
    """Return a published service. Raises: PublicationNotFound."""
    contract = list_served_contracts().filter(context=context).first()
    if contract is None:
        raise PublicationNotFound
    return contract


def list_assignments() -> QuerySet[PlanAssignment]:
    """Return the assignments by service, dataset and application."""
    rows = PlanAssignment.objects.select_related("application__organization", "dataset__publication", "plan")
    return rows.order_by("dataset__publication__context", "dataset__name", "application__name")


def list_own_limits(organizations: list[Organization], publication: Publication) -> list[tuple[PlanAssignment, Limits]]:
    """Return what was assigned to the organizations' applications on a publication, with its limits in words."""
    rows = list_assignments().filter(application__organization__in=organizations, dataset__publication=publication)
    return [(one, Limits(one.plan.name, list_limits(one.plan))) for one in rows]


def list_callers(dataset: Dataset) -> list[Application]:
    """Return the applications whose organization holds a grant on a dataset, by organization and name."""
    organizations = Grant.objects.filter(dataset=dataset, revoked_at=None).values("organization")
    rows = Application.objects.filter(organization__in=organizations).exclude(name=TESTING_APPLICATION)
    return list(rows.select_related("organization").order_by("organization__name", "name"))


def list_callers_of(contract: Contract) -> list[Caller]:
    """Return every application on every dataset of a service's open publications, live before sandbox."""
    datasets = Dataset.objects.filter(publication__contract_version__contract=contract).exclude(
        publication__state__in=[Publication.State.RETIRED, Publication.State.CLOSED]
    )
    return list(
        _pair(datasets.select_related("publication").order_by("publication__stage", "-publication__major", "name"))
    )


def _pair(datasets: Iterable[Dataset]) -> Iterable[Caller]:
    for dataset in datasets:
        plans = {one.application_id: one.plan for one in dataset.plans.select_related("plan")}
        for application in list_callers(dataset):
            yield Caller(application, dataset, plans.get(application.pk))
