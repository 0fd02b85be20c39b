"""Turns what went wrong into an answer: a page for people, JSON for programs, in the asker's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from simpul.kernel.errors import Finding, Invalid, SimpulError, Unavailable
from simpul.kernel.words import Words

RETRY_AFTER_SECONDS = 5


class DatabaseIsAway(Unavailable):
    """The database doesn't answer."""

    code = "SPL520"
    message = Words("Basis data sedang tidak dapat dihubungi.", "The database can't be reached just now.")
    hint = Words(
        "Isian Anda belum tersimpan. Tunggu sebentar, lalu muat ulang halaman ini.",
        "What you typed isn't saved yet. Wait a moment, then load this page again.",
    )


class RequestUnreadable(Invalid):
    """A body that isn't what its Content-Type says, or more fields or files than one form has."""

    code = "SPL521"
    status = 400
    message = Words("Permintaan ini tidak dapat dibaca.", "This request can't be read.")
    hint = Words(
        "Muat ulang halamannya lalu kirim sekali lagi; program: periksa Content-Type dan isinya.",
        "Load the page again and send it once more; programs: look at Content-Type and body.",
    )


class MethodNotOffered(SimpulError):
    """An address that is there, asked in another way than it offers."""

    code = "SPL522"
    status = 405
    message = Words("Metode {method} tidak berlaku untuk alamat ini.", "The method {method} doesn't fit this address.")
    hint = Words("Metode yang berlaku: {allowed}.", "Methods that fit: {allowed}.")


class TextUnstorable(Invalid):
    """A control character such as NUL, half of a surrogate pair, or a number past every limit."""

    code = "SPL523"
    status = 400
    message = Words(
        "Ada tanda atau angka yang tidak dapat disimpan basis data.",
        "There is a character or number that the database can't store.",
    )
    hint = Words("Hapus tanda kendali dari isian, lalu kirim lagi.", "Delete control characters and send it again.")


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a program asked: the management API, or whoever accepts JSON and not pages."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/manage/") or ("application/json" in accept and "text/html" not in accept)


def tell_error(request: HttpRequest, error: SimpulError) -> HttpResponse:
    """Answer with what is wrong, where, and the next step.

    Returns: a page, or for programs `{"code", "message", "hint", "message_en", "hint_en", "findings": [{"where",
    "rule", "message", "message_en"}]}`, with the error's own status; 503 carries Retry-After.
    """
    if wants_json(request):
        response: HttpResponse = JsonResponse(describe_error(error), status=error.status)
    else:
        response = HttpResponse(_render_page(request, error), status=error.status)
    if error.status == 503:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def describe_error(error: SimpulError) -> dict[str, Any]:
    """Return an error as the JSON object that programs get."""
    return {
        "code": error.code,
        "message": error.message.id,
        "hint": error.hint.id,
        "message_en": error.message.en,
        "hint_en": error.hint.en,
        "findings": [_describe_finding(finding) for finding in error.findings],
    }


def list_findings(findings: Sequence[Finding], language: str | None = None) -> list[Mapping[str, str]]:
    """Return findings as template rows `{"where", "message"}` in one language (default: the page's)."""
    spoken = language or get_language() or "id"
    return [{"where": finding.where, "message": finding.message.in_language(spoken)} for finding in findings]


def _describe_finding(finding: Finding) -> dict[str, str]:
    return {
        "where": finding.where,
        "rule": finding.rule,
        "message": finding.message.id,
        "message_en": finding.message.en,
    }


def _render_page(request: HttpRequest, error: SimpulError) -> str:
    language = get_language() or "id"
    context = {
        "status": error.status,
        "code": error.code,
        "message": error.message.in_language(language),
        "hint": error.hint.in_language(language),
        "findings": list_findings(error.findings, language),
        "LANGUAGE_CODE": language,
    }
    # Without its database the hub can't know who asks, so that page stands without the frame.
    if isinstance(error, DatabaseIsAway):
        return render_to_string("site/bare_error.html", context)
    return render_to_string("site/told_error.html", context, request)
