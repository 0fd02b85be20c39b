"""The forms by which the provider's officers send rows."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.delivery.limits import UPLOAD_BYTES


class UploadForm(forms.Form):
    """`once` makes a form that is sent twice one delivery: it is the delivery's idempotency key."""

    file = forms.FileField(
        label=_("Berkas data"),
        help_text=_("CSV, XLSX, ODS, atau JSON; paling besar 25 MB. Baris pertama berisi nama kolom."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.ods,.json,.ndjson"}),
        error_messages={"required": _("Pilih berkas."), "empty": _("Berkas ini kosong.")},
    )
    once = forms.RegexField(r"^[0-9a-f-]{36}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["once"].initial = uuid.uuid4

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > UPLOAD_BYTES:
            raise forms.ValidationError(_("Berkas lebih besar dari 25 MB. Bagi menjadi beberapa berkas."))
        return file

    def renew(self) -> None:
        """Give the page a new one-time key, for the next file after a refused one."""
        self.data = {**self.data.dict(), "once": str(uuid.uuid4())}  # type: ignore[attr-defined]


class MendForm(UploadForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["file"].label = _("Berkas baris tertolak yang sudah diperbaiki")
        self.fields["file"].help_text = _(
            "Berkas .ods dari halaman ini, setelah isinya diperbaiki. Jangan ubah kolom “Baris”."
        )
