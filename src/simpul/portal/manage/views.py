"""The management API: the pages' actions for programs, with a personal token. No rule stands here."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from simpul.portal.activities import actions as activities
from simpul.portal.cases import actions as cases
from simpul.portal.cases import queries as case_queries
from simpul.portal.cases.attachments import attach, get_attachment, read_upload
from simpul.portal.cases.errors import ActAlreadyDone
from simpul.portal.cases.models import Case, OpenAct
from simpul.portal.cases.permissions import acts_for, check_can_act, get_visible_case, list_visible_cases
from simpul.portal.manage import describe
from simpul.portal.manage.openapi import write_openapi
from simpul.portal.manage.requests import FieldMissing, get_count, get_object, get_text, read_act, read_body
from simpul.portal.organizations.queries import get_organization
from simpul.portal.papers.queries import get_paper, list_papers
from simpul.portal.people.models import Person
from simpul.portal.people.permissions import roles_of
from simpul.portal.services.asking import open_linked_case
from simpul.portal.services.permissions import get_known_contract
from simpul.portal.site.access import public

PAGE_ROWS = 100


@public
@require_GET
def show_openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(write_openapi())


@require_GET
def show_me(request: HttpRequest) -> HttpResponse:
    person: Person = request.user  # type: ignore[assignment]
    return JsonResponse(
        {"name": person.name, "organization": person.organization.code, "roles": sorted(roles_of(person))}
    )


@require_GET
def show_inbox(request: HttpRequest) -> HttpResponse:
    rows = case_queries.list_inbox(request.user)  # type: ignore[arg-type]
    return JsonResponse(
        {
            "acts": [
                {"case": row.act.case.number, "title": row.act.case.title, **describe.describe_act(row.act)}
                for row in rows
            ]
        }
    )


@require_http_methods(["GET", "POST"])
def work_on_cases(request: HttpRequest) -> HttpResponse:
    """GET lists the visible cases, newest first, `?after=` a number; POST opens one."""
    person: Person = request.user  # type: ignore[assignment]
    if request.method == "GET":
        rows = list_visible_cases(person).order_by("-number").select_related("applicant", "procedure_version")
        after = request.GET.get("after")
        rows = rows.filter(number__lt=after) if after else rows
        listed = [
            {"number": one.number, "title": one.title, "state": one.state, "applicant": one.applicant.code}
            for one in rows[:PAGE_ROWS]
        ]
        return JsonResponse({"cases": listed})
    return JsonResponse(describe.describe_case(_open_case(person, read_body(request))), status=201)


def _open_case(person: Person, body: dict[str, Any]) -> Case:
    """An agency asks for itself; Kominfo registers the letter on paper of another one."""
    applicant = get_organization(get_text(body, "applicant", person.organization.code))
    kind, context = _read_kind(body), get_text(body, "changes", "")
    if context and applicant == person.organization:
        return open_linked_case(person, context, kind)
    changes = get_known_contract(person, context) if context else None
    return cases.open_case(person, applicant, kind=kind, changes=changes, is_sample=body.get("sample") is True)


def _read_kind(body: dict[str, Any]) -> str:
    kind = get_text(body, "kind", Case.Kind.NEW)
    if kind not in Case.Kind.values:
        raise FieldMissing(name="kind", kind="/".join(Case.Kind.values))
    return kind


@require_GET
def show_case(request: HttpRequest, number: str) -> HttpResponse:
    case = get_visible_case(request.user, number)  # type: ignore[arg-type]
    timeline = [describe.describe_event(one) for one in case_queries.list_timeline(case)]
    papers = [describe.describe_paper(one) for one in list_papers(case)]
    return JsonResponse({**describe.describe_case(case), "timeline": timeline, "papers": papers})


@require_http_methods(["GET", "POST"])
def work_on_acts(request: HttpRequest, number: str) -> HttpResponse:
    """GET tells what each open act of this person's asks; POST completes one."""
    person: Person = request.user  # type: ignore[assignment]
    if request.method == "GET":
        case = get_visible_case(person, number)
        own = case.open_acts.filter(acts_for(person)).select_related("organization", "holder", "case")
        return JsonResponse(
            {"acts": [{**describe.describe_act(act), **describe.describe_form(person, act)} for act in own]}
        )
    body = read_body(request)
    act, answers = read_act(body), get_object(body, "answers")
    try:
        case = activities.complete_act(person, number, act, answers)
    except ActAlreadyDone:
        cases.keep_lost_draft(person, number, act, answers)
        raise
    return JsonResponse(describe.describe_case(case))


@require_http_methods(["PUT"])
def keep_draft(request: HttpRequest, number: str) -> HttpResponse:
    body = read_body(request)
    cases.save_draft(request.user, number, read_act(body), get_object(body, "answers"))  # type: ignore[arg-type]
    return JsonResponse({"saved": True})


@require_POST
def run_tool(request: HttpRequest, number: str, name: str) -> HttpResponse:
    body = read_body(request)
    return JsonResponse(activities.run_tool(request.user, number, read_act(body), name, get_object(body, "values")))  # type: ignore[arg-type]


@require_POST
def take_act(request: HttpRequest, number: str) -> HttpResponse:
    return JsonResponse(describe.describe_act(cases.take_act(request.user, number, read_act(read_body(request)))))  # type: ignore[arg-type]


@require_POST
def hand_act(request: HttpRequest, number: str) -> HttpResponse:
    body = read_body(request)
    to = Person.objects.filter(nip=get_text(body, "to")).first()
    if to is None:
        raise FieldMissing(name="to", kind="NIP")
    act = cases.hand_act(request.user, number, read_act(body), to, get_text(body, "reason", ""))  # type: ignore[arg-type]
    return JsonResponse(describe.describe_act(act))


@require_POST
def leave_sop(request: HttpRequest, number: str, way: str) -> HttpResponse:
    """The three ways outside the SOP: withdraw, stop, return (to an earlier step). Each needs a reason."""
    body, person = read_body(request), request.user
    reason = get_text(body, "reason", "")
    if way == "return":
        case = activities.send_back(person, number, get_count(body, "no"), reason)  # type: ignore[arg-type]
    elif way == "stop":
        case = activities.stop(person, number, reason)  # type: ignore[arg-type]
    else:
        case = activities.withdraw(person, number, reason)  # type: ignore[arg-type]
    return JsonResponse(describe.describe_case(case))


@require_POST
def add_comment(request: HttpRequest, number: str) -> HttpResponse:
    comment = cases.comment(request.user, number, get_text(read_body(request), "text", ""))  # type: ignore[arg-type]
    return JsonResponse({"id": comment.pk}, status=201)


@require_POST
def add_attachment(request: HttpRequest, number: str) -> HttpResponse:
    """multipart/form-data: `file`, `kind`, and the act as `step`, `round`, `act`, `organization`."""
    person: Person = request.user  # type: ignore[assignment]
    file = request.FILES.get("file")
    if file is None:
        raise FieldMissing(name="file", kind="multipart file")
    given: dict[str, Any] = {name: str(value) for name, value in request.POST.items()}
    given["round"] = int(given["round"]) if given.get("round", "").isdigit() else None
    case = get_visible_case(person, number)
    act: OpenAct = cases.find_open_act(case, read_act(given))
    check_can_act(person, act)
    kept = attach(person, case, act.step, act.round, get_text(given, "kind"), file.name or "", read_upload(file))
    return JsonResponse({"id": kept.pk, "name": kept.name, "sha256": kept.digest}, status=201)


@require_GET
def show_attachment(request: HttpRequest, number: str, attachment_id: int) -> HttpResponse:
    kept = get_attachment(request.user, number, attachment_id)  # type: ignore[arg-type]
    return send_file(kept.name, kept.media_type, bytes(kept.content))


@require_GET
def show_papers(request: HttpRequest, number: str) -> HttpResponse:
    case = get_visible_case(request.user, number)  # type: ignore[arg-type]
    return JsonResponse({"papers": [describe.describe_paper(one) for one in list_papers(case)]})


@require_GET
def show_paper(request: HttpRequest, number: str, paper_id: int) -> HttpResponse:
    paper = get_paper(request.user, number, paper_id)  # type: ignore[arg-type]
    return send_file(paper.name, paper.media_type, bytes(paper.content))


def send_file(name: str, media_type: str, content: bytes) -> HttpResponse:
    """Return a file to be saved, never shown as a page of the portal's."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": disposition})
