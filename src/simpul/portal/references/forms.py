"""Forms of code lists: a new list, and a new version of one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.delivery.limits import UPLOAD_BYTES
from simpul.portal.references.actions import Provenance
from simpul.portal.site.fields import DayField


class VersionForm(forms.Form):
    """A file with where it comes from."""

    file = forms.FileField(
        label=_("Berkas daftar kode"),
        help_text=_(
            "CSV, XLSX, atau ODS, paling besar 25 MB. Kolom: kode, nama, dan bila ada berlaku_mulai serta "
            "berlaku_sampai. Jadikan kolom kode teks."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.ods"}),
        error_messages={"required": _("Pilih berkas."), "empty": _("Berkas ini kosong.")},
    )
    source = forms.CharField(label=_("Sumber"), max_length=300, help_text=_("Instansi, alamat, atau terbitan asalnya."))
    decision_number = forms.CharField(label=_("Nomor keputusan"), max_length=200, required=False)
    licence = forms.CharField(label=_("Lisensi"), max_length=200, required=False)
    valid_from = DayField(
        label=_("Berlaku mulai"), help_text=_("Versi ini dipakai untuk baris bertanggal sejak hari ini.")
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > UPLOAD_BYTES:
            raise forms.ValidationError(_("Berkas lebih besar dari 25 MB."))
        return file

    def read_facts(self) -> Provenance:
        """Return where the file comes from."""
        given = self.cleaned_data
        return Provenance(given["source"], given["valid_from"], given["decision_number"], given["licence"])


class CodeListForm(VersionForm):
    """The first version, with the list's own facts."""

    name = forms.CharField(
        label=_("Nama daftar"), max_length=48, help_text=_("Dipakai dalam alamat: /api/referensi/v1/nama.")
    )
    title = forms.CharField(label=_("Judul"), max_length=200)
    description = forms.CharField(
        label=_("Uraian"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    field_order = ("name", "title", "description", "file", "source", "decision_number", "licence", "valid_from")
