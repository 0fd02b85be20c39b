"""The form that makes an OAuth client."""

from django import forms


class ClientForm(forms.Form):
    """`once` is a one-time word of the page, so that a form sent twice makes one client."""

    application = forms.IntegerField(widget=forms.HiddenInput)
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)
