"""Form fields that take the same value from a page and from a program: rows of sub-forms, and files already kept.

A program sends nested JSON; a page sends flat names (`data-0-name`). Both come out as the same JSON values.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

Raw = Mapping[str, Any]


class RowForm(forms.Form):
    """One row of a RowsField; the fields named in `more` stand folded behind the others."""

    use_required_attribute = False
    more: ClassVar[tuple[str, ...]] = ()

    def list_shown(self) -> list[forms.BoundField]:
        """Return the fields that are seen at once."""
        return [one for one in self.visible_fields() if one.name not in self.more]

    def list_folded(self) -> list[forms.BoundField]:
        """Return the fields that are unfolded when needed."""
        return [one for one in self.visible_fields() if one.name in self.more]

    def is_unfolded(self) -> bool:
        """Return whether something folded is wrong or needs an answer."""
        return any(one.errors for one in self.list_folded())

    told_title = ""

    def make_title(self) -> str:
        """Return what names the row beside its number."""
        return self.told_title

    @classmethod
    def is_blank(cls, row: Raw) -> bool:
        """Return whether nothing was typed in a row: each value is empty or what the row opens with."""
        empty: tuple[Any, ...] = (None, "", [], False)
        return all(
            value in empty or value == cls.base_fields[key].initial
            for key, value in row.items()
            if key in cls.base_fields
        )


class RowsWidget(forms.Widget):
    """A list of sub-forms that can be added and removed; without JavaScript it has one empty row to fill.

    `checked` holds the row forms of the last check by their place, so that each error stands at its own field.
    """

    template_name = "activities/rows.html"
    use_fieldset = True
    can_add = True
    checked: Mapping[int, RowForm] = MappingProxyType({})

    def __init__(self, row_form: type[RowForm]) -> None:
        super().__init__()
        self.row_form = row_form

    def value_from_datadict(self, data: Raw, files: Raw, name: str) -> list[dict[str, Any]]:
        given = data.get(name)
        if isinstance(given, list):
            return [dict(row) if isinstance(row, Mapping) else {"": row} for row in given]
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,5}})-")
        indexes = sorted({int(match[1]) for key in data if (match := pattern.match(key))})
        fields = self.row_form.base_fields
        rows = [
            {
                key: field.widget.value_from_datadict(data, files, f"{name}-{index}-{key}")
                for key, field in fields.items()
            }
            for index in indexes
        ]
        return [row for row in rows if not self.row_form.is_blank(row)]

    def value_omitted_from_data(self, data: Raw, files: Raw, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [row for row in value or [] if isinstance(row, Mapping)]
        context["entries"] = [self.make_entry(row, f"{name}-{index}", index) for index, row in enumerate(rows)]
        if not rows and self.can_add:
            context["entries"] = [self.make_entry(None, f"{name}-0")]
        context["can_add"] = self.can_add
        context["blank"] = self.make_entry(None, f"{name}-__index__") if self.can_add else None
        return context

    def make_entry(self, row: Mapping[str, Any] | None, prefix: str, index: int | None = None) -> RowForm:
        """Return the sub-form that shows one row, with what is wrong in it."""
        form = self.row_form(initial=dict(row) if row else None, prefix=prefix)
        checked = self.checked.get(index) if index is not None else None
        if checked is not None:
            show_errors(form, checked)
        return form

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_group"


def show_errors(form: RowForm, checked: RowForm) -> None:
    """Put the errors of a checked form beside the fields of the form that shows the same row, also in nested rows."""
    made = {
        name: form.error_class([str(one) for one in messages], renderer=form.renderer, field_id=form[name].auto_id)
        if name in form.fields
        else messages
        for name, messages in checked.errors.items()
    }
    form.__dict__["_errors"] = ErrorDict(made, renderer=form.renderer)
    for name, one in checked.fields.items():
        if isinstance(one, RowsField) and name in form.fields:
            form.fields[name].widget.checked = one.widget.checked


class RowsField(forms.Field):
    """A list of rows, each checked by `row_form`; an error names the row and the column."""

    def __init__(self, row_form: type[RowForm], *, min_rows: int = 0, max_rows: int = 500, **options: Any) -> None:
        options.setdefault("required", min_rows > 0)
        options.setdefault("widget", RowsWidget(row_form))
        super().__init__(**options)
        self.row_form, self.min_rows, self.max_rows = row_form, min_rows, max_rows

    def clean(self, value: Any) -> list[dict[str, Any]]:
        rows = value or []
        if len(rows) < self.min_rows:
            raise ValidationError(_("Isi paling sedikit %(count)d baris.") % {"count": self.min_rows}, code="required")
        if len(rows) > self.max_rows:
            raise ValidationError(_("Paling banyak %(count)d baris.") % {"count": self.max_rows}, code="max_rows")
        cleaned: list[dict[str, Any]] = []
        errors: list[str] = []
        self.widget.checked = checked = {}
        for number, row in enumerate(rows, start=1):
            form = checked[number - 1] = self.row_form(data=row)
            unknown = sorted(set(row) - set(form.fields))
            if unknown:
                errors.append(
                    _("Baris %(row)d: kolom tidak dikenal: %(names)s.") % {"row": number, "names": ", ".join(unknown)}
                )
            if form.is_valid():
                cleaned.append(to_json(form.cleaned_data))
            errors.extend(_list_row_errors(number, form))
        if errors:
            raise ValidationError(errors)
        return cleaned


def _list_row_errors(number: int, form: forms.Form) -> list[str]:
    return [
        _("Baris %(row)d, %(column)s: %(message)s")
        % {
            "row": number,
            "column": (form.fields[name].label or name) if name in form.fields else "",
            "message": message,
        }
        for name, messages in form.errors.items()
        for message in messages
    ]


def to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return cleaned values as JSON: dates in ISO 8601, model rows by their code, the rest as they are."""
    return {name: _to_json_value(value) for name, value in values.items()}


def _to_json_value(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "code"):
        return value.code
    if isinstance(value, Mapping):
        return to_json(value)
    if isinstance(value, (list, tuple)) or hasattr(value, "all"):
        return [_to_json_value(one) for one in (value.all() if hasattr(value, "all") else value)]
    return str(value) if type(value).__name__ == "Decimal" else value


class AttachmentWidget(forms.FileInput):
    """A file input beside the id of the file that is already kept, so that a mistake elsewhere never loses it."""

    template_name = "activities/attachment.html"
    case: Any = None

    def value_from_datadict(self, data: Raw, files: Raw, name: str) -> Any:
        return data.get(f"{name}__id") or data.get(name)

    def value_omitted_from_data(self, data: Raw, files: Raw, name: str) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        context["attachment"] = self._find_kept(value)
        return context

    def _find_kept(self, value: Any) -> Any:
        if self.case is None or not str(value or "").isdecimal():
            return None
        return self.case.attachments.defer("content").filter(pk=int(value)).first()


class AttachmentField(forms.IntegerField):
    """The id of an attachment of the same case; `kind` says what the file stands for, `also` what else is taken."""

    def __init__(self, kind: str, *, also: tuple[str, ...] = (), **options: Any) -> None:
        super().__init__(widget=AttachmentWidget(), min_value=1, **options)
        self.kind, self.kinds = kind, (kind, *also)
        self.case: Any = None

    def clean(self, value: Any) -> int | None:
        number = super().clean(value)
        if number is None:
            return None
        attachment = self.case.attachments.defer("content").filter(pk=number).first()
        if attachment is None:
            raise ValidationError(_("Berkas itu tidak ada pada permohonan ini."), code="unknown")
        if attachment.kind not in self.kinds:
            raise ValidationError(_("Berkas itu diunggah untuk keperluan lain. Unggah berkasnya di sini."), code="kind")
        return int(number)
