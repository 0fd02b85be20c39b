"""What was answered in an act, in words, and what changed since the round before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _

from simpul.portal.activities.a03_completeness import REQUIREMENTS
from simpul.portal.activities.fields import AttachmentField, RowsField
from simpul.portal.activities.registry import get_handler
from simpul.portal.cases.models import Attachment, Case
from simpul.portal.organizations.models import Official, Organization

HIDDEN = frozenset({"version_digest"})


class Answer(NamedTuple):
    """One question with its answer as lines of text; `files` are the ids of attachments it names."""

    key: str
    label: str
    lines: tuple[str, ...]
    file: int | None = None


class Difference(NamedTuple):
    """What an answer lost and gained since the round before."""

    label: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


@dataclass(frozen=True)
class Wordbook:
    """The names behind the codes that answers hold, read once for a page."""

    case: Case

    @cached_property
    def files(self) -> dict[int, str]:
        return dict(Attachment.objects.filter(case=self.case).values_list("pk", "name"))

    @cached_property
    def organizations(self) -> dict[str, str]:
        return dict(Organization.objects.values_list("code", "name"))

    @cached_property
    def officials(self) -> dict[int, str]:
        return {one.pk: str(one) for one in Official.objects.all()}


def describe_answers(step_no: int, act: str, answers: Mapping[str, Any], words: Wordbook) -> list[Answer]:
    """Return an act's answers in the form's order; what was left empty stays out."""
    fields = _list_fields(step_no, act)
    told = [_describe(key, fields.get(key), value, words) for key, value in answers.items() if key not in HIDDEN]
    order = {key: place for place, key in enumerate(fields)}
    return sorted((one for one in told if one.lines), key=lambda one: order.get(one.key, len(order)))


def list_differences(before: Iterable[Answer], after: Iterable[Answer]) -> list[Difference]:
    """Return what differs between two rounds' answers, in the form's order."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    found = []
    for key in dict.fromkeys((*old, *new)):
        had = old[key].lines if key in old else ()
        has = new[key].lines if key in new else ()
        gone, come = tuple(one for one in had if one not in has), tuple(one for one in has if one not in had)
        if gone or come:
            found.append(Difference((new.get(key) or old[key]).label, gone, come))
    return found


def _list_fields(step_no: int, act: str) -> dict[str, forms.Field]:
    fields = dict(get_handler(step_no, act).form_class.base_fields)
    if step_no == 3:
        choice = forms.ChoiceField(choices=[("ada", _("Ada dan benar")), ("belum", _("Belum ada atau belum benar"))])
        made: dict[str, forms.Field] = {}
        for one in REQUIREMENTS:
            made[f"{one.key}_ada"] = forms.ChoiceField(label=one.label, choices=choice.choices)
            made[f"{one.key}_alasan"] = forms.CharField(label=_("%(what)s: alasan") % {"what": one.label})
        return {**made, **fields}
    return fields


def _describe(key: str, one: forms.Field | None, value: Any, words: Wordbook) -> Answer:
    label = str(one.label or key) if one is not None else key
    if isinstance(one, AttachmentField):
        return Answer(key, label, (words.files.get(value, f"#{value}"),) if value else (), value or None)
    return Answer(key, label, tuple(_list_lines(one, value, words)))


def _list_lines(one: forms.Field | None, value: Any, words: Wordbook) -> list[str]:
    if value in (None, "", [], False):
        return []
    if isinstance(one, RowsField):
        return [_describe_row(one, row, words) for row in value]
    if isinstance(value, list):
        return [_name(one, item, words) for item in value]
    return [_name(one, value, words)]


def _describe_row(field: RowsField, row: Mapping[str, Any], words: Wordbook) -> str:
    parts = []
    for key, one in field.row_form.base_fields.items():
        value = row.get(key)
        if isinstance(one, RowsField):
            names = [str(item.get("name", "")) for item in value or []]
            parts.append(_("%(count)d elemen: %(names)s") % {"count": len(names), "names": ", ".join(names)})
        elif value not in (None, "", [], False):
            parts.append(_name(one, value, words) if not isinstance(value, bool) else str(one.label))
    return " · ".join(parts)


def _name(one: forms.Field | None, value: Any, words: Wordbook) -> str:
    if value is True:
        return _("Ya")
    if isinstance(one, forms.ModelChoiceField):
        if one.queryset is not None and one.queryset.model is Official:
            return words.officials.get(value, str(value))
        return words.organizations.get(value, str(value))
    if isinstance(one, forms.ChoiceField):
        return str(dict(_flatten(one.choices)).get(value, value))
    return str(value)


def _flatten(choices: Any) -> list[tuple[Any, Any]]:
    return [(key, label) for key, label in choices if not isinstance(label, list | tuple)]
