"""Pages of the inbox and the list of cases, and what is done with a case beside the SOP's own acts."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from simpul.portal.cases import actions, queries
from simpul.portal.cases.actions import ActRef
from simpul.portal.cases.attachments import get_attachment, read_upload
from simpul.portal.cases.errors import AttachmentRefused, ReasonMissing
from simpul.portal.cases.forms import FilterForm, RegisterLetterForm
from simpul.portal.cases.permissions import LANES
from simpul.portal.cases.telling import tell_in_message
from simpul.portal.organizations.queries import get_organization
from simpul.portal.people.models import Role
from simpul.portal.people.permissions import has_role
from simpul.portal.people.queries import get_person

CASES_A_PAGE = 25


@require_safe
def show_inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits for this person: whose turn, what is missing, how late."""
    only_late = request.GET.get("terlambat") == "ya"
    rows = queries.list_inbox(request.user)
    late = [row for row in rows if row.is_late]
    context = {
        "rows": late if only_late else rows,
        "total": len(rows),
        "late": len(late),
        "only_late": only_late,
        "can_apply": has_role(request.user, Role.OPD),
    }
    return render(request, "cases/inbox.html", context)


@require_safe
def list_cases(request: HttpRequest) -> HttpResponse:
    """List the cases this person may know of, narrowed by words, state, lateness."""
    form = FilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    cases = queries.search_cases(
        request.user, wanted.get("cari", ""), wanted.get("keadaan", ""), only_late=wanted.get("terlambat", False)
    )
    page = Paginator(cases, CASES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": queries.list_places(request.user, list(page)),
        "can_apply": has_role(request.user, Role.OPD),
        "letter_form": RegisterLetterForm() if has_role(request.user, *LANES) else None,
    }
    return render(request, "cases/list.html", context)


@require_POST
def open_case(request: HttpRequest) -> HttpResponse:
    """Open a case with row 1 as a draft: for the own agency, or for one whose letter came on paper."""
    code = request.POST.get("pemohon", "")
    applicant = get_organization(code) if code else request.user.organization
    case = actions.open_case(request.user, applicant)
    act = case.open_acts.select_related("organization").get()
    address = f"/permohonan/{case.number}/{act.step}/{act.round}/{act.act}/?untuk={applicant.code}"
    messages.success(request, _("Permohonan %(number)s dibuka sebagai draf.") % {"number": case.number})
    return redirect(address)


@require_POST
def add_comment(request: HttpRequest, number: str) -> HttpResponse:
    """Add a comment; an empty one is told at the case's page."""
    with tell_in_message(request, ReasonMissing):
        actions.comment(request.user, number, request.POST.get("text", ""))
    return redirect(f"/permohonan/{number}/#komentar")


@require_POST
def add_attachment(request: HttpRequest, number: str) -> HttpResponse:
    """Keep a signed scan or another file with the case."""
    file = request.FILES.get("file")
    with tell_in_message(request, AttachmentRefused):
        if file is None:
            messages.error(request, _("Pilih berkas yang akan diunggah."))
        else:
            kept = actions.add_attachment(
                request.user, number, request.POST.get("kind", ""), file.name or "", read_upload(file)
            )
            messages.success(request, _("Berkas %(name)s tersimpan.") % {"name": kept.name})
    return redirect(f"/permohonan/{number}/#lampiran")


@require_safe
def fetch_attachment(request: HttpRequest, number: str, attachment_id: int) -> HttpResponse:
    """Return an attachment, to be saved."""
    kept = get_attachment(request.user, number, attachment_id)
    return send_file(kept.name, kept.media_type, bytes(kept.content))


def send_file(name: str, media_type: str, content: bytes) -> HttpResponse:
    """Return a file to be saved, never shown as a page of the portal's."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": disposition})


@require_POST
def take_act(request: HttpRequest, number: str, step: str, round_no: int, act: str) -> HttpResponse:
    """Take an act that nobody holds."""
    actions.take_act(request.user, number, read_ref(request, step, round_no, act))
    messages.success(request, _("Langkah ini kini Anda pegang."))
    return redirect(f"/permohonan/{number}/")


@require_POST
def hand_act(request: HttpRequest, number: str, step: str, round_no: int, act: str) -> HttpResponse:
    """Hand an act to a colleague who may do it."""
    to = get_person(int(request.POST["to"]) if request.POST.get("to", "").isdigit() else 0)
    ref = read_ref(request, step, round_no, act)
    with tell_in_message(request, ReasonMissing):
        actions.hand_act(request.user, number, ref, to, request.POST.get("reason", "")[:1000])
        told = (
            _("Langkah ini kini Anda pegang.") if to == request.user else _("Langkah ini diserahkan kepada %(name)s.")
        )
        messages.success(request, told % {"name": to.name})
    return redirect(f"/permohonan/{number}/")


def read_ref(request: HttpRequest, step: str, round_no: int, act: str) -> ActRef:
    """Return which act an address names; `?untuk=` is the party it is done for."""
    return ActRef(step, round_no, act, request.GET.get("untuk", ""))
