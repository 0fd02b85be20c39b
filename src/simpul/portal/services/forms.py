"""Forms of programs, their keys, and the connection tester."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.services.models import ApiKey
from simpul.portal.services.showing import ShownDataset


class ApplicationForm(forms.Form):
    name = forms.CharField(
        label=_("Nama aplikasi"), max_length=100, help_text=_("Program yang akan memanggil layanan, misalnya SIMPEG.")
    )


class KeyForm(forms.Form):
    """`once` is a one-time word of the page, so that a form sent twice makes one key."""

    application = forms.IntegerField(widget=forms.HiddenInput)
    stage = forms.ChoiceField(choices=ApiKey.Stage.choices)
    once = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ConnectionForm(forms.Form):
    """What the connection tester needs. The key is never shown again: its field is always empty."""

    key = forms.CharField(
        label=_("Kunci API"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Dipakai sekali untuk uji ini; tidak disimpan, tidak dicatat, dan tidak ditampilkan lagi."),
    )
    dataset = forms.ChoiceField(label=_("Data"))
    query = forms.CharField(
        label=_("Pertanyaan program"),
        max_length=2000,
        required=False,
        help_text=_("Bagian alamat di belakang tanda tanya, misalnya select=kode,nama. Boleh kosong."),
    )

    def __init__(self, *args: Any, datasets: Sequence[ShownDataset], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["dataset"].choices = [(one.row.name, one.title) for one in datasets]  # type: ignore[attr-defined]
