"""Forms of the list of cases and of what is done beside the SOP's own acts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.cases.models import Case
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_organizations


class FilterForm(forms.Form):
    cari = forms.CharField(label=_("Cari"), required=False, max_length=200)
    keadaan = forms.ChoiceField(label=_("Keadaan"), required=False, choices=[("", _("Semua")), *Case.State.choices])
    terlambat = forms.BooleanField(label=_("Hanya yang terlambat"), required=False)


class RegisterLetterForm(forms.Form):
    """Kominfo registers a letter that came on paper, for the agency that wrote it."""

    pemohon = forms.ModelChoiceField(
        Organization.objects.none(), to_field_name="code", label=_("Instansi pemohon"), empty_label=_("Pilih instansi")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        agencies = list_organizations().exclude(kind=Organization.Kind.KOMINFO)
        self.fields["pemohon"].queryset = agencies  # type: ignore[attr-defined]


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Komentar"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Dibaca semua pihak dalam permohonan ini."),
    )


class AttachmentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Jenis"))
    file = forms.FileField(
        label=_("Berkas"), help_text=_("PDF, gambar, OpenDocument, DOCX, XLSX, CSV; paling besar 25 MB.")
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
