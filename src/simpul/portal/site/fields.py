"""Form fields that several apps share, and how findings of an action come back into the form that asked for it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from simpul.kernel.errors import SimpulError


class DayField(forms.DateField):
    """A day, by the browser's own calendar; read and shown as 2026-11-24 whatever the language."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        options = {"widget": widget, "input_formats": ["%Y-%m-%d"], **options}
        super().__init__(**options)


class ReasonField(forms.CharField):
    """Why something is done; always required."""

    def __init__(self, **options: Any) -> None:
        options = {
            "label": _("Alasan"),
            "max_length": 1000,
            "widget": forms.Textarea(attrs={"rows": 3}),
            "error_messages": {"required": _("Alasan wajib diisi.")},
            **options,
        }
        super().__init__(**options)


class RowFormSet(forms.BaseFormSet):
    """Rows of `site/rows.html` that can be added, removed, or left empty; an empty one counts as none."""

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        # What came is compared with nothing, not with what was shown: rows move up when one is removed.
        if data is not None:
            options.pop("initial", None)
        super().__init__(data, files, **options)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "use_required_attribute": False}

    def _construct_form(self, i: int, **options: Any) -> Any:
        # By its own rule Django asks for every row that was there at first, even when it was cleared.
        form = super()._construct_form(i, **options)  # type: ignore[misc]
        form.empty_permitted = True
        return form

    def list_filled(self) -> list[dict[str, Any]]:
        """Return the cleaned values of each row that isn't empty, in the page's order."""
        return [form.cleaned_data for form in self.forms if form.has_changed() and form.cleaned_data]


def add_findings(form: forms.BaseForm, error: SimpulError, names: Mapping[str, str] | None = None) -> None:
    """Put what an action found wrong beside the fields it names; the rest stands at the form's head.

    Args: `names` maps a finding's place to a field's name where they differ.
    """
    language = get_language() or "id"
    for finding in error.findings:
        field = (names or {}).get(finding.where, finding.where)
        form.add_error(field if field in form.fields else None, finding.message.in_language(language))
    if not error.findings:
        form.add_error(None, " ".join((error.message.in_language(language), error.hint.in_language(language))).strip())
