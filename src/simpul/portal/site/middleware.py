"""What happens around each view: language, security headers, sign-in, and errors that are told."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DataError, InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import translation

from simpul.kernel.errors import Refused, SimpulError
from simpul.kernel.words import Words
from simpul.portal.audit import actions as audit
from simpul.portal.people.tokens import authenticate_token
from simpul.portal.site.access import BEFORE_NEW_PASSWORD, is_public
from simpul.portal.site.telling import DatabaseIsAway, MethodNotOffered, TextUnstorable, tell_error, wants_json

Answer = Callable[[HttpRequest], HttpResponseBase]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No inline script and no inline style, ever; a view that needs another origin sets the header itself."""


class PasswordIsTemporary(Refused):
    """A temporary password must be changed before anything else."""

    code = "SPL531"
    message = Words("Kata sandi sementara harus diganti lebih dahulu.", "The temporary password must be changed first.")
    hint = Words("Masuk ke portal dan ganti kata sandi Anda.", "Sign in to the portal and change your password.")


class Frame:
    """The shape of a middleware here: it passes on, and subclasses add what they do."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


class DatabaseAway(Frame):
    """503 with Retry-After while the database doesn't answer; it recovers by itself.

    Errors outside a view (the session, say) come by the 500 handler, which asks the same question.
    """

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            return tell_error(request, DatabaseIsAway())
        return None


class ContentSecurityPolicy(Frame):
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response


class SpokenLanguage(Frame):
    """Indonesian first: the switch's cookie, else the person's own choice, else Indonesian.

    A browser's Accept-Language isn't asked, because most of the officers' browsers are set to English.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = self._choose(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def _choose(self, request: HttpRequest) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in dict(settings.LANGUAGES):
            return chosen
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            return request.user.language
        return settings.LANGUAGE_CODE


class SignedInOnly(Frame):
    """Default deny: a view opens to those who are signed in, and the management API to personal tokens only."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if is_public(view, name):
            return None
        if request.path.startswith("/manage/"):
            return self._admit_token(request)
        if not request.user.is_authenticated:
            return self._send_to_sign_in(request)
        if request.user.must_change_password and name not in BEFORE_NEW_PASSWORD:
            return HttpResponseRedirect(reverse("account_change_password"))
        return None

    def _admit_token(self, request: HttpRequest) -> HttpResponse | None:
        try:
            request.user = authenticate_token(request)
            if request.user.must_change_password:
                raise PasswordIsTemporary
        except SimpulError as error:
            return tell_error(request, error)
        return None

    def _send_to_sign_in(self, request: HttpRequest) -> HttpResponse:
        address = reverse(settings.LOGIN_URL)
        if request.method == "GET":
            address += "?" + urlencode({"next": request.get_full_path()})
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Redirect": address})
        if wants_json(request):
            return HttpResponse(status=401)
        return HttpResponseRedirect(address)


class ToldErrors(Frame):
    """Each error of the hub's own tree becomes a page or JSON; each refusal goes to the audit log."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        told = tell_error(request, MethodNotOffered(method=request.method, allowed=response["Allow"]))
        told["Allow"] = response["Allow"]
        return told

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, PermissionDenied):
            error = Refused()
        if isinstance(error, DataError | UnicodeEncodeError):
            error = TextUnstorable()
        if not isinstance(error, SimpulError):
            return None
        if error.status == 403:
            audit.record_refusal(request, error.code)
        return tell_error(request, error)
