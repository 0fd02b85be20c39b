"""The OpenAPI 3.1 document of the management API, made from its addresses."""

from typing import Any

from django.conf import settings

_ACT = {
    "type": "object",
    "required": ["step", "round", "act"],
    "properties": {
        "step": {"type": "string", "examples": ["a01"]},
        "round": {"type": "integer", "minimum": 1},
        "act": {"type": "string", "examples": ["kirim"]},
        "organization": {"type": "string", "description": "For a party's act: the code of its organization."},
    },
}
_REASON = {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string", "minLength": 1}}}


def _with(schema: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {**schema, "properties": {**schema["properties"], **properties}}


def _operation(
    summary: str, body: dict[str, Any] | None = None, media: str = "application/json", status: str = "200"
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {status: {"description": "Done"}, "default": {"$ref": "#/components/responses/Error"}},
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {media: {"schema": body}}}
    return operation


_OBJECT = {"type": "object"}
_OPEN = {
    "type": "object",
    "properties": {
        "applicant": {"type": "string"},
        "kind": {"type": "string", "enum": ["baru", "perubahan", "pemanfaat"]},
        "changes": {"type": "string", "description": "The context of the service that is changed."},
        "sample": {"type": "boolean", "description": "Papers bear CONTOH – BUKAN NASKAH DINAS."},
    },
}
_FILE = _with(_ACT, file={"type": "string", "format": "binary"}, kind={"type": "string"})

PATHS: dict[str, dict[str, Any]] = {
    "/me": {"get": _operation("Who this token acts for, with which roles")},
    "/inbox": {"get": _operation("What waits for this person, the most urgent first")},
    "/cases": {
        "get": _operation("The visible cases, newest first"),
        "post": _operation("Open a case", _OPEN, status="201"),
    },
    "/cases/{number}": {"get": _operation("One case with its timeline and papers")},
    "/cases/{number}/acts": {
        "get": _operation("What each open act of this person's asks"),
        "post": _operation("Complete an act", _with(_ACT, answers=_OBJECT)),
    },
    "/cases/{number}/draft": {"put": _operation("Keep answers that aren't sent yet", _with(_ACT, answers=_OBJECT))},
    "/cases/{number}/tools/{name}": {"post": _operation("Run a tool of an open act", _with(_ACT, values=_OBJECT))},
    "/cases/{number}/take": {"post": _operation("Take an act", _ACT)},
    "/cases/{number}/hand": {
        "post": _operation(
            "Hand an act to a colleague, or take over an absent one's",
            _with(_ACT, to={"type": "string"}, reason={"type": "string"}),
        )
    },
    "/cases/{number}/withdraw": {"post": _operation("Menarik: the applicant withdraws the case", _REASON)},
    "/cases/{number}/stop": {"post": _operation("Menghentikan: Bidang stops the case", _REASON)},
    "/cases/{number}/return": {
        "post": _operation("Mengembalikan: Bidang sends the case back", _with(_REASON, no={"type": "integer"}))
    },
    "/cases/{number}/comments": {
        "post": _operation(
            "Add a comment", {"type": "object", "properties": {"text": {"type": "string"}}}, status="201"
        )
    },
    "/cases/{number}/attachments": {"post": _operation("Add a file to an act", _FILE, "multipart/form-data", "201")},
    "/cases/{number}/attachments/{attachment_id}": {"get": _operation("Fetch an attachment")},
    "/cases/{number}/papers": {"get": _operation("The case's papers with their digests")},
    "/cases/{number}/papers/{paper_id}": {"get": _operation("Fetch a paper")},
    "/applications": {
        "get": _operation("The applications of the own organization, with their keys"),
        "post": _operation(
            "Make an application",
            {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            status="201",
        ),
    },
    "/applications/{application_id}/keys": {
        "post": _operation(
            "Issue a key; its text is in this answer alone",
            {"type": "object", "required": ["stage"], "properties": {"stage": {"enum": ["test", "live"]}}},
            status="201",
        )
    },
    "/keys/{key_id}": {"delete": _operation("Revoke a key at once", status="204")},
}


def write_openapi() -> dict[str, Any]:
    """Return the document; a test compares its paths with the addresses that are there."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Simpul – management API", "version": "1"},
        "servers": [{"url": f"{settings.HUB.PUBLIC_URL}/manage/v1"}],
        "security": [{"token": []}],
        "paths": {path: {**{"parameters": _list_parameters(path)}, **operations} for path, operations in PATHS.items()},
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A personal token, spl_pat_…"}
            },
            "responses": {
                "Error": {
                    "description": "What is wrong, where, and the next step",
                    "content": {"application/json": {"schema": _ERROR}},
                }
            },
        },
    }


_ERROR = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("code", "message", "hint", "message_en", "hint_en")},
        "findings": {"type": "array", "items": {"type": "object"}},
    },
}


def _list_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if name.endswith("_id") and name != "key_id" else "string"},
        }
        for name in names
    ]
