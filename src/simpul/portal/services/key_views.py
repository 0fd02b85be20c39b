"""The page of an organization's programs and their keys. A key's text is shown once, in the answer that made it."""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from simpul.access.keys import NewKey
from simpul.kernel.clock import now
from simpul.portal.cases.telling import describe
from simpul.portal.credentials.queries import list_last_uses
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import check_role, has_role
from simpul.portal.services import actions, programming
from simpul.portal.services.errors import ApplicationNameMissing, KeyNotFound, NoGrant, TooManyKeys
from simpul.portal.services.forms import ApplicationForm, KeyForm
from simpul.portal.services.models import ApiKey, Application
from simpul.portal.services.notices import list_notices
from simpul.portal.services.queries import list_all_applications, list_applications
from simpul.portal.site.fields import add_findings
from simpul.portal.usage.queries import find_last_uses

ONCE_SECONDS = 3600
SOON_DAYS = 30
"""A key that ends within so many days is marked."""
READERS = (Role.PEMROGRAM_OPD, Role.PENGELOLA_SISTEM)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_applications(request: HttpRequest) -> HttpResponse:
    """Show programs and keys; POST makes a program. The Pengelola Sistem sees those of all organizations."""
    check_role(request.user, *READERS)
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.get_application(request.user, request.user.organization, form.cleaned_data["name"])
        except ApplicationNameMissing as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Aplikasi %(name)s tersimpan.") % {"name": made.name})
            return redirect("applications")
    return _render(request, form)


@never_cache
@require_POST
def issue_key(request: HttpRequest) -> HttpResponse:
    """Make a key and show it, this once; the same form sent again makes no second one."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise KeyNotFound
    application = Application.objects.select_related("organization").filter(pk=form.cleaned_data["application"]).first()
    if application is None:
        raise KeyNotFound
    actions.check_programmer(request.user, application.organization)
    if not cache.add(f"key-once:{request.user.pk}:{form.cleaned_data['once']}", 1, ONCE_SECONDS):
        messages.warning(request, _("Kunci itu sudah dibuat dan sudah ditampilkan. Cabut bila belum sempat disalin."))
        return redirect("applications")
    try:
        key = actions.issue_key(request.user, application, form.cleaned_data["stage"])
    except (NoGrant, TooManyKeys) as error:
        messages.error(request, describe(error))
        return redirect("applications")
    return _render(request, ApplicationForm(), key=key, key_of=application)


@require_POST
def revoke_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """Revoke a key at once."""
    check_role(request.user, *READERS)
    key = ApiKey.objects.select_related("application__organization").filter(key_id=key_id).first()
    if key is None:
        raise KeyNotFound
    actions.revoke_key(request.user, key)
    messages.success(request, _("Kunci %(key)s dicabut.") % {"key": key.key_id})
    return redirect("applications")


def _render(
    request: HttpRequest, form: ApplicationForm, *, key: NewKey | None = None, key_of: Application | None = None
) -> HttpResponse:
    person: Person = request.user  # type: ignore[assignment]
    own = list(list_applications(person.organization))
    others = list_all_applications().exclude(organization=person.organization)
    others_shown = list(others) if has_role(person, Role.PENGELOLA_SISTEM) else []
    # The newest calls are in the evidence alone, the older ones in what the worker noted.
    noted = list_last_uses(key.key_id for one in (*own, *others_shown) for key in one.keys.all())
    context: dict[str, Any] = {
        "form": form,
        "key": key,
        "key_of": key_of,
        "now": now(),
        "soon": now() + timedelta(days=SOON_DAYS),
        "uses": noted | find_last_uses(list_lineage(person.organization)),
        "services": programming.list_callable_services(person.organization),
        "notices": list_notices(person.organization),
        "once": secrets.token_urlsafe(24),
        "applications": own,
        "makes_keys": has_role(person, Role.PEMROGRAM_OPD),
        "can_test": actions.has_grant(person.organization, "sandbox"),
        "can_live": actions.has_grant(person.organization, "live"),
        "others": others_shown,
    }
    return render(request, "services/applications.html", context)
