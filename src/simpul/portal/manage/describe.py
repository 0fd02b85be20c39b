"""What the management API tells of a case, an open act, a paper: plain JSON, instants with offset."""

from datetime import datetime
from typing import Any

from django import forms

from simpul.kernel.clock import local, now
from simpul.portal.activities.activity import ActContext
from simpul.portal.activities.fields import AttachmentField, RowsField
from simpul.portal.activities.registry import get_handler
from simpul.portal.cases import deadlines, history
from simpul.portal.cases.models import Case, CaseEvent, OpenAct
from simpul.portal.cases.queries import find_draft
from simpul.portal.papers.models import Paper
from simpul.portal.people.models import Person
from simpul.portal.procedures import queries as procedures
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import make_address


def describe_instant(instant: datetime | None) -> str | None:
    return local(instant).isoformat(timespec="seconds") if instant else None


def describe_case(case: Case) -> dict[str, Any]:
    """Return a case with its parties and its open acts."""
    return {
        "number": case.number,
        "title": case.title,
        "kind": case.kind,
        "state": case.state,
        "procedure": f"{case.procedure_version.key}.v{case.procedure_version.number}",
        "parties": history.read_parties(case).as_data(),
        "opened_at": describe_instant(case.opened_at),
        "ended_at": describe_instant(case.ended_at),
        "open_acts": [describe_act(act) for act in case.open_acts.select_related("organization", "holder")],
        "services": [
            _describe_service(one) for one in Publication.objects.filter(contract_version__case=case).order_by("id")
        ],
        "tests": _describe_tests(case),
    }


def _describe_service(publication: Publication) -> dict[str, Any]:
    return {
        "context": publication.context,
        "major": publication.major,
        "stage": publication.stage,
        "state": publication.state,
        "problem": publication.problem,
        "address": make_address(publication),
        "datasets": [
            {"name": one.name, "rows": one.row_count, "version": one.version}
            for one in publication.datasets.order_by("id")
        ],
    }


def _describe_tests(case: Case) -> dict[str, Any] | None:
    run = case.test_runs.order_by("-id").first()
    return {"state": run.state, "passed": run.passed, "failed": run.failed, "results": run.results} if run else None


def describe_act(act: OpenAct) -> dict[str, Any]:
    """Return whose turn it is, what holds it, and how late it is."""
    instant = now()
    return {
        "step": act.step,
        "no": act.step_no,
        "round": act.round,
        "act": act.act,
        "actor": act.actor,
        "organization": act.organization.code if act.organization else "",
        "holder": act.holder.name if act.holder else None,
        "opened_at": describe_instant(act.opened_at),
        "due_at": describe_instant(act.due_at),
        "remaining": deadlines.describe_due(act.due_at, procedures.get_calendar(), instant).id,
        "late": bool(act.due_at and act.due_at < instant),
        "missing": [{"message": one[0], "message_en": one[1]} for one in act.missing],
    }


def describe_form(person: Person, act: OpenAct) -> dict[str, Any]:
    """Return what an act asks: each field with its type, and the names of its tools with theirs."""
    context = ActContext(person, act.case, act, now())
    handler, draft = get_handler(act.step_no, act.act), find_draft(act)
    return {
        "fields": describe_fields(handler.form_class(context=context)),
        "initial": handler.get_initial(context),
        "draft": draft.answers if draft else None,
        "tools": {one.name: describe_fields(one.form_class(context=context)) for one in handler.tools},
    }


def describe_fields(form: forms.BaseForm) -> dict[str, Any]:
    return {name: _describe_field(field) for name, field in form.fields.items()}


def _describe_field(field: forms.Field) -> dict[str, Any]:
    told: dict[str, Any] = {"type": _name_type(field), "label": str(field.label or ""), "required": field.required}
    if isinstance(field, RowsField):
        told["row"] = describe_fields(field.row_form())
    elif isinstance(field, forms.ModelChoiceField):
        told["choices"] = [str(field.prepare_value(one)) for one in field.queryset or ()]
    elif isinstance(field, forms.ChoiceField):
        told["choices"] = [str(value) for value, _label in field.widget.choices]  # type: ignore[attr-defined]
    return told


def _name_type(field: forms.Field) -> str:
    kinds: list[tuple[type[forms.Field], str]] = [
        (AttachmentField, "attachment"),
        (RowsField, "rows"),
        (forms.ModelMultipleChoiceField, "choices"),
        (forms.MultipleChoiceField, "choices"),
        (forms.ChoiceField, "choice"),
        (forms.ModelChoiceField, "choice"),
        (forms.BooleanField, "boolean"),
        (forms.DateField, "date"),
        (forms.FloatField, "number"),
        (forms.IntegerField, "integer"),
        (forms.EmailField, "email"),
    ]
    return next((name for kind, name in kinds if isinstance(field, kind)), "text")


def describe_event(event: CaseEvent) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "kind": event.kind,
        "no": event.step_no,
        "step": event.step,
        "round": event.round,
        "act": event.act,
        "organization": event.organization.code if event.organization else "",
        "person": event.person.name if event.person else None,
        "at": describe_instant(event.at),
        "answers": event.answers.get("gate", {}),
        "data": event.data,
    }


def describe_paper(paper: Paper) -> dict[str, Any]:
    return {
        "id": paper.pk,
        "no": paper.step_no,
        "round": paper.round,
        "kind": paper.kind,
        "title": paper.title,
        "name": paper.name,
        "media_type": paper.media_type,
        "size_bytes": paper.size_bytes,
        "sha256": paper.digest,
        "made_at": describe_instant(paper.made_at),
    }
