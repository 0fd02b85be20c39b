"""Where allauth asks the hub: nobody signs himself up; NIP may be typed with spaces."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        if "username" in credentials:
            credentials["username"] = credentials["username"].replace(" ", "")
        return super().authenticate(request, **credentials)
