"""Pages of the evidence: calls by their metadata, and the seals over them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from simpul.portal.organizations.queries import list_lineage
from simpul.portal.proofs import queries
from simpul.portal.proofs.forms import FilterForm
from simpul.portal.proofs.permissions import check_reads_all, check_reads_any, reads_all

CALLS_A_PAGE = 50
SEALS_A_PAGE = 50


@require_safe
def list_proofs(request: HttpRequest) -> HttpResponse:
    """List calls, newest first: all for those who watch over the hub, the own ones for an agency's programmers."""
    check_reads_any(request.user)
    whole = reads_all(request.user)
    own = None if whole else list_lineage(request.user.organization)
    form = FilterForm(request.GET, own=own)
    proofs = queries.list_proofs(form.make_wanted(), CALLS_A_PAGE)
    context = {
        "form": form,
        "proofs": proofs,
        "reads_all": whole,
        "next_before": proofs[-1].id if len(proofs) == CALLS_A_PAGE else None,
        "is_later_page": "sebelum" in request.GET,
    }
    return render(request, "proofs/calls.html", context)


@require_safe
def list_seals(request: HttpRequest) -> HttpResponse:
    """List the seals, newest first, with numbers and roots, to be compared with a copy kept elsewhere."""
    check_reads_all(request.user)
    before = request.GET.get("sebelum", "")
    seals = queries.list_seals(int(before) if before.isdecimal() and len(before) < 18 else 0, SEALS_A_PAGE)
    context = {
        "seals": [
            {
                "number": one.number,
                "count": one.count,
                "root": bytes(one.root).hex(),
                "previous": bytes(one.previous).hex(),
                "key_id": one.key_id,
                "signed_at": one.signed_at,
            }
            for one in seals
        ],
        "waiting": queries.count_unsealed(),
        "next_before": seals[-1].number if len(seals) == SEALS_A_PAGE else None,
    }
    return render(request, "proofs/seals.html", context)
