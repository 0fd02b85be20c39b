"""The pages of the frame itself: health, language, settings, and what is told when nothing else fits."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from simpul.access.monitoring import check_watcher
from simpul.kernel.errors import NotFound, SimpulError
from simpul.kernel.words import Words
from simpul.portal.people.actions import choose_language
from simpul.portal.people.models import Role
from simpul.portal.people.permissions import check_role
from simpul.portal.site.access import public
from simpul.portal.site.metrics import CONTENT_TYPE, find_worker_silence, write_metrics
from simpul.portal.site.telling import DatabaseIsAway, RequestUnreadable, tell_error, wants_json

COOKIE_AGE_SECONDS = 365 * 24 * 3600


@public
@require_GET
def show_health(request: HttpRequest) -> HttpResponse:
    """Say whether portal and database answer, for the supervisor and load balancers, and since when the worker is silent.

    A silent worker doesn't make the portal unready: people can work, their jobs wait.
    """
    silent_seconds = find_worker_silence()
    return JsonResponse({"status": "ok", "worker_silent_seconds": silent_seconds and round(silent_seconds, 1)})


@public
@require_GET
def show_life(request: HttpRequest) -> HttpResponse:
    """Say that the process answers, whatever the database does."""
    return JsonResponse({"status": "ok"})


@public
@require_GET
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Give what Prometheus reads to who may read it: the token's holder, or a program of this machine."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    peer = request.META.get("REMOTE_ADDR", "")
    check_watcher(peer, headers, token=settings.HUB.METRICS_TOKEN, is_proxied=settings.HUB.TRUSTED_PROXY)
    return HttpResponse(write_metrics(), content_type=CONTENT_TYPE)


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages, kept in a cookie and, when signed in, with the person."""
    language = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            choose_language(request.user, language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=COOKIE_AGE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_GET
def show_settings(request: HttpRequest) -> HttpResponse:
    """Lead the Pengelola Sistem to all that can be set on a page."""
    check_role(request.user, Role.PENGELOLA_SISTEM)
    return render(request, "site/settings.html")


def show_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 in the hub's own words."""
    error = NotFound(
        Words("Halaman ini tidak ditemukan.", "This page was not found."),
        hint=Words(
            "Periksa alamatnya, atau mulai lagi dari Tugas saya.", "Check the address, or start again from My tasks."
        ),
    )
    return tell_error(request, error)


def show_unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refused to read."""
    return tell_error(request, RequestUnreadable())


def show_forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Answer a form whose protection token is missing or old."""
    error = SimpulError(
        Words("Formulir ini sudah kedaluwarsa.", "This form has expired."),
        hint=Words(
            "Kembali ke halaman sebelumnya, muat ulang, lalu kirim sekali lagi.",
            "Go back to the page before, load it again and send it once more.",
        ),
    )
    error.status, error.code = 403, "SPL532"
    return tell_error(request, error)


def show_failure(request: HttpRequest) -> HttpResponse:
    """Answer an unforeseen error; an unreachable database is told as such."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return tell_error(request, DatabaseIsAway())
    if wants_json(request):
        return tell_error(request, SimpulError())
    context = {
        "status": 500,
        "code": "SPL500",
        "message": SimpulError.message.in_language(get_language() or "id"),
        "LANGUAGE_CODE": get_language() or "id",
    }
    return HttpResponse(render_to_string("site/bare_error.html", context), status=500)
