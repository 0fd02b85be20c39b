"""Forms of programs and their keys."""

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.services.models import ApiKey


class ApplicationForm(forms.Form):
    name = forms.CharField(
        label=_("Nama aplikasi"), max_length=100, help_text=_("Program yang akan memanggil layanan, misalnya SIMPEG.")
    )


class KeyForm(forms.Form):
    """`once` is a one-time word of the page, so that a form sent twice makes one key."""

    application = forms.IntegerField(widget=forms.HiddenInput)
    stage = forms.ChoiceField(choices=ApiKey.Stage.choices)
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)
