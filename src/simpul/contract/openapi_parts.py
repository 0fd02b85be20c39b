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


OPERATORS = (
    "eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is", "isdistinct", "match", "imatch", "cs", "cd", "ov",
    "sl", "sr", "nxr", "nxl", "adj", "fts", "plfts", "phfts", "wfts",
)  # fmt: skip
"""The filters' operators, as the grammar's own table has them; a test compares."""
FILTER_PATTERN = rf"^(not\.)?({'|'.join(OPERATORS)})(\([a-z]+\))?\."
_TEXT = {"type": "string"}
_FROM_ZERO = {"type": "integer", "minimum": 0}
READ_PARAMETERS: dict[str, Any] = {
    "select": _make_query(
        "select",
        "Kolom yang diminta, dengan nama lain (alias:kolom), tipe lain (kolom::text), isi JSON (kolom->kunci), atau agregat "
        "(kolom.sum(), count()) / Columns wanted, with aliases, casts, JSON paths or aggregates",
        _TEXT,
        "*",
    ),
    "order": _make_query(
        "order",
        "Urutan, dipisah koma: kolom.asc atau kolom.desc, lalu .nullsfirst atau .nullslast / Order, comma-separated",
        _TEXT,
        "nama_kolom.asc.nullslast",
    ),
    "limit": _make_query(
        "limit",
        "Jumlah baris terbanyak; sampai 1000, header Link menyebut halaman berikutnya / "
        "Most rows; up to 1000 the header Link names the next page",
        _FROM_ZERO,
        100,
    ),
    "offset": _make_query(
        "offset",
        "Lewati sekian baris; untuk semua baris pakai Link / Rows to skip; for all rows follow Link",
        _FROM_ZERO,
        0,
    ),
    "after": _make_query(
        "after",
        "Halaman sesudahnya: salin dari header Link, jangan disusun sendiri / Copy it from the header Link",
        _TEXT,
        "",
    ),
    "and": _make_query(
        "and",
        "Semua syarat berlaku: (a.gt.1,or(b.eq.2,c.is.null)) / All conditions hold",
        _TEXT,
        "(kolom.gt.1,kolom.lt.9)",
    ),
    "or": _make_query(
        "or",
        "Salah satu syarat berlaku; not.or dan not.and membaliknya / One condition holds",
        _TEXT,
        "(kolom.eq.1,kolom.is.null)",
    ),
    "prefer_read": _make_header(
        "Prefer",
        "Dipisah koma: count=exact menghitung semua baris, count=planned menaksir, count=estimated menghitung lalu menaksir; "
        "timezone=Asia/Makassar; handling=strict menolak pilihan yang tidak dikenal; receipt memberi tanda terima / "
        "Comma-separated: how to count, the time zone, strictness, a receipt",
        "count=exact",
    ),
    "range": _make_header(
        "Range", "Rentang baris, dengan Range-Unit: items; limit dan offset didahulukan / Range of rows", "0-19"
    ),
    "if_none_match": _make_header(
        "If-None-Match", "ETag jawaban terdahulu; 304 bila isinya masih sama / An earlier answer's ETag", '"…"'
    ),
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


def _make_answer_header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": _TEXT}


READ_HEADERS: dict[str, Any] = {
    "Content-Range": _make_answer_header(
        "Rentang baris dan jumlahnya, seperti 0-14/120; * bila tidak dihitung / Range of rows and their total"
    ),
    "Dataset-Version": _make_answer_header(
        "Versi data: naik setiap kiriman yang mengubah isi / Rises with each batch that changes rows"
    ),
    "Changes-Since": _make_answer_header("Tempat mulai mengikuti perubahan / Where to begin following the changes"),
    "ETag": _make_answer_header("Tanda isi jawaban, untuk If-None-Match / For If-None-Match"),
    "Link": _make_answer_header('Halaman berikutnya, rel="next" / The next page'),
    "Preference-Applied": _make_answer_header("Pilihan pada Prefer yang dipenuhi / The preferences that were followed"),
    "Evidence-Id": _make_answer_header("Nomor bukti akses panggilan ini / The call's number in the evidence"),
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
