"""The form that makes the next version of the SOP: who acts, which limits hold, where decisions lead back to."""

from typing import Any, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from simpul.portal.procedures.facts import ACTORS
from simpul.portal.site.fields import ReasonField, RowFormSet
from simpul.procedure.edit import find_return_target
from simpul.procedure.model import UNITS, Limit, Procedure

CHOSEN_TARGETS = (6, 14)
"""Rows whose target is a reading; row 3 goes back to row 1 by the SOP's own words."""

TARGET_NOTES = {
    6: _("“Dikembalikan kepada OPD terkait” tidak menyebut nomor; dibaca aktivitas 5, dan aktivitas 4 mungkin pula."),
    14: _(
        "SOP menyebut “kembali pada proses 3” dan diikuti sebagaimana ditandatangani. Pada prosedur serupa di daerah "
        "lain, tanpa tiga baris pertama, proses 3 adalah perumusan skenario (di sini aktivitas 6)."
    ),
}


class ProcedureForm(forms.Form):
    after = forms.IntegerField(widget=forms.HiddenInput)
    reason = ReasonField(label=_("Alasan perubahan"), help_text=_("Tercetak pada riwayat SOP."))

    def __init__(self, *args: Any, procedure: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.procedure = procedure
        self.fields["after"].initial = procedure.version
        language = get_language() or "id"
        actors = [(code, words.in_language(language)) for code, words in ACTORS.items()]
        for step in procedure.steps:
            for act in step.acts:
                self.fields[f"act-{step.no}-{act.key}"] = forms.ChoiceField(
                    label=act.label.in_language(language), choices=actors, initial=act.actor
                )
        for no in CHOSEN_TARGETS:
            self.fields[f"target-{no}"] = self._make_target(no)

    def _make_target(self, no: int) -> forms.TypedChoiceField:
        earlier = [(step.no, f"{step.no}. {step.short or step.name}") for step in self.procedure.steps if step.no < no]
        return forms.TypedChoiceField(
            label=_("Aktivitas %(no)d: bila tidak, kembali ke") % {"no": no},
            choices=earlier,
            coerce=int,
            initial=find_return_target(self.procedure, no).no,
            help_text=TARGET_NOTES[no],
        )

    def list_rows(self) -> list[dict[str, Any]]:
        """Return each step with its bound fields of acts."""
        return [
            {"step": step, "fields": [self[f"act-{step.no}-{act.key}"] for act in step.acts]}
            for step in self.procedure.steps
        ]

    def list_targets(self) -> list[Any]:
        """Return the bound fields of the targets."""
        return [self[f"target-{no}"] for no in CHOSEN_TARGETS]

    def list_changed_actors(self) -> dict[tuple[int, str], str]:
        """Return the acts that got another actor, by (step number, act key)."""
        chosen = {
            (step.no, act.key): (self.cleaned_data[f"act-{step.no}-{act.key}"], act.actor)
            for step in self.procedure.steps
            for act in step.acts
        }
        return {place: now for place, (now, before) in chosen.items() if now != before}

    def list_changed_targets(self) -> dict[int, int]:
        """Return the decisions that lead back to another step now."""
        chosen = {no: self.cleaned_data[f"target-{no}"] for no in CHOSEN_TARGETS}
        return {no: to for no, to in chosen.items() if to != find_return_target(self.procedure, no).no}


class LimitForm(forms.Form):
    """One limit: on a row, or on a range of rows."""

    first_no = forms.IntegerField(
        label=_("Dari aktivitas"), min_value=1, widget=forms.NumberInput(attrs={"class": "width-4"})
    )
    last_no = forms.IntegerField(
        label=_("Sampai aktivitas"), min_value=1, widget=forms.NumberInput(attrs={"class": "width-4"})
    )
    amount = forms.IntegerField(
        label=_("Lama"), min_value=1, max_value=999, widget=forms.NumberInput(attrs={"class": "width-4"})
    )
    unit = forms.ChoiceField(label=_("Satuan"), choices=[(unit, unit) for unit in UNITS], initial=UNITS[0])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("first_no") and cleaned.get("last_no") and cleaned["last_no"] < cleaned["first_no"]:
            self.add_error("last_no", _("Mendahului aktivitas awal."))
        return cleaned


class BaseLimitFormSet(RowFormSet):
    """All limits."""

    def list_limits(self) -> tuple[Limit, ...]:
        """Return the limits, by their first row."""
        limits = [Limit(row["first_no"], row["last_no"], row["amount"], row["unit"]) for row in self.list_filled()]
        return tuple(sorted(limits, key=lambda limit: limit.first_no))


LimitFormSet = forms.formset_factory(LimitForm, formset=BaseLimitFormSet, extra=1, max_num=30)


def make_limits(procedure: Procedure, data: Any = None) -> BaseLimitFormSet:
    """Return the limits' form set: what was sent, else the procedure's own limits."""
    rows = [
        {"first_no": limit.first_no, "last_no": limit.last_no, "amount": limit.amount, "unit": limit.unit}
        for limit in procedure.limits
    ]
    return cast(BaseLimitFormSet, LimitFormSet(data, initial=rows, prefix="limits"))
