"""The parts that every OpenAPI document of the exchange shares: keys, parameters, headers, errors, reports."""

from typing import Any

SECURITY_SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer spl_…"},
    "x_api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "apikey": {"type": "apiKey", "in": "header", "name": "apikey"},
}


def _make_query(name: str, description: str, schema: dict[str, Any], example: object) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema, "example": example}


def _make_header(name: str, description: str, example: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}, "example": example}


READ_PARAMETERS: dict[str, Any] = {
    "select": _make_query("select", "Kolom yang diminta / The columns wanted", {"type": "string"}, "*"),
    "order": _make_query(
        "order", "Urutan: kolom.asc atau kolom.desc / Order", {"type": "string"}, "nama_kolom.asc.nullslast"
    ),
    "limit": _make_query("limit", "Jumlah baris terbanyak / Most rows", {"type": "integer", "minimum": 0}, 100),
    "offset": _make_query("offset", "Lewati sekian baris / Rows to skip", {"type": "integer", "minimum": 0}, 0),
    "prefer_read": _make_header("Prefer", "count=exact menghitung semua baris / counts all rows", "count=exact"),
    "range": _make_header("Range", "Rentang baris, dengan Range-Unit: items / Range of rows", "0-19"),
}
WRITE_PARAMETERS: dict[str, Any] = {
    "idempotency_key": _make_header(
        "Idempotency-Key",
        "Kunci kiriman: ulangan dengan kunci dan isi sama mendapat jawaban pertama, 30 hari / "
        "A repeat under the same key with the same body gets the first answer, for 30 days",
        "kiriman-2026-11-24",
    ),
    "prefer_write": _make_header(
        "Prefer", "tx=rollback mencoba tanpa menyimpan / tries without storing", "tx=rollback"
    ),
}
BATCH_PARAMETERS: dict[str, Any] = {
    "mode": _make_query(
        "mode",
        "Apa yang dilakukan terhadap baris yang sudah ada, baru, atau tidak dikirim / "
        "What is done with known, new and absent rows",
        {"type": "string", "enum": ["merge", "append", "ignore", "replace", "update", "delete"], "default": "merge"},
        "merge",
    ),
    "confirm": _make_query(
        "confirm",
        "Wajib bila mode=replace menghapus lebih dari 10 % baris / Needed where mode=replace deletes over 10 % of the rows",
        {"type": "string", "enum": ["delete"]},
        "delete",
    ),
}
FEED_PARAMETERS: dict[str, Any] = {
    "since": _make_query(
        "since",
        "Changes-Since atau Dataset-Version dari bacaan penuh, lalu next dari jawaban sebelumnya / "
        "Changes-Since or Dataset-Version of a full read, then the previous answer's next",
        {"type": "string"},
        "12",
    )
    | {"required": True},
    "changes_limit": _make_query(
        "limit", "Perubahan terbanyak / Most changes", {"type": "integer", "minimum": 1, "maximum": 10_000}, 1000
    ),
}
READ_HEADERS: dict[str, Any] = {
    "Content-Range": {
        "description": "Rentang baris dan jumlahnya, seperti 0-14/120 atau 0-14/* / Range of rows and their total",
        "schema": {"type": "string"},
    },
    "Changes-Since": {
        "description": "Tempat mulai mengikuti perubahan / Where to begin following the changes",
        "schema": {"type": "string"},
    },
    "Dataset-Version": {
        "description": "Versi data: naik setiap kiriman yang mengubah isi / Rises with each batch that changes rows",
        "schema": {"type": "string"},
    },
}
ERROR: dict[str, Any] = {
    "title": "Galat / Error",
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "Kode galat / Error code", "examples": ["SPLA01", "PGRST100"]},
        "message": {"type": "string", "description": "Apa yang salah / What is wrong"},
        "details": {"description": "Di mana / Where"},
        "hint": {"type": ["string", "null"], "description": "Langkah berikutnya / The next step"},
    },
    "required": ["code", "message", "details", "hint"],
}
_COUNT = {"type": "integer", "minimum": 0}
BATCH_REPORT: dict[str, Any] = {
    "title": "Laporan kiriman / Batch report",
    "description": "received = inserted + updated + unchanged + repeated + refused; mode=delete: deleted + unchanged + …",
    "type": "object",
    "properties": {
        "batch": {"type": "integer"},
        "dataset": {"type": "string"},
        "mode": {"type": "string"},
        **dict.fromkeys(
            ("received", "inserted", "updated", "unchanged", "repeated", "refused", "deleted", "stored"), _COUNT
        ),
        "dataset_version": {"type": "integer"},
        "rules": {
            "type": "array",
            "description": "Aturan yang dilanggar, tersering dahulu / The rules broken, most frequent first",
            "items": {
                "type": "object",
                "properties": {
                    "column": {"type": "string"},
                    "rule": {"type": "string"},
                    "count": _COUNT,
                    "id": {"type": "string"},
                    "en": {"type": "string"},
                },
            },
        },
        "refused_rows": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "position": {"type": "integer"},
                    "findings": {"type": "array", "items": {"type": "object"}},
                },
            },
        },
    },
    "required": ["received", "inserted", "updated", "unchanged", "repeated", "refused"],
}

_RESPONSES = {
    400: "Permintaan tidak dapat dibaca / The request can't be read",
    401: "Kunci tidak ada, tidak dikenal, atau berakhir / No key, an unknown or an expired one",
    403: "Tidak diberi hak / Not granted",
    404: "Tidak ada / Not found",
    406: "Bentuk jawaban tidak tersedia / That media type isn't offered",
    409: "Kiriman dengan kunci itu sedang berjalan / A batch under that key is running",
    410: "Baca ulang seluruh data, lalu ikuti dari sana / Read the whole dataset anew and follow from there",
    413: "Isi terlalu besar / The body is too large",
    415: "Bentuk isi tidak dibaca / That media type isn't read",
    416: "Rentang di luar data / The range lies outside the data",
    422: "Semua baris ditolak, atau kunci dipakai untuk isi lain / Every row was refused, or the key has another body",
    429: "Kuota terlampaui / Over the quota",
    503: "Sementara tidak tersedia; lihat Retry-After / Unavailable for now; see Retry-After",
}


def list_responses(*statuses: int) -> dict[str, Any]:
    """Describe refusals by status, all in the one error form."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Galat"}}}
    return {str(status): {"description": _RESPONSES[status], "content": content} for status in statuses}
