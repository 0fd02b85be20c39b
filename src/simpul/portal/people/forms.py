"""Forms of sign-in and of people, worded in Indonesian."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as codes
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.organizations.queries import list_organizations
from simpul.portal.people.actions import TOKEN_DAYS_MOST, PersonFacts
from simpul.portal.people.models import Person, Role
from simpul.portal.site.fields import DayField


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


class FilterForm(forms.Form):
    """Narrows the list of people."""

    cari = forms.CharField(label=_("Nama, NIP, atau surel"), required=False)
    peran = forms.ChoiceField(label=_("Peran"), required=False, choices=[("", _("Semua peran")), *Role.choices])


class PersonForm(forms.Form):
    """The facts of a person; the rules are those of `actions`."""

    name = forms.CharField(
        label=_("Nama"), max_length=200, help_text=_("Dengan gelar, sebagaimana tertulis pada naskah dinas.")
    )
    nip = forms.CharField(label=_("NIP"), required=False, max_length=30, help_text=_("18 angka, boleh dengan spasi."))
    email = forms.EmailField(label=_("Surel"), required=False, help_text=_("NIP atau surel dipakai untuk masuk."))
    organization: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label=_("Instansi"), empty_label=_("Pilih instansi")
    )
    position = forms.CharField(label=_("Jabatan"), required=False, max_length=200)
    rank = forms.CharField(label=_("Pangkat/golongan"), required=False, max_length=100)
    phone = forms.CharField(
        label=_("Nomor ponsel"), required=False, max_length=30, widget=forms.TextInput(attrs={"type": "tel"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = list_organizations()  # type: ignore[attr-defined]

    def clean_nip(self) -> str:
        return "".join(self.cleaned_data["nip"].split())

    def make_facts(self) -> PersonFacts:
        """Return what was typed, ready for an action."""
        return PersonFacts(**{name: self.cleaned_data[name] for name in PersonForm.base_fields})


class NewPersonForm(PersonForm):
    roles = forms.MultipleChoiceField(
        label=_("Peran"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class RolesForm(forms.Form):
    """A checkbox and a period for each role; `periods` is what `actions.set_roles` takes."""

    def __init__(self, *args: Any, person: Person, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {assignment.role: assignment for assignment in person.assignments.all()}
        for role, label in Role.choices:
            own = held.get(role)
            self.fields[f"{role}-held"] = forms.BooleanField(label=label, required=False, initial=own is not None)
            self.fields[f"{role}-from"] = DayField(
                label=_("Berlaku sejak"), required=False, initial=own.valid_from if own else today
            )
            self.fields[f"{role}-until"] = DayField(
                label=_("Sampai dengan"), required=False, initial=own.valid_to if own else None
            )

    def list_rows(self) -> list[dict[str, Any]]:
        """Return each role's three bound fields, in the order of the roles."""
        return [{part: self[f"{role}-{part}"] for part in ("held", "from", "until")} for role in Role.values]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for role in Role.values:
            first_on, last_on = cleaned.get(f"{role}-from"), cleaned.get(f"{role}-until")
            if cleaned.get(f"{role}-held") and not first_on and f"{role}-from" not in self.errors:
                self.add_error(f"{role}-from", _("Isi tanggal mulai berlaku."))
            elif first_on and last_on and last_on < first_on:
                self.add_error(f"{role}-until", _("Tanggal akhir mendahului tanggal mulai."))
        return cleaned

    @property
    def periods(self) -> dict[str, Any]:
        """The ticked roles with their first and last day."""
        data = self.cleaned_data
        return {role: (data[f"{role}-from"], data[f"{role}-until"]) for role in Role.values if data[f"{role}-held"]}


class AbsenceForm(forms.Form):
    until = DayField(
        label=_("Tidak bertugas sampai dengan"), required=False, help_text=_("Kosongkan bila sudah kembali bertugas.")
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Nama token"), max_length=100, help_text=_("Misalnya nama program yang akan memakainya.")
    )
    days = forms.IntegerField(
        label=_("Berlaku berapa hari"),
        min_value=1,
        max_value=TOKEN_DAYS_MOST,
        initial=90,
        widget=forms.NumberInput(attrs={"class": "width-4"}),
    )
