"""What the page of an act shows: the form as far as it is filled, what holds it, its tools, what the SOP says."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from simpul.kernel.clock import now
from simpul.portal.activities.activity import ActContext, ActForm, Handler, Tool
from simpul.portal.activities.registry import get_handler
from simpul.portal.activities.returns import list_reasons
from simpul.portal.cases import actions as cases
from simpul.portal.cases import deadlines, history, queries
from simpul.portal.cases.actions import ActRef
from simpul.portal.cases.permissions import check_can_act, get_visible_case
from simpul.portal.people.models import Person
from simpul.portal.procedures import queries as procedures
from simpul.portal.quality.models import TestRun
from simpul.portal.services.models import Publication


class ToolForm(NamedTuple):
    """A tool with its form as the page shows it; `form` is None where it asks nothing."""

    tool: Tool
    form: ActForm | None


class ActPage(NamedTuple):
    """An act that this person may do now."""

    context: ActContext
    handler: Handler
    ref: ActRef


def open_act(person: Person, number: str, ref: ActRef) -> ActPage:
    """Return an open act for the person who may do it now.

    Raises: CaseNotFound, ActAlreadyDone, ActNotOpen, NotYourAct, HeldByColleague.
    """
    case = get_visible_case(person, number)
    act = cases.find_open_act(case, ref)
    check_can_act(person, act)
    return ActPage(ActContext(person, case, act, now()), get_handler(act.step_no, act.act), ref)


def make_form(page: ActPage) -> ActForm:
    """Return the form as it was left: the draft, else what the last round answered."""
    draft = queries.find_draft(page.context.act)
    initial = draft.answers if draft else page.handler.get_initial(page.context)
    return page.handler.form_class(context=page.context, initial=initial)


def make_tool_forms(page: ActPage, used: str = "", raw: Mapping[str, Any] | None = None) -> list[ToolForm]:
    """Return the act's tools with their forms; the one just used keeps what was typed."""
    return [_make_tool_form(page, tool, raw if tool.name == used else None) for tool in page.handler.tools]


def _make_tool_form(page: ActPage, tool: Tool, raw: Mapping[str, Any] | None) -> ToolForm:
    form = tool.form_class(raw, context=page.context, auto_id=f"id_{tool.name}_%s")
    return ToolForm(tool, form if list(form.fields) != ["note"] else None)


def describe_page(page: ActPage, form: ActForm, tools: list[ToolForm] | None = None) -> dict[str, Any]:
    """Return the whole context of an act's template."""
    context, act = page.context, page.context.act
    procedure = history.load_procedure(context.case)
    step = procedure.step_by_key[act.step]
    described = page.handler.describe(context)
    return {
        "case": context.case,
        "act": act,
        "step": step,
        "label": step.act_by_key[act.act].label,
        "handler": page.handler,
        "form": form,
        "tools": make_tool_forms(page) if tools is None else tools,
        "missing": page.handler.list_missing(context),
        "draft": queries.find_draft(act),
        "remaining": deadlines.describe_due(act.due_at, procedures.get_calendar(), context.at),
        "is_late": bool(act.due_at and act.due_at < context.at),
        "is_waiting": is_waiting(described),
        "reasons": list_reasons(act),
        **described,
    }


def is_waiting(described: Mapping[str, Any]) -> bool:
    """Return whether the worker is at something that this page waits for."""
    publication, run = described.get("publication"), described.get("run")
    return bool(
        (publication and publication.state == Publication.State.PREPARING)
        or (run and run.state == TestRun.State.WAITING)
    )
