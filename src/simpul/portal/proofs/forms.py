"""What calls are filtered by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.organizations.models import Organization
from simpul.portal.proofs.queries import Wanted
from simpul.portal.services.models import Publication
from simpul.portal.site.fields import DayField


class FilterForm(forms.Form):
    organisasi = forms.ModelChoiceField(
        Organization.objects.all(), to_field_name="code", label=_("Instansi"), required=False, empty_label=_("Semua")
    )
    layanan = forms.ChoiceField(label=_("Layanan"), required=False)
    sejak = DayField(label=_("Sejak"), required=False)
    sampai = DayField(label=_("Sampai"), required=False)
    ditolak = forms.BooleanField(label=_("Hanya yang ditolak"), required=False)
    sebelum = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, own: list[Organization] | None, **options: Any) -> None:
        """Take the only organizations whose calls are shown, None for all."""
        super().__init__(*args, **options)
        self.own = own
        contexts = Publication.objects.values_list("context", flat=True).order_by("context").distinct()
        if own is not None:
            del self.fields["organisasi"]
            contexts = contexts.filter(datasets__grants__organization__in=own)
        self.fields["layanan"].choices = [("", _("Semua")), *((one, one) for one in contexts)]  # type: ignore[attr-defined]

    def make_wanted(self) -> Wanted:
        """Return what to look for; a filter that can't be read narrows nothing, but for the own organizations."""
        values = self.cleaned_data if self.is_valid() else {}
        chosen = [values["organisasi"]] if values.get("organisasi") else self.own or []
        return Wanted(
            organizations=tuple(one.pk for one in chosen),
            context=values.get("layanan") or "",
            first_on=values.get("sejak"),
            last_on=values.get("sampai"),
            refused=bool(values.get("ditolak")),
            before=values.get("sebelum") or 0,
        )
