"""Forms of plans and their assignments."""

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.portal.plans.models import Plan


class PlanForm(forms.ModelForm):
    """An empty limit is no limit beside the hub's own."""

    class Meta:
        model = Plan
        fields = [
            "name",
            "rate_per_second",
            "burst",
            "calls_per_day",
            "rows_per_request",
            "rows_per_day",
            "concurrent_calls",
            "body_megabytes",
            "default_for",
        ]
        help_texts = {
            "rate_per_second": _("Laju rata-rata yang boleh terus-menerus. Kosong: tanpa batas."),
            "burst": _("Banyaknya permintaan yang boleh datang sekaligus setelah jeda. Kosong: sama dengan lajunya."),
            "calls_per_day": _("Dihitung sejak pukul 00.00 WITA."),
            "rows_per_request": _("Jawaban yang lebih panjang dipotong dengan status 206, dan menyebut lanjutannya."),
            "rows_per_day": _("Baris yang dibaca dan dikirim; dihitung setelah setiap jawaban."),
            "concurrent_calls": _("Permintaan satu aplikasi yang berjalan pada saat yang sama."),
            "body_megabytes": _("Paling besar 100 MB, yaitu batas hub."),
            "default_for": _("Berlaku bagi setiap aplikasi yang tidak ditetapkan paketnya sendiri."),
        }


class AssignForm(forms.Form):
    """Ids of an application, a dataset and a plan; without a plan the default holds again."""

    application = forms.IntegerField(min_value=1)
    dataset = forms.IntegerField(min_value=1)
    plan: forms.ModelChoiceField = forms.ModelChoiceField(Plan.objects.all(), required=False)
