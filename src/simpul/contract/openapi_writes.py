"""The writing part of an OpenAPI document: POST, PUT, PATCH and DELETE on a dataset, only for those who may."""

from collections.abc import Collection
from typing import Any

from simpul.contract.model import Contract, Dataset
from simpul.contract.openapi_parts import list_responses

_REFUSALS = (400, 401, 403, 404, 406, 409, 413, 415, 422, 429, 503)
_PUT_REFUSED = list_responses(400)["400"] | {
    "description": "Alamat tidak menyebut seluruh kunci dengan eq / The address doesn't name the whole key by eq"
}
_PREFER = (
    "return=minimal|headers-only|representation, resolution=merge-duplicates|ignore-duplicates, missing=default|null, "
    "count=exact, tx=rollback, handling=strict, max-affected=N"
)


def add_writes(document: dict[str, Any], contract: Contract, names: Collection[str]) -> None:
    """Add to an OpenAPI document what may be written, for the datasets of these names."""
    document["components"]["parameters"]["prefer_rows"] = {
        "name": "Prefer",
        "in": "header",
        "description": "Cara menulis dan bentuk jawaban, dipisah koma / How to write and what to answer, comma-separated",
        "schema": {"type": "string"},
        "example": "return=representation",
        "x-values": _PREFER,
    }
    for dataset in contract.datasets:
        if dataset.name in names:
            document["paths"][f"/{dataset.name}"] |= _describe_writes(dataset)


def _describe_writes(dataset: Dataset) -> dict[str, Any]:
    title = dataset.title or dataset.name
    described: dict[str, Any] = {
        "post": {
            **_describe(
                dataset, "tambah", f"Tambah baris {title}, semua atau tidak sama sekali / Add rows, all or none"
            ),
            "parameters": [
                _name_columns("columns", "Hanya kunci ini dari isi kiriman yang diambil / Only these keys of the body"),
                _name_columns("on_conflict", "Kolom kunci untuk resolution= / The key's columns, for resolution="),
                *_list_headers(),
            ],
            "requestBody": _describe_body(dataset, several=True),
        },
        "patch": {
            **_describe(dataset, "ubah", f"Ubah baris {title} yang tersaring / Change the rows that a filter chooses"),
            "parameters": [*_list_filters(dataset), *_list_headers()],
            "requestBody": _describe_body(dataset, several=False, partial=True),
        },
        "delete": {
            **_describe(
                dataset, "hapus", f"Hapus baris {title} yang tersaring / Delete the rows that a filter chooses"
            ),
            "parameters": [*_list_filters(dataset), *_list_headers()],
        },
    }
    if dataset.key:
        described["put"] = {
            **_describe(dataset, "simpan", f"Simpan satu baris {title} menurut kuncinya / Store one row by its key"),
            "parameters": [*_list_filters(dataset, dataset.key), *_list_headers()],
            "requestBody": _describe_body(dataset, several=False),
        }
    return described


def _describe(dataset: Dataset, verb: str, summary: str) -> dict[str, Any]:
    rows = {"application/json": {"schema": {"type": "array", "items": _refer("schemas", dataset.name)}}}
    return {
        "operationId": f"{verb}_{dataset.name}",
        "tags": [dataset.name],
        "summary": summary,
        "description": (
            "Satu baris yang salah menolak semuanya, dengan baris, kolom, dan alasannya. Setiap penulisan adalah satu "
            "kiriman: satu versi data, satu bukti. / One wrong row refuses all of them, with row, column and reason. "
            "Each write is a batch: one version, one proof."
        ),
        "responses": {
            "200": {
                "description": "Baris yang ditulis, dengan return=representation / The rows written",
                "content": rows,
            },
            "201": {"description": "Ada baris baru / There are new rows", "content": rows},
            "204": {"description": "Selesai tanpa isi / Done, without a body"},
            **list_responses(*_REFUSALS),
            **({"405": _PUT_REFUSED} if verb == "simpan" else {}),
        },
    }


def _describe_body(dataset: Dataset, *, several: bool, partial: bool = False) -> dict[str, Any]:
    one = _refer("schemas", dataset.name)
    if partial:
        names = [column.name for column in dataset.columns]
        one = {"type": "object", "properties": {name: {} for name in names}, "additionalProperties": False}
    rows = {"oneOf": [one, {"type": "array", "items": one}]} if several else one
    content: dict[str, Any] = {"application/json": {"schema": rows}}
    if several:
        content |= {kind: {"schema": {"type": "string"}} for kind in ("application/x-ndjson", "text/csv")}
    return {"required": True, "content": content}


def _list_filters(dataset: Dataset, key: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [
        {
            "name": column.name,
            "in": "query",
            "required": bool(key),
            "description": f"Saringan {column.title or column.name}: operator.nilai / Filter: operator.value",
            "schema": {"type": "string", "pattern": r"^eq\..*" if key else r"^(not\.)?[a-z]+(\([a-z_]+\))?\..*"},
        }
        for column in dataset.columns
        if not key or column.name in key
    ]


def _list_headers() -> list[dict[str, Any]]:
    return [_refer("parameters", name) for name in ("prefer_rows", "idempotency_key")]


def _name_columns(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}


def _refer(kind: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{kind}/{name}"}
