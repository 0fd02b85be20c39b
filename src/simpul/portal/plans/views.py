"""Pages on which Kominfo keeps the plans and says for whom they hold."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simpul.portal.cases.telling import describe
from simpul.portal.people.gates import SignedInRequest, for_roles
from simpul.portal.plans import actions, queries
from simpul.portal.plans.errors import DefaultPlanNeeded, PlanInUse, PlanNotAssignable
from simpul.portal.plans.forms import AssignForm, PlanForm
from simpul.portal.plans.models import Plan
from simpul.portal.plans.permissions import KEEPERS
from simpul.portal.services.models import Application, Dataset
from simpul.portal.site.fields import add_findings

keepers_only = for_roles(*KEEPERS)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@keepers_only
@require_safe
def list_plans(request: SignedInRequest) -> HttpResponse:
    """List the plans with their limits, the services, and what was assigned."""
    context = {
        "plans": [(plan, queries.list_limits(plan)) for plan in Plan.objects.prefetch_related("assignments")],
        "contracts": queries.list_served_contracts(),
        "assignments": queries.list_assignments(),
    }
    return render(request, "plans/list.html", context)


@keepers_only
@form_page
def add_plan(request: SignedInRequest) -> HttpResponse:
    """Make a plan."""
    return _keep(request, Plan())


@keepers_only
@form_page
def change_plan(request: SignedInRequest, plan_id: int) -> HttpResponse:
    """Change a plan; it holds from the next call on."""
    return _keep(request, queries.get_plan(plan_id))


def _keep(request: SignedInRequest, plan: Plan) -> HttpResponse:
    form = PlanForm(request.POST or None, instance=plan)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_plan(request.user, form.save(commit=False))
        except DefaultPlanNeeded as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Paket %(name)s tersimpan dan berlaku sekarang.") % {"name": plan.name})
            return redirect("plans")
    return render(request, "plans/plan.html", {"form": form, "plan": plan if plan.pk else None})


@keepers_only
@require_POST
def delete_plan(request: SignedInRequest, plan_id: int) -> HttpResponse:
    """Delete a plan that nobody uses."""
    plan = queries.get_plan(plan_id)
    try:
        actions.delete_plan(request.user, plan)
    except PlanInUse as error:
        messages.error(request, describe(error))
        return redirect("plan", plan_id)
    messages.success(request, _("Paket %(name)s dihapus.") % {"name": plan.name})
    return redirect("plans")


@keepers_only
@form_page
def assign_plans(request: SignedInRequest, context: str) -> HttpResponse:
    """Show who calls a service under which plan; POST assigns one."""
    contract = queries.get_served_contract(context)
    if request.method == "POST":
        _assign(request)
        return redirect("plans_service", context)
    facts = {"contract": contract, "callers": queries.list_callers_of(contract), "plans": Plan.objects.all()}
    return render(request, "plans/service.html", facts)


def _assign(request: SignedInRequest) -> None:
    form = AssignForm(request.POST)
    try:
        if not form.is_valid():
            raise PlanNotAssignable
        application = Application.objects.filter(pk=form.cleaned_data["application"]).first()
        dataset = Dataset.objects.filter(pk=form.cleaned_data["dataset"]).first()
        if application is None or dataset is None:
            raise PlanNotAssignable
        actions.assign_plan(request.user, application, dataset, form.cleaned_data["plan"])
    except PlanNotAssignable as error:
        messages.error(request, describe(error))
    else:
        messages.success(request, _("Paket aplikasi %(name)s tersimpan.") % {"name": application.name})
