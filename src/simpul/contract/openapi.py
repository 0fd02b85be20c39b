"""The OpenAPI 3.1 document of one contract on one stage: what the exchange offers, with its errors."""

from typing import Any

from simpul.contract.jsonschema import make_row_schema
from simpul.contract.model import Column, Contract, Dataset
from simpul.contract.openapi_feed import describe_changes
from simpul.contract.openapi_parts import (
    BATCH_PARAMETERS,
    BATCH_REPORT,
    ERROR,
    FEED_PARAMETERS,
    FILTER_PATTERN,
    READ_HEADERS,
    READ_PARAMETERS,
    SECURITY_SCHEMES,
    WRITE_PARAMETERS,
    list_responses,
)

INDEX_TAG = "daftar-data"
"""No dataset's name: a hyphen isn't allowed there."""
_STAGE_PATHS = {"sandbox": "sandbox", "live": "api"}
_ABOUT = {
    "sandbox": "Uji coba: baris tiruan, kunci spl_test_… / Sandbox: mock rows, keys spl_test_…",
    "live": "Layanan aktif: kunci spl_live_… / Live service: keys spl_live_…",
}


def make_base_path(contract: Contract, stage: str) -> str:
    """Return a contract's path on the exchange.

    >>> make_base_path(Contract("wilayah", "2.1.0"), "live")
    '/api/wilayah/v2'
    """
    return f"/{_STAGE_PATHS[stage]}/{contract.context}/v{contract.major}"


def write_openapi(contract: Contract, stage: str, exchange_url: str) -> dict[str, Any]:
    """Make the OpenAPI document of a contract.

    Args: `stage` "sandbox" or "live"; `exchange_url` the exchange's public address.
    Returns: plain JSON data, the same for the same contract.
    """
    paths: dict[str, Any] = {"/": _describe_index()}
    for dataset in contract.datasets:
        paths |= _describe_dataset(dataset)
    return {
        "openapi": "3.1.0",
        "info": _describe_info(contract, stage),
        "servers": [
            {"url": f"{exchange_url.rstrip('/')}{make_base_path(contract, stage)}", "description": _ABOUT[stage]}
        ],
        "security": [{name: []} for name in SECURITY_SCHEMES],
        "tags": [
            *(
                {"name": dataset.name, "description": dataset.description or dataset.title or dataset.name}
                for dataset in contract.datasets
            ),
            {"name": INDEX_TAG, "description": "Yang boleh dipanggil kunci ini / What this key may call"},
        ],
        "paths": paths,
        "components": {
            "securitySchemes": SECURITY_SCHEMES,
            "parameters": READ_PARAMETERS | WRITE_PARAMETERS | BATCH_PARAMETERS | FEED_PARAMETERS,
            "headers": READ_HEADERS,
            "schemas": {
                "Galat": ERROR,
                "LaporanKiriman": BATCH_REPORT,
                **{dataset.name: make_row_schema(dataset, with_dialect=False) for dataset in contract.datasets},
            },
        },
    }


def _describe_info(contract: Contract, stage: str) -> dict[str, Any]:
    parts = (contract.purpose, contract.description, _ABOUT[stage])
    info: dict[str, Any] = {
        "title": contract.title or contract.context,
        "version": contract.version,
        "description": "\n\n".join(part for part in parts if part),
    }
    return info | ({"contact": {"name": contract.provider_name}} if contract.provider_name else {})


def _describe_index() -> dict[str, Any]:
    return {
        "get": {
            "operationId": "daftar_data",
            "tags": [INDEX_TAG],
            "summary": "Daftar data yang boleh dibaca kunci ini / The datasets that this key may read",
            "responses": {"200": {"description": "Daftar data / The datasets"}, **list_responses(401, 429, 503)},
        }
    }


def _describe_dataset(dataset: Dataset) -> dict[str, Any]:
    path = f"/{dataset.name}"
    return {
        path: {"get": _describe_reading(dataset)},
        f"{path}/changes": {"get": describe_changes(dataset)},
        f"{path}/batches": {"post": _describe_delivery(dataset)},
        f"{path}/batches/{{id}}": {
            "get": _describe_report(dataset, "laporan", "Laporan satu kiriman / One batch's report")
        },
        f"{path}/batches/{{id}}/refused": {
            "get": _describe_report(dataset, "tertolak", "Baris tertolak satu kiriman / One batch's refused rows")
        },
    }


def _describe_reading(dataset: Dataset) -> dict[str, Any]:
    rows = {"type": "array", "items": _refer("schemas", dataset.name)}
    parameters = [_refer("parameters", name) for name in READ_PARAMETERS]
    read = {
        "description": "Baris / Rows",
        "headers": {name: _refer("headers", name) for name in READ_HEADERS},
        "content": {
            "application/json": {"schema": rows},
            "application/x-ndjson": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
            "application/vnd.pgrst.object+json": {"schema": _refer("schemas", dataset.name)},
        },
    }
    return {
        "operationId": f"baca_{dataset.name}",
        "tags": [dataset.name],
        "summary": f"Baca {dataset.title or dataset.name} / Read rows",
        "parameters": [*parameters, *(_describe_filter(column) for column in dataset.columns)],
        "responses": {
            "200": read,
            "206": read | {"description": "Sebagian dari semua baris / Part of all the rows"},
            "304": {"description": "Isinya masih sama / Not modified"},
            **list_responses(400, 401, 403, 404, 406, 416, 429, 503),
        },
    }


def _describe_filter(column: Column) -> dict[str, Any]:
    example = column.example if column.example is not None and not column.is_personal else "nilai"
    return {
        "name": column.name,
        "in": "query",
        "required": False,
        "description": (
            f"Saringan {column.title or column.name}: operator.nilai, misalnya eq.{example}, in.(a,b), like.*a*, is.null; "
            "awalan not. membaliknya, eq(any).{a,b} berlaku untuk beberapa nilai / Filter: operator.value"
        ),
        "schema": {"type": "string", "pattern": FILTER_PATTERN},
        "example": f"eq.{example}",
    }


def _describe_delivery(dataset: Dataset) -> dict[str, Any]:
    rows = {"type": "array", "items": _refer("schemas", dataset.name)}
    report = {"application/json": {"schema": _refer("schemas", "LaporanKiriman")}}
    return {
        "operationId": f"kirim_{dataset.name}",
        "tags": [dataset.name],
        "summary": "Kirim baris; hanya program penyedia / Deliver rows; the provider's program only",
        "description": (
            "Baris yang baik disimpan, setiap baris tertolak dilaporkan dengan posisi, elemen, aturan, dan alasannya. / "
            "Good rows are stored; each refused row is reported with position, column, rule and reason."
        ),
        "parameters": [_refer("parameters", name) for name in (*BATCH_PARAMETERS, *WRITE_PARAMETERS)],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": rows},
                "application/x-ndjson": {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        },
        "responses": {
            "200": {"description": "Percobaan dengan tx=rollback / A trial", "content": report},
            "201": {"description": "Kiriman diterima / The batch was taken in", "content": report},
            **list_responses(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        },
    }


def _describe_report(dataset: Dataset, operation: str, summary: str) -> dict[str, Any]:
    return {
        "operationId": f"{operation}_{dataset.name}",
        "tags": [dataset.name],
        "summary": summary,
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}],
        "responses": {"200": {"description": "Isi / Content"}, **list_responses(401, 403, 404, 429, 503)},
    }


def _refer(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
