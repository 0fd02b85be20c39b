"""Forms of organizations, officials and letterheads."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from simpul.kernel import clock
from simpul.portal.organizations.actions import OfficialFacts, OrganizationFacts
from simpul.portal.organizations.models import Letterhead, Official, Organization
from simpul.portal.organizations.pictures import SIZE_MOST_BYTES
from simpul.portal.organizations.queries import list_organizations
from simpul.portal.site.fields import DayField

CODE_HELP = _(
    "Huruf kecil, angka, dan tanda hubung; dipakai pada alamat dan tidak dapat diubah. Contoh: dinas-kesehatan."
)
check_code = RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", _("Hanya huruf kecil, angka, dan tanda hubung."))


class OrganizationForm(forms.Form):
    name = forms.CharField(label=_("Nama resmi"), max_length=200)
    kind = forms.ChoiceField(label=_("Jenis"), choices=Organization.Kind.choices, initial=Organization.Kind.OPD)
    parent: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label=_("Induk"), required=False, empty_label=_("Tidak ada")
    )
    valid_from = DayField(label=_("Berlaku sejak"))
    address = forms.CharField(label=_("Alamat"), required=False, max_length=300)
    email = forms.EmailField(label=_("Surel"), required=False)
    phone = forms.CharField(label=_("Telepon"), required=False, max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = list_organizations()  # type: ignore[attr-defined]

    def make_facts(self) -> OrganizationFacts:
        """Return what was typed, ready for an action."""
        return OrganizationFacts(**{name: self.cleaned_data[name] for name in OrganizationForm.base_fields})


class NewOrganizationForm(OrganizationForm):
    code = forms.CharField(label=_("Kode"), max_length=40, validators=[check_code], help_text=CODE_HELP)
    field_order = ["code"]


class SuccessionForm(forms.Form):
    """A new name, or another organization that takes over; one of the two."""

    way = forms.ChoiceField(
        label=_("Apa yang terjadi?"),
        choices=[("ganti", _("Berganti nama")), ("gabung", _("Digabung ke instansi lain"))],
        widget=forms.RadioSelect,
    )
    code = forms.CharField(
        label=_("Kode baru"), required=False, max_length=40, validators=[check_code], help_text=CODE_HELP
    )
    name = forms.CharField(label=_("Nama resmi baru"), required=False, max_length=200)
    successor: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label=_("Digabung ke"), required=False, empty_label=_("Pilih instansi")
    )
    on = DayField(label=_("Berlaku sejak"), help_text=_("Tidak boleh sesudah hari ini."))

    def __init__(self, *args: Any, old: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = list_organizations().exclude(pk=old.pk)
        self.fields["successor"].queryset = others  # type: ignore[attr-defined]

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] > clock.local(clock.now()).date():
            raise forms.ValidationError(_("Tanggal ini masih akan datang."))
        return self.cleaned_data["on"]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if Organization.objects.filter(code=code).exists():
            raise forms.ValidationError(_("Kode ini sudah pernah dipakai."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needed = {"ganti": ("code", "name"), "gabung": ("successor",)}.get(cleaned.get("way", ""), ())
        for name in needed:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Wajib diisi."))
        return cleaned


class OfficialForm(forms.Form):
    name = forms.CharField(
        label=_("Nama"), max_length=200, help_text=_("Dengan gelar, sebagaimana tertulis pada naskah dinas.")
    )
    acting = forms.ChoiceField(label=_("Kedudukan"), required=False, choices=Official.Acting.choices)
    position = forms.CharField(label=_("Jabatan"), max_length=200)
    rank = forms.CharField(label=_("Pangkat/golongan"), required=False, max_length=100)
    nip = forms.CharField(label=_("NIP"), required=False, max_length=30, help_text=_("18 angka, boleh dengan spasi."))
    valid_from = DayField(label=_("Berlaku sejak"))
    valid_to = DayField(label=_("Sampai dengan"), required=False)

    def clean_nip(self) -> str:
        return "".join(self.cleaned_data["nip"].split())

    def make_facts(self) -> OfficialFacts:
        """Return what was typed, ready for an action."""
        return OfficialFacts(**self.cleaned_data)


class LetterheadForm(forms.Form):
    government = forms.CharField(
        label=_("Baris pertama"), max_length=200, help_text=_("Misalnya PEMERINTAH KABUPATEN …")
    )
    agency = forms.CharField(label=_("Baris kedua"), max_length=200, help_text=_("Nama instansi."))
    address = forms.CharField(label=_("Alamat"), max_length=300)
    contact = forms.CharField(label=_("Telepon, surel, laman"), required=False, max_length=200)
    city = forms.CharField(label=_("Tempat pada tanggal surat"), max_length=100)
    paper_size = forms.ChoiceField(label=_("Ukuran kertas"), choices=Letterhead.PaperSize.choices)
    font = forms.ChoiceField(label=_("Huruf"), choices=[("Arial", "Arial"), ("Bookman", "Bookman")])
    number_format = forms.CharField(
        label=_("Pola nomor surat"),
        max_length=100,
        help_text=_(
            "Hanya usulan; nomor resmi selalu diisi petugas. Bagian: {klasifikasi} {urut} {unit} {bulan} {tahun}."
        ),
    )
    picture = forms.FileField(
        label=_("Lambang daerah"),
        required=False,
        help_text=_("PNG, paling besar 1 MB. Kosongkan untuk tetap memakai yang ada."),
        widget=forms.FileInput(attrs={"accept": "image/png"}),
    )
    remove_picture = forms.BooleanField(label=_("Hapus lambang yang ada"), required=False)

    def clean_picture(self) -> bytes | None:
        upload = self.cleaned_data["picture"]
        return upload.read(SIZE_MOST_BYTES + 1) if upload else None

    def list_texts(self) -> dict[str, str]:
        """Return the text fields by the names of the model's."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("picture", "remove_picture")}
