"""What the log is filtered by."""

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.audit.queries import Wanted
from simpul.portal.site.fields import DayField

KINDS = [
    ("", _("Semua kejadian")),
    ("sign_", _("Masuk dan keluar")),
    ("request.refused", _("Permintaan ditolak")),
    ("person", _("Orang dan peran")),
    ("token", _("Token pribadi")),
    ("organization", _("Instansi")),
    ("official", _("Pejabat")),
    ("letterhead", _("Kop surat")),
    ("procedure", _("SOP")),
    ("calendar", _("Kalender kerja")),
    ("case.", _("Permohonan")),
    ("act", _("Langkah permohonan")),
    ("tool", _("Alat pada langkah")),
    ("services", _("Layanan ditutup")),
    ("dataset", _("Data layanan")),
    ("application", _("Aplikasi instansi")),
    ("key", _("Kunci aplikasi")),
    ("client", _("Klien OAuth")),
    ("grant", _("Hak akses")),
    ("plan", _("Paket")),
    ("access", _("Penangguhan")),
    ("service.", _("Masa layanan")),
    ("source", _("Sumber data")),
    ("allowance", _("Alamat yang diizinkan")),
    ("code_list", _("Daftar kode")),
    ("rows", _("Baris data")),
]
"""Beginnings of `kind`, as `actions.record` takes it."""


class FilterForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kejadian"), choices=KINDS, required=False)
    person = forms.CharField(label=_("Orang"), required=False)
    object_id = forms.CharField(label=_("Objek"), required=False, help_text="")
    first_on = DayField(label=_("Sejak"), required=False)
    last_on = DayField(label=_("Sampai"), required=False)
    refused = forms.BooleanField(label=_("Hanya yang ditolak"), required=False)

    def make_wanted(self) -> Wanted:
        """Return what to look for; a filter that can't be read narrows nothing."""
        return (
            Wanted(**{name: value for name, value in self.cleaned_data.items() if value})
            if self.is_valid()
            else Wanted()
        )
