"""The page of a case: all that is known of it, and the ways outside the SOP."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from simpul.portal.activities import actions
from simpul.portal.activities.case_pages import describe_case
from simpul.portal.activities.contract_pages import describe_contract
from simpul.portal.cases.attachments import ACCEPTED
from simpul.portal.cases.errors import CaseNotFound, ReasonMissing
from simpul.portal.cases.forms import AttachmentForm, CommentForm
from simpul.portal.cases.models import Case
from simpul.portal.cases.naming import KINDS
from simpul.portal.cases.permissions import get_visible_case
from simpul.portal.cases.telling import tell_in_message
from simpul.portal.contracts.actions import describe_changes
from simpul.portal.contracts.queries import find_previous
from simpul.procedure.errors import CannotReturn, NotOpen


@require_safe
def show_case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case to one who may know of it."""
    case = get_visible_case(request.user, number)
    context = describe_case(request.user, case)
    kinds = [(kind, KINDS[kind]) for kind in context["kinds"]]
    context["comment_form"] = CommentForm(auto_id="komentar_%s") if context["may_write"] else None
    context["attachment_form"] = AttachmentForm(kinds=kinds, auto_id="lampiran_%s") if kinds else None
    context["accepted"] = ",".join(sorted(ACCEPTED))
    return render(request, "cases/case.html", context)


@require_safe
def show_contract(request: HttpRequest, number: str, sequence: int) -> HttpResponse:
    """Show one version of the case's contract in plain words, with what changed and who answered."""
    case = get_visible_case(request.user, number)
    version = case.contract_versions.select_related("contract", "frozen_by").filter(sequence=sequence).first()
    if version is None:
        raise CaseNotFound
    context = {
        "case": case,
        "version": version,
        "changes": describe_changes(find_previous(version), version),
        "agreements": version.agreements.select_related("organization", "person").order_by("id"),
        **describe_contract(version),
    }
    return render(request, "activities/contract_page.html", context)


@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The applicant takes the case back."""
    return _leave_sop(
        request, number, lambda reason: actions.withdraw(request.user, number, reason), _("Permohonan ditarik.")
    )


@require_POST
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """Bidang stops the case."""
    return _leave_sop(
        request, number, lambda reason: actions.stop(request.user, number, reason), _("Permohonan dihentikan.")
    )


@require_POST
def send_back(request: HttpRequest, number: str) -> HttpResponse:
    """Bidang sends the case back to an earlier activity."""
    step_no = int(request.POST["no"]) if request.POST.get("no", "").isdecimal() else 0
    told = _("Permohonan dikembalikan ke aktivitas %(no)d.") % {"no": step_no}
    return _leave_sop(request, number, lambda reason: actions.send_back(request.user, number, step_no, reason), told)


def _leave_sop(request: HttpRequest, number: str, leave: Callable[[str], Case], told: str) -> HttpResponse:
    with tell_in_message(request, ReasonMissing, CannotReturn, NotOpen):
        leave(request.POST.get("reason", "")[:2000])
        messages.success(request, told)
    return redirect(f"/permohonan/{number}/")
