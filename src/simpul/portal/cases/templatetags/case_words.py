"""Filters for pages of cases: words in the page's language, working time, addresses of acts."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from simpul.kernel.words import Words
from simpul.portal.cases.models import OpenAct
from simpul.portal.cases.naming import KINDS, name_act, name_actor

register = template.Library()


@register.filter
def told(words: Words | tuple[str, str] | list[str]) -> str:
    """Return words (or their stored pair) in the page's language."""
    return Words(*words).in_language(get_language() or "id") if words else ""


@register.filter
def working_time(seconds: float) -> str:
    """Return working seconds as hours and minutes."""
    minutes = round(seconds / 60)
    return _("%(hours)d jam %(minutes)d menit kerja") % {"hours": minutes // 60, "minutes": minutes % 60}


@register.filter
def act_label(act: OpenAct) -> str:
    """Return what an open act asks to do."""
    return name_act(act).in_language(get_language() or "id")


@register.filter
def actor_label(act: OpenAct) -> str:
    """Return whose turn an open act is."""
    return name_actor(act.actor, act.organization)


@register.simple_tag
def act_address(act: OpenAct, view: str = "act", **extra: Any) -> str:
    """Return the address of an open act, of what is done with it, or of one of its tools."""
    parts = {"number": act.case.number, "step": act.step, "round_no": act.round, "act": act.act, **extra}
    query = {"untuk": act.organization.code} if act.organization else {}
    return reverse(view, kwargs=parts) + (f"?{urlencode(query)}" if query else "")


@register.filter
def kind_label(kind: str) -> str:
    """Return what an attachment stands for."""
    return str(KINDS.get(kind, kind))


@register.filter
def state_tag(state: str) -> str:
    """Return the class of a case's state."""
    return {"draf": "tag-quiet", "berjalan": "tag-open", "selesai": "tag-done"}.get(state, "tag-wait")
