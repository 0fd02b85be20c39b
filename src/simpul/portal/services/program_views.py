"""Pages for those who write programs: try a service, programs to copy, the connection tester, and what was called."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from simpul.portal.contracts.models import Contract
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import check_role, has_role
from simpul.portal.services import connection, programming
from simpul.portal.services.errors import QueryUnreadable, TooManyTries
from simpul.portal.services.forms import ConnectionForm
from simpul.portal.services.models import Publication
from simpul.portal.services.permissions import check_reads_whole, get_known_contract
from simpul.portal.services.queries import make_path
from simpul.portal.services.showing import get_publication, list_publications, list_shown_datasets
from simpul.portal.services.trying import make_policy
from simpul.portal.site.fields import add_findings

TRIES, TRIES_SECONDS = 20, 300
"""How many connection tests a person may run in how long."""
USERS = (Role.PEMROGRAM_OPD, Role.PENGELOLA_SISTEM)


@require_safe
def show_try(request: HttpRequest, context: str) -> HttpResponse:
    """Show the service's OpenAPI document as a form that calls the exchange from the reader's own browser."""
    response = render(request, "services/try.html", _describe(request, context))
    response.headers["Content-Security-Policy"] = make_policy(settings.HUB.EXCHANGE_URL)
    return response


@require_safe
def show_programs(request: HttpRequest, context: str) -> HttpResponse:
    """Show programs to copy, with the service's real address and the columns that the reader's agency was granted."""
    shown = _describe(request, context)
    wanted = request.GET.get("data", "")
    shown |= programming.describe_programs(request.user, shown["contract"], shown["publication"], wanted)
    shown["is_programmer"] = has_role(request.user, *USERS)
    return render(request, "services/programs.html", shown)


@never_cache
@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
def test_connection(request: HttpRequest, context: str) -> HttpResponse:
    """Show the connection tester; POST tries a key, which is neither kept nor shown again."""
    shown = _describe(request, context)
    publication: Publication = shown["publication"]
    datasets = list_shown_datasets(publication)
    form = ConnectionForm(request.POST or None, datasets=datasets)
    findings: list[connection.Finding] = []
    if request.method == "POST" and form.is_valid():
        _count_try(request.user)
        wanted = form.cleaned_data
        row = next(one.row for one in datasets if one.row.name == wanted["dataset"])
        question = connection.Question(
            make_path(publication), wanted["dataset"], wanted["key"], wanted["query"], row.delivered_at is not None
        )
        try:
            findings = connection.find_obstacle(settings.HUB, question)
        except QueryUnreadable as error:
            add_findings(form, error)
    shown |= {
        "form": form,
        "findings": findings,
        "first": connection.find_first(findings),
        "datasets": datasets,
    }
    return render(request, "services/connection.html", shown)


@require_safe
def show_usage(request: HttpRequest, context: str) -> HttpResponse:
    """Show the calls to a service by day, and the last that went wrong: the reader's agency's, or all to Kominfo."""
    contract, publication = _get_whole(request, context)
    shown = programming.describe_usage(request.user, list_publications(contract))
    return render(
        request,
        "services/usage.html",
        shown | {"contract": contract, "publication": publication, "draw": _name_chart(shown)},
    )


@require_safe
def show_own_usage(request: HttpRequest) -> HttpResponse:
    """Show the calls of the reader's agency to every service, or those of one program."""
    check_role(request.user, *USERS)
    applications = programming.list_own_applications(request.user)
    wanted = request.GET.get("aplikasi", "")
    chosen = next((one for one in applications if str(one.pk) == wanted), None)
    shown = programming.describe_usage(request.user, None, chosen)
    shown |= {"applications": applications, "chosen": chosen, "draw": _name_chart(shown)}
    return render(request, "services/usage.html", shown)


def _name_chart(shown: dict[str, Any]) -> dict[str, Any]:
    chart: dict[str, Any] = shown["chart"]
    for series, name in zip(chart["series"], (_("dijawab"), _("gagal")), strict=True):
        series["name"] = name
    return chart


def _count_try(person: Person) -> None:
    """Raise TooManyTries where a person tests too often: each test holds a connection while it waits."""
    place = f"connection-tries:{person.pk}"
    cache.add(place, 0, TRIES_SECONDS)
    if cache.incr(place) > TRIES:
        raise TooManyTries


def _describe(request: HttpRequest, context: str) -> dict[str, Any]:
    contract, publication = _get_whole(request, context)
    return {
        "contract": contract,
        "publication": publication,
        "choices": programming.list_choices(contract),
        "exchange_url": settings.HUB.EXCHANGE_URL,
    }


def _get_whole(request: HttpRequest, context: str) -> tuple[Contract, Publication]:
    contract = get_known_contract(request.user, context)
    check_reads_whole(request.user, contract)
    return contract, get_publication(contract, request.GET.get("tahap", ""), request.GET.get("v", ""))
