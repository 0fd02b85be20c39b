"""Filters that put a contract's codes into an officer's words."""

from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format

from simpul.portal.activities.type_names import FORMATS, MASKS, TYPES, WAYS
from simpul.portal.cases.naming import name_actor
from simpul.portal.references.queries import find_titles
from simpul.procedure.model import ACTORS

register = template.Library()


@register.filter
def type_word(logical_type: str) -> Any:
    """Return a column's type in words."""
    return TYPES.get(logical_type, logical_type)


@register.filter
def format_word(name: str) -> Any:
    """Return a column's form in words; a date's own pattern stays."""
    return FORMATS.get(name, name)


@register.filter
def code_words(codes: tuple[str, ...] | str) -> str:
    """Return the codes of a column, or the title of the shared list that it names."""
    return find_titles().get(codes, codes) if isinstance(codes, str) else "; ".join(codes)


@register.filter
def way_word(delivery: str) -> Any:
    """Return how rows come."""
    return WAYS.get(delivery, delivery)


@register.filter
def mask_word(mask: str) -> Any:
    """Return what stands in the place of a column's values."""
    return MASKS.get(mask, mask)


@register.filter
def actor_word(role: str) -> str:
    """Return a party's part in the case, or the lane of Kominfo."""
    return name_actor(role) if role in ACTORS else role


@register.filter
def day(text: str) -> str:
    """Return a day that is kept as ISO text in the page's language; "" for none."""
    try:
        return str(date_format(date.fromisoformat(text), "j F Y"))
    except (TypeError, ValueError):
        return text or ""
