"""The exchange's own refusals, and how every error becomes an answer `{code, message, details, hint}`.

    PathUnknown       PGRST125  404  the address isn't one of the exchange's
    FunctionUnknown   PGRST202  404  PostgREST's functions (/rpc/…), which the hub hasn't
    SchemaUnknown     PGRST106  406  another profile than "public"
    DatasetUnknown    PGRST205  404  no such context, version or dataset
    MethodUnknown     SPLX01    405
    QueryTooLong      SPLX02    414
    HeadersTooLarge   SPLX03    431
    BodyTooLarge      SPLX04    413
    BodyRefused       SPLX05    415  a media type or encoding that isn't read
    BatchUnknown      SPLX06    404
    ClientGone        SPLX07    400  the body ended early
    EvidenceAway      SPLX08    503  no evidence can be kept, so no data is given
    NotLoaded         SPLX09    503  publications aren't loaded yet
    TooBusy           SPLX10    503
    GrantUnusable     SPLX11    403  a grant whose row filter can't be read lets nothing through
    BatchRefused      SPLX20    422  every row of a batch was refused; the report says why
    StatementRefused  SQLSTATE       what PostgreSQL refused in the caller's filter
    Overloaded        SPLX54    503  more calls at work than the process can bear
    BodyTooSlow       SPLX55    408
    Unexpected        SPLX99    500

Both languages stand in each text, Indonesian first. PostgreSQL's own message is never passed on: it may quote values.
"""

import json

from simpul.exchange.http import JSON, Response
from simpul.exchange.limits import RETRY_SECONDS
from simpul.kernel.errors import Finding, Invalid, NotFound, Refused, SimpulError, Unavailable
from simpul.kernel.words import NOTHING, Words

FINDINGS_SHOWN = 20


class PathUnknown(NotFound):
    code = "PGRST125"
    message = Words("Alamat ini tidak ada pada exchange.", "This address doesn't exist in the exchange.")
    hint = Words(
        "Bentuk alamat: /api/konteks/v1/data atau /sandbox/konteks/v1/data, tanpa %, titik, atau garis miring ganda.",
        "Addresses look like /api/context/v1/dataset or /sandbox/context/v1/dataset, without %, dots or double slashes.",
    )


class FunctionUnknown(NotFound):
    code = "PGRST202"
    message = Words("Hub ini tidak menyediakan fungsi (/rpc/).", "This hub offers no functions (/rpc/).")
    hint = Words("Baca datanya langsung: /api/konteks/v1/data.", "Read the dataset itself: /api/context/v1/dataset.")


class SchemaUnknown(SimpulError):
    code = "PGRST106"
    status = 406
    message = Words("Hanya profil 'public' yang tersedia.", "Only the profile 'public' is offered.")
    hint = Words("Hapus header Accept-Profile atau Content-Profile.", "Leave Accept-Profile and Content-Profile out.")


class DatasetUnknown(NotFound):
    code = "PGRST205"
    message = Words("Layanan atau data ini tidak ada.", "This service or dataset doesn't exist.")
    hint = Words(
        "Periksa konteks, versi, dan nama data pada halaman dokumentasi API di portal.",
        "Check context, version and dataset on the API's documentation page in the portal.",
    )


class MethodUnknown(SimpulError):
    code = "SPLX01"
    status = 405
    message = Words("Metode {method} tidak berlaku untuk alamat ini.", "The method {method} doesn't fit this address.")
    hint = Words("Metode yang berlaku: {allowed}.", "Methods that fit: {allowed}.")

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(method=method if method.isalpha() else "?", allowed=allowed)
        self.allowed = allowed


class QueryTooLong(SimpulError):
    code = "SPLX02"
    status = 414
    message = Words("Alamat permintaan terlalu panjang.", "The request's address is too long.")
    hint = Words("Persempit saringan atau bagi menjadi beberapa permintaan.", "Narrow the filter or split the request.")


class HeadersTooLarge(SimpulError):
    code = "SPLX03"
    status = 431
    message = Words("Header permintaan terlalu banyak.", "The request has too many headers.")


class BodyTooLarge(SimpulError):
    code = "SPLX04"
    status = 413
    message = Words("Isi kiriman melebihi {megabytes} MB.", "The body is larger than {megabytes} MB.")
    hint = Words("Bagi menjadi beberapa kiriman.", "Split it into several batches.")


class BodyRefused(SimpulError):
    code = "SPLX05"
    status = 415
    message = Words("Bentuk isi kiriman ini tidak dibaca.", "A body of this type isn't read.")
    hint = Words(
        "Kirim application/json, application/x-ndjson, atau text/csv, tanpa Content-Encoding.",
        "Send application/json, application/x-ndjson or text/csv, without Content-Encoding.",
    )


class BatchUnknown(NotFound):
    code = "SPLX06"
    message = Words("Kiriman ini tidak ada atau bukan milik aplikasi Anda.", "No such batch of your application.")
    hint = Words("Pakai id dari jawaban kiriman.", "Use the id from the batch's answer.")


class ClientGone(SimpulError):
    code = "SPLX07"
    status = 400
    message = Words("Isi permintaan terputus sebelum selesai.", "The body ended before it was whole.")
    hint = Words("Kirim ulang dengan Idempotency-Key yang sama.", "Send it again with the same Idempotency-Key.")


class EvidenceAway(Unavailable):
    code = "SPLX08"
    message = Words("Bukti akses tidak dapat dicatat.", "The evidence of this call can't be kept.")
    hint = Words(
        "Pengelola: periksa ruang disk dan hak tulis folder spool. Pemanggil: coba lagi sebentar lagi.",
        "Operator: check disk space and the spool folder's rights. Caller: try again in a moment.",
    )


class NotLoaded(Unavailable):
    code = "SPLX09"
    message = Words("Exchange sedang memuat daftar layanan.", "The exchange is loading its services.")


class TooBusy(Unavailable):
    code = "SPLX10"
    message = Words("Terlalu banyak kiriman sekaligus.", "Too many batches at the same time.")
    hint = Words("Kirim ulang dengan Idempotency-Key yang sama.", "Send it again with the same Idempotency-Key.")


class GrantUnusable(Refused):
    code = "SPLX11"
    message = Words("Saringan baris pada hak akses ini tidak dapat dibaca.", "The grant's row filter can't be read.")
    hint = Words("Hubungi Tim IT Kominfo agar hak akses diperbaiki.", "Ask Kominfo's Tim IT to mend the grant.")


class BatchRefused(Invalid):
    code = "SPLX20"
    message = Words("Semua baris kiriman ditolak.", "Every row of the batch was refused.")
    hint = Words(
        "Perbaiki baris menurut alasannya, lalu kirim lagi dengan Idempotency-Key baru.",
        "Mend the rows by their reasons and send them again under a new Idempotency-Key.",
    )


class TooManyStreams(Unavailable):
    code = "SPLX51"
    message = Words("Terlalu banyak jawaban panjang sekaligus.", "Too many long answers at the same time.")
    hint = Words(
        "Coba lagi sebentar lagi, atau minta paling banyak {rows} baris.", "Try again, or ask for {rows} rows at most."
    )


class StreamTooOld(SimpulError):
    code = "SPLX52"
    status = 426
    message = Words(
        "Jawaban panjang tidak diberikan lewat HTTP/1.0, karena jawaban yang terputus tidak akan ketahuan.",
        "A long answer isn't given over HTTP/1.0, where one that breaks would be taken for a whole one.",
    )
    hint = Words(
        "Pakai HTTP/1.1 (pada nginx: proxy_http_version 1.1), atau minta paling banyak {rows} baris dengan limit.",
        "Use HTTP/1.1 (in nginx: proxy_http_version 1.1), or ask for {rows} rows at most by limit.",
    )


class AnswerCut(Unavailable):
    code = "SPLX53"
    message = Words("Jawaban terputus sebelum selesai.", "The answer broke before it was whole.")
    hint = Words("Minta lagi; data yang sudah diterima belum lengkap.", "Ask again; what was received isn't complete.")


class Overloaded(Unavailable):
    code = "SPLX54"
    message = Words("Hub sedang melayani terlalu banyak permintaan.", "The hub is answering too many calls.")
    hint = Words("Coba lagi sesudah jeda menurut Retry-After.", "Try again after the pause that Retry-After tells.")
    retry_after_seconds = 1


class BodyTooSlow(SimpulError):
    code = "SPLX55"
    status = 408
    message = Words("Isi permintaan datang terlalu lambat.", "The body comes in too slowly.")
    hint = Words(
        "Tidak ada data selama {seconds} detik. Kirim ulang, atau bagi menjadi kiriman yang lebih kecil.",
        "Nothing came for {seconds} seconds. Send it again, or split it into smaller batches.",
    )


class Unexpected(SimpulError):
    code = "SPLX99"
    message = Words("Terjadi kesalahan pada exchange.", "Something went wrong in the exchange.")
    hint = Words(
        "Coba lagi; bila berulang, sampaikan nilai header Evidence-Id kepada Kominfo.",
        "Try again; if it happens again, tell Kominfo the value of the Evidence-Id header.",
    )


class StatementRefused(SimpulError):
    """PostgreSQL refused the statement, or would have; `code` is its SQLSTATE, `details` say where."""

    def __init__(
        self, sqlstate: str, status: int, message: Words, hint: Words = NOTHING, details: Words | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.code, self.status, self.details = sqlstate, status, details


_VALUE = Words("Nilai saringan tidak sesuai dengan tipe kolomnya.", "A filter's value doesn't fit its column's type.")
_VALUE_HINT = Words("Periksa tipe kolom pada openapi.json.", "Check the column's type in openapi.json.")
_OPERATOR = Words("Operator ini tidak berlaku untuk tipe kolomnya.", "The operator doesn't fit the column's type.")
_MALFORMED = Words("Kata pencarian teks tidak dapat dibaca.", "The words of a text search can't be read.")
_MALFORMED_HINT = Words(
    "fts memakai &, |, dan !; untuk kata biasa pakai plfts atau wfts.",
    "fts takes &, | and !; for plain words use plfts or wfts.",
)
_PATTERN_HINT = Words(
    "Periksa kurung dan tanda khususnya; untuk awalan atau bagian kata cukup like, misalnya nama=like.Bin*.",
    "Check its brackets and special characters; for a beginning or a part like is enough, such as nama=like.Bin*.",
)
_TOO_MUCH = Words("Permintaan ini terlalu rumit untuk data ini.", "The request is too complex for this data.")
_TOO_MUCH_HINT = Words("Sederhanakan saringan atau pilihannya.", "Use a simpler filter or select.")
_AWAY = (503, Unavailable.message, Unavailable.hint)
_STATES: dict[str, tuple[int, Words, Words]] = {
    "0A": (400, Words("PostgreSQL tidak menyediakan hal ini.", "PostgreSQL doesn't offer this."), _VALUE_HINT),
    "08": _AWAY,
    "22": (400, _VALUE, _VALUE_HINT),
    "22023": (400, Words("Satu pilihan bernilai salah.", "An option has a wrong value."), _VALUE_HINT),
    "2201B": (400, Words("Pola regex tidak benar.", "The regular expression is wrong."), _PATTERN_HINT),
    "23": (400, _VALUE, _VALUE_HINT),
    "23503": (409, Words("Baris merujuk data yang tidak ada.", "A row refers to data that isn't there."), NOTHING),
    "23505": (409, Words("Kunci baris sudah ada.", "The row's key exists already."), NOTHING),
    # A database that is just being recovered or replaced takes no writes.
    "25006": _AWAY,
    "40": _AWAY,
    # 42P01, 42703 and 3F000: a dataset's table is just being replaced.
    "3F": _AWAY,
    "42P01": _AWAY,
    "42703": _AWAY,
    "42501": (403, Words("Hub tidak berhak membuka data ini.", "The hub may not open this data."), NOTHING),
    "42601": (400, _MALFORMED, _MALFORMED_HINT),
    "42725": (400, _OPERATOR, _VALUE_HINT),
    "42804": (400, _OPERATOR, _VALUE_HINT),
    "42846": (400, Words("Tipe kolom tidak dapat diubah demikian.", "The column can't be cast so."), _VALUE_HINT),
    "42883": (400, _OPERATOR, _VALUE_HINT),
    "42P18": (400, _OPERATOR, _VALUE_HINT),
    "53": _AWAY,
    "54": (400, _TOO_MUCH, _TOO_MUCH_HINT),
    "55": _AWAY,
    "57": _AWAY,
}
"""What a SQLSTATE means for the caller, by the whole code or its class; everything else is the hub's own mistake."""


def explain_sqlstate(sqlstate: str | None) -> SimpulError:
    """Return what an error of PostgreSQL means for the caller.

    >>> explain_sqlstate("22P02").status, explain_sqlstate("53300").status, explain_sqlstate("XX000").status
    (400, 503, 500)
    """
    state = sqlstate or ""
    found = _STATES.get(state) or _STATES.get(state[:2])
    return StatementRefused(state, *found) if found else Unexpected()


def write_error(error: SimpulError) -> Response:
    """Return the answer that tells an error, with the headers that its status asks for."""
    body = {
        "code": error.code,
        "message": str(error.message),
        "details": _write_details(error),
        "hint": str(error.hint) if error.hint.id else None,
    }
    # Clients of PostgREST read the code here where an answer has no body, as to HEAD.
    headers = {"content-type": JSON, "proxy-status": f"PostgREST; error={error.code}"}
    if error.status == 401:
        headers["www-authenticate"] = f'Bearer realm="Simpul"{getattr(error, "challenge", "")}'
    if error.status in (429, 503):
        headers["retry-after"] = str(getattr(error, "retry_after_seconds", RETRY_SECONDS))
    if error.status == 426:
        headers["upgrade"] = "HTTP/1.1"
    if isinstance(error, MethodUnknown):
        headers["allow"] = error.allowed
    headers |= getattr(error, "headers", {})
    return Response(error.status, json.dumps(body, ensure_ascii=False).encode(), headers, code=error.code)


def _write_details(error: SimpulError) -> str | None:
    details = getattr(error, "details", None)
    if isinstance(details, Words):
        return str(details)
    return "; ".join(map(_write_finding, error.findings[:FINDINGS_SHOWN])) or None


def _write_finding(finding: Finding) -> str:
    return f"{finding.where}: {finding.message}" if finding.where else str(finding.message)
