"""The page of the log, for auditors and the Pengelola Sistem."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from simpul.portal.audit.forms import FilterForm
from simpul.portal.audit.queries import list_entries
from simpul.portal.people.gates import for_roles
from simpul.portal.people.models import Role

ENTRIES_A_PAGE = 100


@for_roles(Role.AUDITOR, Role.PENGELOLA_SISTEM)
@require_safe
def show_log(request: HttpRequest) -> HttpResponse:
    """Show the log, filtered, in pages."""
    form = FilterForm(request.GET)
    page = Paginator(list_entries(form.make_wanted()), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "audit/log.html", {"form": form, "page": page})
