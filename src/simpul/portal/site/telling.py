"""Turns what went wrong into an answer: a page for people, JSON for programs, in the asker's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from simpul.kernel.errors import Finding, SimpulError, Unavailable
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
