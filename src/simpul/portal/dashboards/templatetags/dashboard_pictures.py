"""Filters for `dashboards/snapshot.html`, which any page may include with `snapshot`."""

from typing import Any

from django import template
from django.utils.translation import get_language

from simpul.portal.dashboards.models import DashboardSnapshot
from simpul.portal.dashboards.pictures import Picture, make_picture

register = template.Library()


@register.filter
def picture(snapshot: DashboardSnapshot) -> Picture:
    """Return what to show of a snapshot."""
    return make_picture(snapshot)


@register.filter
def in_language(words: dict[str, str] | str) -> str:
    """Return stored words ({"id", "en"}, or both with a stroke between) in the page's language."""
    is_english = (get_language() or "id").startswith("en")
    if isinstance(words, dict):
        return words["en" if is_english else "id"]
    first, _, second = words.partition(" / ")
    return second if is_english and second else first


@register.filter
def measured(measure: dict[str, Any]) -> str:
    """Return a measure's unit: days for timeliness, else percent."""
    if measure["dimension"] != "timeliness":
        return "%"
    return "days" if (get_language() or "id").startswith("en") else "hari"
