"""Changing plans and assigning them; the exchange follows within a moment, without a restart."""

from django.db import transaction

from simpul.portal.audit.actions import record
from simpul.portal.people.models import Person
from simpul.portal.people.permissions import check_role
from simpul.portal.plans.errors import DefaultPlanNeeded, PlanInUse, PlanNotAssignable
from simpul.portal.plans.models import Plan, PlanAssignment
from simpul.portal.plans.permissions import KEEPERS
from simpul.portal.plans.queries import list_callers
from simpul.portal.services.models import Application, Dataset

LIMITS = (
    "rate_per_second",
    "burst",
    "calls_per_day",
    "rows_per_request",
    "rows_per_day",
    "concurrent_calls",
    "body_megabytes",
)


@transaction.atomic
def save_plan(person: Person, plan: Plan) -> Plan:
    """Keep a new or changed plan; where it is a stage's default, the one before no longer is.

    Raises: RoleMissing; DefaultPlanNeeded where a stage would be left without a default, and so without limits.
    """
    check_role(person, *KEEPERS)
    before = Plan.objects.filter(pk=plan.pk).exclude(default_for="").values_list("default_for", flat=True).first()
    if before is not None and before != plan.default_for:
        raise DefaultPlanNeeded
    if plan.default_for:
        Plan.objects.filter(default_for=plan.default_for).exclude(pk=plan.pk).update(default_for="")
    is_new = plan.pk is None
    plan.save()
    limits = {name: getattr(plan, name) for name in LIMITS}
    kind = "plan.create" if is_new else "plan.change"
    record(person, kind, "plan", str(plan.pk), name=plan.name, default_for=plan.default_for, **limits)
    return plan


@transaction.atomic
def delete_plan(person: Person, plan: Plan) -> None:
    """Delete a plan that holds for nobody. Raises: RoleMissing, PlanInUse."""
    check_role(person, *KEEPERS)
    if plan.default_for or plan.assignments.exists():
        raise PlanInUse
    record(person, "plan.delete", "plan", str(plan.pk), name=plan.name)
    plan.delete()


@transaction.atomic
def assign_plan(person: Person, application: Application, dataset: Dataset, plan: Plan | None) -> None:
    """Let a plan hold for an application on a dataset; None: the stage's default again.

    Raises: RoleMissing; PlanNotAssignable where the application may do nothing with that dataset.
    """
    check_role(person, *KEEPERS)
    if plan is None:
        PlanAssignment.objects.filter(application=application, dataset=dataset).delete()
    elif application not in list_callers(dataset):
        raise PlanNotAssignable
    else:
        PlanAssignment.objects.update_or_create(
            application=application, dataset=dataset, defaults={"plan": plan, "assigned_by": person}
        )
    record(
        person,
        "plan.assign",
        "application",
        str(application.pk),
        dataset=dataset.pk,
        plan=plan.name if plan is not None else "",
    )
