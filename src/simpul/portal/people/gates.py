"""Views that only some roles may open."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from simpul.portal.people.models import Person
from simpul.portal.people.permissions import check_role


class SignedInRequest(HttpRequest):
    """A request that `SignedInOnly` let through: its user is a person (a word for the type checker alone)."""

    user: Person  # type: ignore[assignment]


View = Callable[..., HttpResponse]


def for_roles(*roles: str) -> Callable[[View], View]:
    """Open a view only to those who hold one of the roles today; others get the refusal, which is logged."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            check_role(request.user, *roles)
            return view(request, *args, **kwargs)

        return guarded

    return guard
