"""Who may open a view without being signed in: nobody, except where the view itself says so."""

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])

PUBLIC_NAMES = frozenset(
    {"account_login", "account_inactive", "account_signup", "account_reset_password", "mfa_authenticate"}
)
"""allauth's views that come before a sign-in; ours carry the mark of `public`."""

BEFORE_NEW_PASSWORD = frozenset({"account_change_password", "account_logout", "set_language"})
"""What a person with a temporary password may open before choosing an own one."""


def public(view: View) -> View:
    """Mark a view as open to everyone (the sign-in, the health check, the catalogue of open services)."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_public(view: Callable[..., object], name: str) -> bool:
    """Tell whether a view may be opened without a sign-in."""
    return name in PUBLIC_NAMES or getattr(view, "is_public", False)
