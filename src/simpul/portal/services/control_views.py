"""The control page of a service: pause and resume, a version's last day, and the networks of its consumers."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from simpul.kernel.errors import Conflict, Invalid
from simpul.portal.cases.telling import tell_in_message
from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.models import Organization
from simpul.portal.people.permissions import RoleMissing
from simpul.portal.services import lifecycle, networks, pausing
from simpul.portal.services.controlling import describe_control, may_control
from simpul.portal.services.errors import NothingToPause
from simpul.portal.services.models import Application, Grant, LifecycleRequest, Publication
from simpul.portal.services.permissions import get_known_contract

TOLD = (Conflict, Invalid)
"""Errors that a form's next try mends: told on the page itself."""


@require_safe
def show_control(request: HttpRequest, context: str) -> HttpResponse:
    """Show the versions, consumers and programs of a service, and what may be done with each."""
    contract = get_known_contract(request.user, context)
    return render(request, "services/control.html", describe_control(request.user, contract))


@require_POST
def pause_access(request: HttpRequest, context: str) -> HttpResponse:
    """Pause a version, or one consumer on it."""
    publication = _get_publication(request, context)
    with tell_in_message(request, *TOLD):
        pausing.pause_publication(request.user, publication, request.POST.get("reason", ""), _find_consumer(request))
        messages.success(request, _("Dijeda. Panggilan program ditolak mulai sekarang."))
    return redirect("service_control", context)


@require_POST
def pause_application(request: HttpRequest, context: str) -> HttpResponse:
    """Pause a program, wherever it calls."""
    _check(request, context)
    application = Application.objects.filter(pk=_read_number(request, "application")).first()
    if application is None:
        raise NothingToPause
    with tell_in_message(request, *TOLD):
        pausing.pause_application(request.user, application, request.POST.get("reason", ""))
        messages.success(request, _("Dijeda. Panggilan program ditolak mulai sekarang."))
    return redirect("service_control", context)


@require_POST
def resume_access(request: HttpRequest, context: str) -> HttpResponse:
    """End a pause."""
    _check(request, context)
    with tell_in_message(request, *TOLD):
        pausing.resume(request.user, _read_number(request, "pause"))
        messages.success(request, _("Jeda diakhiri."))
    return redirect("service_control", context)


@require_POST
def end_version(request: HttpRequest, context: str) -> HttpResponse:
    """Set a version's last day or retire it; of the provider it is a request to Kominfo."""
    publication, reason = _get_publication(request, context), request.POST.get("reason", "")
    retires = request.POST.get("wish") == LifecycleRequest.Wish.RETIRE
    with tell_in_message(request, *TOLD):
        if not lifecycle.may_decide(request.user):
            wish = LifecycleRequest.Wish.RETIRE if retires else LifecycleRequest.Wish.DEPRECATE
            lifecycle.ask(request.user, publication, wish, None if retires else _read_day(request), reason)
            messages.success(request, _("Usulan disampaikan kepada Kominfo."))
        elif retires:
            lifecycle.retire(request.user, publication, reason)
            messages.success(request, _("Versi itu dihentikan."))
        else:
            lifecycle.deprecate(request.user, publication, _read_day(request), reason)
            messages.success(request, _("Hari terakhir diumumkan kepada para pemanfaat."))
    return redirect("service_control", context)


@require_POST
def decide_end(request: HttpRequest, context: str) -> HttpResponse:
    """Grant or refuse the provider's request."""
    _check(request, context)
    with tell_in_message(request, *TOLD):
        lifecycle.decide(request.user, _read_number(request, "request"), granted=request.POST.get("answer") == "ya")
        messages.success(request, _("Keputusan tersimpan."))
    return redirect("service_control", context)


@require_POST
def set_addresses(request: HttpRequest, context: str) -> HttpResponse:
    """Bind a consumer's grant to networks."""
    contract = _check(request, context)
    grants = Grant.objects.filter(dataset__publication__contract_version__contract=contract)
    grant = grants.filter(pk=_read_number(request, "grant")).first()
    if grant is None:
        raise NothingToPause
    with tell_in_message(request, *TOLD):
        networks.set_addresses(request.user, grant.pk, request.POST.get("addresses", ""))
        messages.success(request, _("Daftar alamat tersimpan dan berlaku mulai sekarang."))
    return redirect("service_control", context)


def _check(request: HttpRequest, context: str) -> Contract:
    contract = get_known_contract(request.user, context)
    if not may_control(request.user, contract):
        raise RoleMissing
    return contract


def _get_publication(request: HttpRequest, context: str) -> Publication:
    contract = _check(request, context)
    found = Publication.objects.filter(
        contract_version__contract=contract, pk=_read_number(request, "publication")
    ).select_related("contract_version__contract__provider")
    publication = found.first()
    if publication is None:
        raise NothingToPause
    return publication


def _find_consumer(request: HttpRequest) -> Organization | None:
    """Return the consumer that is named, None where the whole version is meant. Raises: NothingToPause."""
    if not request.POST.get("organization"):
        return None
    found = Organization.objects.filter(pk=_read_number(request, "organization")).first()
    if found is None:
        raise NothingToPause
    return found


def _read_number(request: HttpRequest, name: str) -> int:
    """Return the number of a row, 0 where it isn't one."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _read_day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.POST.get("sunset_on", ""))
    except ValueError:
        return None
