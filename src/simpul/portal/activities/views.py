"""The page of an act: read, save a draft, send; its tools; and what happens when somebody else was first."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simpul.kernel.errors import Conflict, Invalid, NotFound, Refused, SimpulError
from simpul.portal.activities import actions
from simpul.portal.activities.activity import ActForm
from simpul.portal.activities.errors import AnswersInvalid
from simpul.portal.activities.pages import ActPage, describe_page, make_form, make_tool_forms, open_act
from simpul.portal.activities.tool_results import tell_result
from simpul.portal.activities.uploads import keep_uploads
from simpul.portal.cases import actions as cases
from simpul.portal.cases.actions import ActRef
from simpul.portal.cases.errors import ActAlreadyDone, ActNotOpen
from simpul.portal.cases.telling import describe, describe_message
from simpul.portal.cases.templatetags.case_words import act_address
from simpul.portal.cases.views import read_ref
from simpul.portal.site.fields import add_findings

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def work_on_act(request: HttpRequest, number: str, step: str, round_no: int, act: str) -> HttpResponse:
    """Show an act's form; a POST saves it as a draft or sends it."""
    ref = read_ref(request, step, round_no, act)
    try:
        page = open_act(request.user, number, ref)
        if request.method != "POST":
            return _show(request, page, make_form(page))
        raw, refused = _read_raw(request, page, page.handler.form_class)
        if "simpan" in request.POST:
            return _save_draft(request, page, raw, refused)
        return _send(request, page, raw, refused)
    except (ActAlreadyDone, ActNotOpen) as error:
        return _tell_not_open(request, number, ref, error)


def _read_raw(
    request: HttpRequest, page: ActPage, form_class: type[ActForm]
) -> tuple[Mapping[str, Any], dict[str, SimpulError]]:
    """Return what was typed, with each file already kept, and why a file was refused."""
    kept, refused = keep_uploads(page.context, form_class, request.FILES)
    raw = request.POST.copy()
    for name, number in kept.items():
        raw[name] = str(number)
    return raw, refused


def _save_draft(
    request: HttpRequest, page: ActPage, raw: Mapping[str, Any], refused: dict[str, SimpulError]
) -> HttpResponse:
    form = page.handler.form_class(raw, context=page.context)
    cases.save_draft(request.user, page.context.case.number, page.ref, form.raw_answers())
    for error in refused.values():
        messages.error(request, describe(error))
    messages.success(request, _("Draf tersimpan. Belum ada yang dikirim."))
    return redirect(act_address(page.context.act))


def _send(request: HttpRequest, page: ActPage, raw: Mapping[str, Any], refused: dict[str, SimpulError]) -> HttpResponse:
    form = page.handler.form_class(raw, context=page.context)
    if refused:
        form.full_clean()
        for name, error in refused.items():
            form.add_error(name, describe(error))
        return _keep_and_show(request, page, form)
    try:
        case = actions.complete_act(request.user, page.context.case.number, page.ref, raw)
    except (Invalid, Conflict) as error:
        if isinstance(error, ActAlreadyDone | ActNotOpen):
            raise
        if not isinstance(error, AnswersInvalid):
            form.full_clean()
            _add_findings(form, error)
        return _keep_and_show(request, page, form, error.status)
    told = (
        _("Terkirim. Permohonan %(number)s selesai.")
        if case.ended_at
        else _("Terkirim. Permohonan %(number)s berlanjut.")
    )
    messages.success(request, told % {"number": case.number})
    return redirect(f"/permohonan/{case.number}/")


def _add_findings(form: ActForm, error: SimpulError) -> None:
    """Tell what an action found, with its own sentence above the findings."""
    if error.findings:
        form.add_error(None, describe(error))
    add_findings(form, error)


def _keep_and_show(request: HttpRequest, page: ActPage, form: ActForm, status: int = 422) -> HttpResponse:
    """A refused sending is kept as a draft, so that nothing typed is ever lost."""
    cases.save_draft(request.user, page.context.case.number, page.ref, form.raw_answers())
    return _show(request, page, form, status)


def _show(request: HttpRequest, page: ActPage, form: ActForm, status: int = 200) -> HttpResponse:
    return render(request, page.handler.template_name, describe_page(page, form), status=status)


def _tell_not_open(request: HttpRequest, number: str, ref: ActRef, error: SimpulError) -> HttpResponse:
    """Tell who was first; what was typed is kept, and stands on the case's page."""
    is_kept = False
    if request.method == "POST":
        with suppress(ActNotOpen, Refused):
            cases.keep_lost_draft(request.user, number, ref, _list_typed(request))
            is_kept = True
    context = {"number": number, "message": describe_message(error), "code": error.code, "is_kept": is_kept}
    return render(request, "activities/not_open.html", context, status=error.status)


def _list_typed(request: HttpRequest) -> dict[str, Any]:
    """Return what a page sent as it is, without the fields of the page itself."""
    own = ("csrfmiddlewaretoken", "kirim", "simpan")
    return {name: values[0] if len(values) == 1 else values for name, values in request.POST.lists() if name not in own}


@require_POST
def use_tool(request: HttpRequest, number: str, step: str, round_no: int, act: str, name: str) -> HttpResponse:
    """Use a tool of an act; what was typed in the act's own form stays in its draft."""
    ref = read_ref(request, step, round_no, act)
    try:
        page = open_act(request.user, number, ref)
    except (ActAlreadyDone, ActNotOpen) as error:
        return _tell_not_open(request, number, ref, error)
    tool = next((one for one in page.handler.tools if one.name == name), None)
    if tool is None:
        raise NotFound
    raw, refused = _read_raw(request, page, tool.form_class)
    try:
        if refused:
            raise next(iter(refused.values()))
        result = actions.run_tool(request.user, number, ref, name, raw)
    except (Invalid, Conflict, Refused, NotFound) as error:
        return _show_tool_error(request, page, name, raw, error)
    tell_result(request, name, result)
    return HttpResponseRedirect(act_address(page.context.act))


def _show_tool_error(
    request: HttpRequest, page: ActPage, name: str, raw: Mapping[str, Any], error: SimpulError
) -> HttpResponse:
    tools = make_tool_forms(page, name, raw)
    form = next((one.form for one in tools if one.tool.name == name), None)
    if form is None or not isinstance(error, AnswersInvalid):
        messages.error(request, describe(error))
        for finding in error.findings:
            messages.error(request, f"{finding.where}: {finding.message.id}".removeprefix(": "))
    context = describe_page(page, make_form(page), tools)
    return render(request, page.handler.template_name, context, status=error.status)


@require_safe
def show_progress(request: HttpRequest, number: str, step: str, round_no: int, act: str) -> HttpResponse:
    """Return the part of the page that waits for the worker, for htmx to put in its place."""
    page = open_act(request.user, number, read_ref(request, step, round_no, act))
    context = {**describe_page(page, make_form(page)), "shows_publication": True}
    response = render(request, "activities/progress.html", context)
    if page.handler.tools and not context["is_waiting"] and page.context.act.step_no == 10:
        response["HX-Refresh"] = "true"  # the upload form now has datasets to offer
    return response
