"""Reading what programs send to the management API: JSON objects, and files as multipart."""

import json
from typing import Any

from django.http import HttpRequest

from simpul.kernel.errors import Invalid
from simpul.kernel.words import Words
from simpul.portal.cases.actions import ActRef

LIMIT_BYTES = 5 * 1024 * 1024


class BodyInvalid(Invalid):
    code = "SPL470"
    status = 400
    message = Words("Isi permintaan bukan objek JSON yang benar.", "The request's body isn't a proper JSON object.")
    hint = Words("Lihat /manage/v1/openapi.json.", "See /manage/v1/openapi.json.")


class FieldMissing(Invalid):
    code = "SPL471"
    status = 400
    message = Words("Isian “{name}” wajib ada dan bertipe {kind}.", "The field “{name}” is required, as {kind}.")


def read_body(request: HttpRequest) -> dict[str, Any]:
    """Return the request's JSON object; an empty body is an empty object. Raises: BodyInvalid."""
    if not request.body:
        return {}
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BodyInvalid from error
    if not isinstance(value, dict):
        raise BodyInvalid
    return value


def get_text(body: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a text field. Raises: FieldMissing where it isn't there and has no default, or isn't text."""
    value = body.get(name, default)
    if not isinstance(value, str):
        raise FieldMissing(name=name, kind="text")
    return value


def get_count(body: dict[str, Any], name: str) -> int:
    """Return a whole-number field. Raises: FieldMissing."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldMissing(name=name, kind="integer")
    return value


def get_object(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object field; {} where it isn't there. Raises: FieldMissing."""
    value = body.get(name, {})
    if not isinstance(value, dict):
        raise FieldMissing(name=name, kind="object")
    return value


def read_act(body: dict[str, Any]) -> ActRef:
    """Return which act is meant: step (its key), round, act, and for a party's act its organization's code."""
    return ActRef(
        get_text(body, "step"), get_count(body, "round"), get_text(body, "act"), get_text(body, "organization", "")
    )
