"""Form fields that take the same value from a page and from a program: rows of sub-forms, and files already kept.

A program sends nested JSON; a page sends flat names (`data-0-name`). Both come out as the same JSON values.
"""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Raw = Mapping[str, Any]


class RowForm(forms.Form):
    """One row of a RowsField."""

    use_required_attribute = False

    @classmethod
    def is_blank(cls, row: Raw) -> bool:
        """Return whether nothing was typed in a row: each value is empty or what the row opens with."""
        empty = (None, "", [], False)
        return all(
            value in empty or value == cls.base_fields[key].initial
            for key, value in row.items()
            if key in cls.base_fields
        )


class RowsWidget(forms.Widget):
    """A table of sub-forms; without JavaScript it shows some empty rows to fill."""

    template_name = "activities/rows.html"
    spare_rows = 1

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
        forms_ = [self.row_form(initial=row, prefix=f"{name}-{index}") for index, row in enumerate(rows)]
        forms_.extend(
            self.row_form(prefix=f"{name}-{len(rows) + spare}") for spare in range(0 if rows else self.spare_rows)
        )
        context["rows"] = forms_
        context["empty_row"] = self.row_form(prefix=f"{name}-__index__")
        context["columns"] = [field.label or key for key, field in self.row_form.base_fields.items()]
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_table"


class RowsField(forms.Field):
    """A list of rows, each checked by `row_form`; an error names the row and the column."""

    def __init__(self, row_form: type[RowForm], *, min_rows: int = 0, max_rows: int = 500, **options: Any) -> None:
        options.setdefault("required", min_rows > 0)
        super().__init__(widget=RowsWidget(row_form), **options)
        self.row_form, self.min_rows, self.max_rows = row_form, min_rows, max_rows

    def clean(self, value: Any) -> list[dict[str, Any]]:
        rows = value or []
        if len(rows) < self.min_rows:
            raise ValidationError(_("Isi paling sedikit %(count)d baris.") % {"count": self.min_rows}, code="required")
        if len(rows) > self.max_rows:
            raise ValidationError(_("Paling banyak %(count)d baris.") % {"count": self.max_rows}, code="max_rows")
        cleaned, errors = [], []
        for number, row in enumerate(rows, start=1):
            form = self.row_form(data=row)
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
    attachment: Any = None

    def value_from_datadict(self, data: Raw, files: Raw, name: str) -> Any:
        return data.get(f"{name}__id") or data.get(name)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        context["kept_id"] = value or ""
        context["attachment"] = self.attachment
        return context


class AttachmentField(forms.IntegerField):
    """The id of an attachment of the same case; `kind` says what the file stands for."""

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(widget=AttachmentWidget(), min_value=1, **options)
        self.kind = kind
        self.case: Any = None

    def clean(self, value: Any) -> int | None:
        number = super().clean(value)
        if number is None:
            return None
        attachment = self.case.attachments.defer("content").filter(pk=number).first()
        if attachment is None:
            raise ValidationError(_("Berkas itu tidak ada pada permohonan ini."), code="unknown")
        self.widget.attachment = attachment
        return int(number)
