"""The page of a service's dashboard."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from simpul.portal.dashboards.permissions import list_visible_snapshots
from simpul.portal.services.errors import PublicationNotFound
from simpul.portal.services.permissions import reads_whole
from simpul.portal.site.access import public


@public
@require_safe
def show_dashboard(request: HttpRequest, context: str) -> HttpResponse:
    """Show the pictures that this person, or the public, may see."""
    try:
        publication, snapshots = list_visible_snapshots(request.user, context)
    except PublicationNotFound:
        if request.user.is_authenticated:
            raise
        # Whether the service exists isn't told before the sign-in.
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.path})}")
    contract = publication.contract_version.contract
    shown = {
        "publication": publication,
        "contract": contract,
        "snapshots": snapshots,
        "knows_whole": request.user.is_authenticated and reads_whole(request.user, contract),
    }
    return render(request, "dashboards/dashboard.html", shown)
