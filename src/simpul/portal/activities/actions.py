"""Completing an act of the SOP with its effect: one transaction, one event, its papers and jobs inside."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import override

from simpul.kernel.clock import now
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.portal.activities.activity import ActContext, ActForm
from simpul.portal.activities.errors import ActHeld, AnswersInvalid, ToolNotFound
from simpul.portal.activities.registry import ACTIVITIES, get_handler
from simpul.portal.audit.actions import record
from simpul.portal.cases import actions as cases
from simpul.portal.cases import history
from simpul.portal.cases.actions import ActRef
from simpul.portal.cases.models import Case, OpenAct
from simpul.portal.cases.permissions import check_can_act, get_visible_case
from simpul.portal.people.models import Person
from simpul.portal.services.actions import close_case_services

OFFICIAL = "id"
"""The language of papers and of what is kept, whatever language the officer's page speaks."""


def make_context(person: Person, case: Case, act: OpenAct) -> ActContext:
    """Return the context in which an act is shown or done now."""
    return ActContext(person, case, act, now())


@transaction.atomic
def complete_act(person: Person, number: str, ref: ActRef, raw: Mapping[str, Any]) -> Case:
    """Check the answers, do the act's effect, and move the case on.

    Args:
        raw: the form's values, flat as a page sends them or nested as a program does.
    Raises: CaseNotFound, NotYourAct, HeldByColleague, ActAlreadyDone, ActNotOpen, AnswersInvalid, ActHeld.
    """
    case = history.lock_case(get_visible_case(person, number).number)
    act = cases.find_open_act(case, ref)
    check_can_act(person, act)
    context = make_context(person, case, act)
    handler = get_handler(act.step_no, act.act)
    form = check_form(handler.form_class, raw, context)
    held = handler.list_missing(context)
    if held:
        raise ActHeld(findings=[Finding("", "held", words) for words in held])
    answers = form.answers()
    with override(OFFICIAL):
        gate = handler.apply(context, answers)
        completed = cases.record_act(case, act, person, gate, answers, context.at)
        if completed is not None:
            ACTIVITIES[act.step_no].on_completed(context, completed)
    record(person, "act.complete", "case", case.number, step=act.step_no, act=act.act, round=act.round)
    refresh_missing(case)
    return case


@transaction.atomic
def run_tool(person: Person, number: str, ref: ActRef, name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Run a tool of an open act, by the one whose act it is. Raises: as `complete_act`, and ToolNotFound."""
    case = history.lock_case(get_visible_case(person, number).number)
    act = cases.find_open_act(case, ref)
    check_can_act(person, act)
    context = make_context(person, case, act)
    tool = next((one for one in get_handler(act.step_no, act.act).tools if one.name == name), None)
    if tool is None:
        raise ToolNotFound
    result = tool.run(context, check_form(tool.form_class, raw, context).answers())
    record(person, f"tool.{name}", "case", case.number, step=act.step_no)
    refresh_missing(case)
    return result


def check_form(form_class: type[ActForm], raw: Mapping[str, Any], context: ActContext) -> ActForm:
    """Return the form with right answers.

    Raises: AnswersInvalid: a finding a message, in both languages; `where` is the field's name, "" for the whole form.
    """
    form = form_class(raw, context=context)
    if form.is_valid():
        return form
    told = {language: _list_messages(form_class, raw, context, language) for language in (OFFICIAL, "en")}
    findings = [
        Finding(where, "form", Words(text, english))
        for (where, text), (_, english) in zip(told[OFFICIAL], told["en"], strict=True)
    ]
    raise AnswersInvalid(findings=findings)


def _list_messages(
    form_class: type[ActForm], raw: Mapping[str, Any], context: ActContext, language: str
) -> list[tuple[str, str]]:
    """Return (field, message) of each error, in one language; the checks are the same in each."""
    with override(language):
        errors = form_class(raw, context=context).errors
        return [
            ("" if name == "__all__" else name, str(message))
            for name, messages in errors.items()
            for message in messages
        ]


def refresh_held_cases() -> None:
    """Look again at each case that something holds: rows may have come by the exchange meanwhile."""
    for case in Case.objects.filter(open_acts__missing__gt=[]).distinct():
        refresh_missing(case)


def refresh_missing(case: Case) -> None:
    """Write what holds each open act of a case, for the inbox."""
    for act in case.open_acts.select_related("organization", "holder"):
        if act.step_no not in ACTIVITIES:
            continue
        context = make_context(case.created_by, case, act)
        missing = [[words.id, words.en] for words in get_handler(act.step_no, act.act).list_missing(context)]
        if missing != act.missing:  # by a query of its own: the act may be done meanwhile
            OpenAct.objects.filter(pk=act.pk).update(missing=missing)


@transaction.atomic
def withdraw(person: Person, number: str, reason: str) -> Case:
    """Outside the SOP: the applicant *menarik* the case; what it opened in the exchange is closed."""
    return _close_services(person, cases.withdraw(person, number, reason), reason)


@transaction.atomic
def stop(person: Person, number: str, reason: str) -> Case:
    """Outside the SOP: Bidang *menghentikan* the case; what it opened in the exchange is closed."""
    return _close_services(person, cases.stop(person, number, reason), reason)


def _close_services(person: Person, case: Case, reason: str) -> Case:
    closed = close_case_services(case, reason)
    if closed:
        record(person, "services.closed", "case", case.number, services=closed)
    return case


@transaction.atomic
def send_back(person: Person, number: str, step_no: int, reason: str) -> Case:
    """Outside the SOP: Bidang *mengembalikan* the case to an earlier activity; rows, keys and contract stay."""
    case = cases.send_back(person, number, step_no, reason)
    refresh_missing(case)
    return case
