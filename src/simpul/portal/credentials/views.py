"""The page of OAuth clients. A client's secret is shown once, in the answer that made it."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from simpul.kernel.clock import now
from simpul.portal.cases.telling import describe
from simpul.portal.credentials import actions, queries
from simpul.portal.credentials.errors import ClientNotFound, TooManyClients
from simpul.portal.credentials.forms import ClientForm
from simpul.portal.credentials.models import OAuthClient
from simpul.portal.people.gates import SignedInRequest, for_roles
from simpul.portal.people.models import Role
from simpul.portal.people.permissions import has_role
from simpul.portal.services.actions import check_programmer
from simpul.portal.services.errors import NoGrant
from simpul.portal.services.models import Application
from simpul.portal.services.queries import list_all_applications, list_applications

ONCE_SECONDS = 3600
readers_only = for_roles(Role.PEMROGRAM_OPD, Role.PENGELOLA_SISTEM)


@never_cache
@readers_only
@require_http_methods(["GET", "HEAD", "POST"])
def show_clients(request: SignedInRequest) -> HttpResponse:
    """Show the applications' clients; POST makes one and shows it, this once, however often the form is sent."""
    if request.method != "POST":
        return _render(request)
    form = ClientForm(request.POST)
    if not form.is_valid():
        raise ClientNotFound
    application = Application.objects.select_related("organization").filter(pk=form.cleaned_data["application"]).first()
    if application is None:
        raise ClientNotFound
    check_programmer(request.user, application.organization)
    if not cache.add(f"client-once:{request.user.pk}:{form.cleaned_data['once']}", 1, ONCE_SECONDS):
        messages.warning(request, _("Klien itu sudah dibuat dan sudah ditampilkan. Cabut bila belum sempat disalin."))
        return redirect("oauth_clients")
    try:
        made = actions.issue_client(request.user, application)
    except (NoGrant, TooManyClients) as error:
        messages.error(request, describe(error))
        return redirect("oauth_clients")
    return _render(request, made=made, made_for=application)


@readers_only
@require_POST
def revoke_client(request: SignedInRequest, client_id: str) -> HttpResponse:
    """Revoke a client and its tokens at once."""
    client = OAuthClient.objects.select_related("application__organization").filter(client_id=client_id).first()
    if client is None:
        raise ClientNotFound
    actions.revoke_client(request.user, client)
    messages.success(request, _("Klien %(client)s dicabut; tokennya tidak berlaku lagi.") % {"client": client_id})
    return redirect("oauth_clients")


def _render(
    request: SignedInRequest, made: actions.NewClient | None = None, made_for: Application | None = None
) -> HttpResponse:
    makes_clients = has_role(request.user, Role.PEMROGRAM_OPD)
    others = list_all_applications().exclude(organization=request.user.organization)
    context: dict[str, Any] = {
        "made": made,
        "made_for": made_for,
        "now": now(),
        "once": secrets.token_urlsafe(24),
        "makes_clients": makes_clients,
        "applications": queries.list_with_clients(list_applications(request.user.organization)),
        "others": queries.list_with_clients(others) if has_role(request.user, Role.PENGELOLA_SISTEM) else [],
        "token_address": settings.HUB.PUBLIC_URL + reverse("oauth_token"),
    }
    return render(request, "credentials/clients.html", context)
