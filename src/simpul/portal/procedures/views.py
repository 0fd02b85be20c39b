"""Pages of the SOP: what it says, its paper, and the page that makes its next version."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from simpul.kernel.errors import Conflict, Invalid
from simpul.papers.render import render_paper
from simpul.portal.papers.facts import describe_office, get_kominfo
from simpul.portal.people.gates import SignedInRequest
from simpul.portal.procedures import actions, queries
from simpul.portal.procedures.facts import list_rows, make_paper_facts
from simpul.portal.procedures.forms import BaseLimitFormSet, ProcedureForm, make_limits
from simpul.portal.procedures.models import ProcedureVersion
from simpul.portal.procedures.permissions import can_change, check_may_change
from simpul.portal.site.fields import add_findings
from simpul.portal.site.marking import mark_drawing
from simpul.procedure.diagram import draw_diagram
from simpul.procedure.model import Procedure

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def show_procedure(request: SignedInRequest, number: int | None = None) -> HttpResponse:
    """Show a version of the SOP: identity, legal basis, the rows, diagram, mends, readings, history."""
    current = queries.get_current()
    version = queries.get_version(queries.SPLP, number) if number else current
    procedure, language = queries.load(version), get_language() or "id"
    context = {
        "version": version,
        "is_current": version.number == current.number,
        "procedure": procedure,
        "rows": list_rows(procedure, language),
        "diagram": mark_drawing(draw_diagram(procedure, language=language)),
        "versions": queries.list_versions(),
        "can_change": can_change(request.user),
    }
    return render(request, "procedures/procedure.html", context)


@require_safe
def fetch_paper(request: SignedInRequest, number: int) -> HttpResponse:
    """Return the SOP as PDF."""
    version = queries.get_version(queries.SPLP, number)
    until = list(queries.list_versions().filter(number__lte=number).order_by("number"))
    facts = make_paper_facts(queries.load(version), until, describe_office(get_kominfo()))
    paper = render_paper("sop", facts, ["pdf"])[0]
    return HttpResponse(
        paper.content,
        content_type=paper.media_type,
        headers={"Content-Disposition": f'inline; filename="{paper.name}"'},
    )


@require_safe
def fetch_file(request: SignedInRequest, number: int) -> HttpResponse:
    """Return a version's BPMN file."""
    version = queries.get_version(queries.SPLP, number)
    name = f"{version.key}.v{version.number}.bpmn"
    return HttpResponse(
        version.bpmn, content_type="application/xml", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@form_page
def change_procedure(request: SignedInRequest) -> HttpResponse:
    """Make the next version; running cases stay on theirs."""
    check_may_change(request.user)
    version = queries.get_current()
    procedure = queries.load(version)
    form = ProcedureForm(request.POST or None, procedure=procedure)
    limits = make_limits(procedure, request.POST or None)
    if request.method == "POST" and form.is_valid() & limits.is_valid():
        made = _save(request, form, limits, procedure)
        if made is not None:
            told = _(
                "SOP versi %(number)d berlaku untuk permohonan baru. Permohonan yang berjalan tetap pada versinya."
            )
            messages.success(request, told % {"number": made.number})
            return redirect("procedure")
    context = {"form": form, "limits": limits, "version": version, "procedure": procedure}
    return render(request, "procedures/change.html", context)


def _save(
    request: SignedInRequest, form: ProcedureForm, limits: BaseLimitFormSet, procedure: Procedure
) -> ProcedureVersion | None:
    try:
        return actions.change_procedure(
            procedure.key,
            form.cleaned_data["after"],
            actors=form.list_changed_actors(),
            limits=limits.list_limits(),
            return_targets=form.list_changed_targets(),
            reason=form.cleaned_data["reason"],
            person=request.user,
        )
    except (Invalid, Conflict) as error:
        add_findings(form, error)
        return None
