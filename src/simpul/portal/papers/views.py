"""Pages of papers: each one to be saved, and the register of needs."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from simpul.portal.cases.views import send_file
from simpul.portal.papers import register
from simpul.portal.papers.queries import get_paper

ENTRIES_A_PAGE = 50


@require_safe
def fetch_paper(request: HttpRequest, number: str, paper_id: int) -> HttpResponse:
    """Return a paper of a case, to be saved."""
    paper = get_paper(request.user, number, paper_id)
    return send_file(paper.name, paper.media_type, bytes(paper.content))


@require_safe
def show_register(request: HttpRequest) -> HttpResponse:
    """Show the register *Identifikasi dan Spesifikasi Kebutuhan* of a year, or of all."""
    year = _read_year(request)
    page = Paginator(register.list_registered(request.user, year), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": [{**register.describe_entry(one), "opened_at": one.opened_at} for one in page],
        "year": year,
        "years": register.list_years(request.user),
    }
    return render(request, "papers/register.html", context)


@require_safe
def fetch_register(request: HttpRequest, extension: str) -> HttpResponse:
    """Return the register as .ods or .pdf."""
    file = register.render_register(request.user, extension, _read_year(request))
    return send_file(file.name, file.media_type, file.content)


def _read_year(request: HttpRequest) -> int | None:
    text = request.GET.get("tahun", "")
    return int(text) if len(text) == 4 and text.isdecimal() else None
