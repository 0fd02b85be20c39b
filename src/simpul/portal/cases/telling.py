"""Errors of small actions are told as a message on the page that they were asked from."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language

from simpul.kernel.errors import SimpulError


@contextmanager
def tell_in_message(request: HttpRequest, *kinds: type[SimpulError]) -> Iterator[None]:
    """Tell these errors as messages; all others go on to the page of errors."""
    try:
        yield
    except kinds as error:
        messages.error(request, describe(error))


def describe(error: SimpulError) -> str:
    """Return what is wrong and the next step in the page's language."""
    language = get_language() or "id"
    return " ".join((error.message.in_language(language), error.hint.in_language(language))).strip()


def describe_message(error: SimpulError) -> str:
    """Return what is wrong alone, in the page's language."""
    return error.message.in_language(get_language() or "id")
