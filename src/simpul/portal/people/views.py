"""Pages of sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from simpul.portal.site.access import public


@public
def show_closed(request: HttpRequest) -> HttpResponse:
    """Say that accounts and passwords come from the Pengelola Sistem."""
    return render(request, "account/signup_closed.html")
