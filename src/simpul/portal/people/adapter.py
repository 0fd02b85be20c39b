"""Where allauth asks the hub: nobody signs himself up, NIP may be typed with spaces, each sign-in is logged."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from simpul.portal.audit import actions as audit
from simpul.portal.people.models import Person

MESSAGES = {
    "account/messages/password_changed.txt": _("Kata sandi Anda sudah diganti."),
    "mfa/messages/totp_activated.txt": _("Aplikasi autentikator sudah aktif."),
    "mfa/messages/totp_deactivated.txt": _("Aplikasi autentikator sudah dimatikan."),
    "mfa/messages/recovery_codes_generated.txt": _("Kode pemulihan baru sudah dibuat."),
}
"""The few messages of allauth that tell a person something new; the others are left out."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        if "username" in credentials:
            credentials["username"] = credentials["username"].replace(" ", "")
        return super().authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # What was typed may be a password in the wrong field, so only a known person is named.
        person = _find_person(credentials.get("username"), credentials.get("email"))
        audit.record(person, "sign_in.failed", "person", getattr(person, "pk", ""), refused=True)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        audit.record(user, "sign_in.done", "person", user.pk)

    def logout(self, request: HttpRequest) -> None:
        person = request.user if request.user.is_authenticated else None
        super().logout(request)
        if person is not None:
            audit.record(person, "sign_out.done", "person", person.pk)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        audit.record(user, "sign_in.inactive", "person", user.pk, refused=True)
        return super().respond_user_inactive(request, user)

    def set_password(self, user: Any, password: str) -> None:
        user.must_change_password = False
        super().set_password(user, password)
        audit.record(user, "person.password_changed", "person", user.pk)

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        text = MESSAGES.get(message_template)
        if text is not None:
            messages.add_message(request, messages.SUCCESS, text)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: the hub has no mail server of its own."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: the hub has no mail server of its own."""


def _find_person(nip: str | None, email: str | None) -> Person | None:
    if nip and (person := Person.objects.filter(nip=nip).first()):
        return person
    return Person.objects.filter(email__iexact=email).first() if email else None
