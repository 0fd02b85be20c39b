"""Forms of sign-in and of people, worded in Indonesian."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as codes
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _


def _word(field: forms.Field, label: Any, help_text: Any = "") -> None:
    """Give a field of allauth our label and hint, and take its placeholder away."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class SignInForm(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["login"], _("NIP atau surel"), _("NIP boleh ditulis dengan spasi."))
        _word(self.fields["password"], _("Kata sandi"))
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class PasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["oldpassword"], _("Kata sandi sekarang"))
        _word(self.fields["password1"], _("Kata sandi baru"), _("Sedikitnya 10 karakter, dan bukan kata yang umum."))
        _word(self.fields["password2"], _("Kata sandi baru, sekali lagi"))


class PasswordAgainForm(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["password"], _("Kata sandi"))


class CodeForm(codes.AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["code"], _("Kode"), _("Enam angka dari aplikasi autentikator, atau satu kode pemulihan."))


class CodeAgainForm(codes.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["code"], _("Kode"), _("Enam angka dari aplikasi autentikator, atau satu kode pemulihan."))


class FirstCodeForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self.fields["code"], _("Kode dari aplikasi"), _("Enam angka yang sedang tampil di aplikasi."))
