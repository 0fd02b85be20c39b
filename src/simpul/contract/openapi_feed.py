"""The change feed's part of an OpenAPI document."""

from typing import Any

from simpul.contract.model import Dataset
from simpul.contract.openapi_parts import FEED_PARAMETERS, list_responses


def describe_changes(dataset: Dataset) -> dict[str, Any]:
    """Describe `GET …/{dataset}/changes`."""
    page = {
        "type": "object",
        "properties": {
            "changes": {"type": "array", "items": _describe_change(dataset)},
            "next": {"type": "string", "description": "since berikutnya / the next since"},
            "more": {"type": "boolean", "description": "Masih ada sekarang / There is more by now"},
        },
        "required": ["changes", "next", "more"],
    }
    return {
        "operationId": f"perubahan_{dataset.name}",
        "tags": [dataset.name],
        "summary": f"Perubahan {dataset.title or dataset.name} / What changed",
        "description": (
            "Baris yang ditambah, diubah, dan dihapus sejak suatu tempat, berurutan; disimpan 90 hari. / "
            "Rows inserted, updated and deleted since a place, in order; kept for 90 days."
        ),
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in FEED_PARAMETERS],
        "responses": {
            "200": {
                "description": "Perubahan / Changes",
                "content": {
                    "application/json": {"schema": page},
                    "application/x-ndjson": {"schema": {"type": "string"}},
                },
            },
            **list_responses(400, 401, 403, 404, 406, 410, 416, 429, 503),
        },
    }


def _describe_change(dataset: Dataset) -> dict[str, Any]:
    row = {"oneOf": [{"$ref": f"#/components/schemas/{dataset.name}"}, {"type": "null"}]}
    return {
        "type": "object",
        "properties": {
            "op": {"enum": ["insert", "update", "delete"]},
            "key": {"type": ["object", "null"], "description": "Kolom kunci / The key's columns"},
            "row": row,
            "was": {
                "type": "object",
                "description": "Tanpa kunci: baris sebelum perubahan / Without a key: the row before the change",
            },
            "version": {"type": "integer"},
        },
        "required": ["op", "key", "row", "version"],
    }
