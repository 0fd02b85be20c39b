"""Files that come with a form are kept with the case first, so that a mistake in another field never loses them."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from simpul.kernel.errors import SimpulError
from simpul.portal.activities.activity import ActContext, ActForm
from simpul.portal.activities.fields import AttachmentField
from simpul.portal.cases.attachments import attach, read_upload


def keep_uploads(
    context: ActContext, form_class: type[ActForm], files: Mapping[str, UploadedFile]
) -> tuple[dict[str, Any], dict[str, SimpulError]]:
    """Attach each file that came for a file field of the form.

    Returns: the ids as the form's hidden fields carry them, and by field why a file was refused.
    """
    kept: dict[str, Any] = {}
    refused: dict[str, SimpulError] = {}
    for name, one in form_class.base_fields.items():
        file = files.get(name)
        if not isinstance(one, AttachmentField) or file is None:
            continue
        try:
            kept[f"{name}__id"] = _attach(context, one.kind, file)
        except SimpulError as error:
            refused[name] = error
    return kept, refused


def _attach(context: ActContext, kind: str, file: UploadedFile) -> int:
    act = context.act
    kept = attach(context.person, context.case, act.step, act.round, kind, file.name or "", read_upload(file))
    return int(kept.pk)
