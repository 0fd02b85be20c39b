"""Pages of the evidence: calls by their metadata, and the seals over them."""

import json
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from simpul.evidence.keys import fingerprint
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.proofs import queries
from simpul.portal.proofs.forms import FilterForm
from simpul.portal.proofs.permissions import check_reads_all, check_reads_any, check_reads_roots, reads_all
from simpul.portal.proofs.roots import describe_root, write_short

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


@require_safe
def list_roots(request: HttpRequest) -> HttpResponse:
    """List the roots told each day and the public keys, to be kept by the parties outside the hub."""
    check_reads_roots(request.user)
    newest = queries.list_seals(limit_rows=1)
    context = {
        "roots": [{"day": one.day, "seal": one.seal, "short": write_short(one.seal)} for one in queries.list_roots()],
        "newest": {"seal": newest[0], "root": bytes(newest[0].root).hex()} if newest else None,
        "keys": [{"key": one, "fingerprint": fingerprint(bytes(one.public))} for one in queries.list_keys()],
    }
    return render(request, "proofs/roots.html", context)


@require_safe
def send_root(request: HttpRequest, day: date) -> HttpResponse:
    """Send a day's root as a signed file."""
    check_reads_roots(request.user)
    text = json.dumps(describe_root(queries.get_root(day)), indent=1) + "\n"
    return _send(text, "application/json", f"simpul-akar-{day.isoformat()}.json")


@require_safe
def send_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """Send a public key: 64 hex digits."""
    check_reads_roots(request.user)
    key = queries.get_key(key_id)
    return _send(f"{bytes(key.public).hex()}\n", "text/plain", f"simpul-{key.key_id}.pub")


def _send(text: str, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
