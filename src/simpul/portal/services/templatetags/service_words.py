"""How pages of services say types, classes, states and filters in plain words."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from simpul.contract.model import Column

register = template.Library()

_TYPES = {
    "string": gettext_noop("teks"),
    "integer": gettext_noop("bilangan bulat"),
    "number": gettext_noop("bilangan"),
    "boolean": gettext_noop("ya/tidak"),
    "date": gettext_noop("tanggal"),
    "timestamp": gettext_noop("tanggal dan jam"),
    "time": gettext_noop("jam"),
    "object": gettext_noop("objek JSON"),
}
_PDP = {"umum": gettext_noop("Data pribadi umum"), "spesifik": gettext_noop("Data pribadi spesifik")}
_ACCESS = {
    "terbuka": gettext_noop("Terbuka"),
    "terbatas": gettext_noop("Terbatas"),
    "dikecualikan": gettext_noop("Dikecualikan"),
}
_TAGS = {
    "aktif": "tag-done",
    "terbuka": "tag-done",
    "verifikasi": "tag-open",
    "disiapkan": "tag-wait",
    "usang": "tag-wait",
    "gagal": "tag-late",
}


@register.filter
def type_words(column: Column) -> str:
    """Return a column's type with its size and unit."""
    words = _(_TYPES[column.logical_type])
    if column.length:
        words += " " + _("paling panjang %(length)d") % {"length": column.length}
    elif column.precision:
        words += f" ({column.precision},{column.scale or 0})"
    return f"{words}, {column.unit}" if column.unit.strip("- ") else words


@register.filter
def pdp_words(column: Column) -> str:
    """Return the class of personal data, "" for none."""
    return _(_PDP[column.pdp_class]) if column.is_personal else ""


@register.filter
def access_words(access_class: str) -> str:
    return _(_ACCESS.get(access_class, access_class))


@register.filter
def access_tag(access_class: str) -> str:
    return {"terbuka": "tag-done", "dikecualikan": "tag-late"}.get(access_class, "tag-open")


@register.filter
def publication_tag(state: str) -> str:
    """Return the class of a publication's state."""
    return _TAGS.get(state, "tag-quiet")


@register.filter
def operation_words(operations: list[str]) -> str:
    """Return what a grant lets its holder do."""
    names = {"read": _("membaca"), "deliver": _("mengirim")}
    return ", ".join(names.get(one, one) for one in operations)
