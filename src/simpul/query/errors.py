"""What can be wrong with a query, under the codes that PostgREST's clients already know.

    QueryError                  400
    ├── ParseFailed       PGRST100  the text doesn't follow the grammar
    ├── PatternUnfinished 22025     a pattern of like or ilike ends inside an escape
    ├── RangeInvalid      PGRST103  416, the range can't be served
    ├── MediaTypeUnknown  PGRST107  406, nothing in Accept can be made
    ├── NotSingular       PGRST116  406, one object was asked for and there isn't exactly one
    ├── PreferenceUnknown PGRST122  an unknown preference under handling=strict
    ├── FeatureMissing    PGRST127  in PostgREST's grammar, not in the hub's
    ├── CursorRefused     SPLX50    `after` isn't a cursor of this very query
    └── ColumnUnknown     PGRST204  no such column among those granted

A message never repeats a value: a NIK in a filter is personal data. Names are repeated only where they look like names.
"""

import re

from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def show_name(name: str) -> str:
    """Return a name as it may stand in a message: only what looks like an identifier is repeated.

    >>> show_name("kode"), show_name("6305012345678901")
    ('kode', '?')
    """
    return name if _NAME.fullmatch(name) else "?"


class QueryError(SimpulError):
    """The request can't be read or planned; `details` says where in it."""

    code = "PGRST100"
    status = 400

    def __init__(self, message: Words | None = None, *, details: Words | None = None, **values: object) -> None:
        super().__init__(message, **values)  # type: ignore[arg-type]
        self.details = details


class ParseFailed(QueryError):
    code = "PGRST100"
    message = Words("Parameter '{parameter}' tidak dapat dibaca.", "The parameter '{parameter}' can't be read.")
    hint = Words(
        "Bentuk saringan: kolom=operator.nilai, misalnya kode=eq.63.05. Lihat halaman dokumentasi API.",
        "A filter looks like column=operator.value, such as kode=eq.63.05. See the API's documentation page.",
    )


class PatternUnfinished(QueryError):
    """PostgreSQL's own code, but refused before it runs: PostgreSQL fails only where a row matches up to there."""

    code = "22025"
    message = Words("Pola berakhir dengan garis miring terbalik tunggal.", "A pattern ends with a single backslash.")
    hint = Words("Tulis dua garis miring terbalik untuk satu.", "Write two backslashes for one.")


class RangeInvalid(QueryError):
    code = "PGRST103"
    status = 416
    message = Words("Rentang baris yang diminta tidak dapat dilayani.", "The requested range can't be served.")
    hint = Words(
        "Periksa limit, offset, atau header Range: bilangan 0 ke atas, dan tidak melewati jumlah baris.",
        "Check limit, offset or the Range header: numbers from 0, not past the number of rows.",
    )


class MediaTypeUnknown(QueryError):
    code = "PGRST107"
    status = 406
    message = Words(
        "Tidak satu pun bentuk pada header Accept dapat dibuat.", "None of the media types in Accept can be made."
    )
    hint = Words(
        "Minta application/json, application/x-ndjson, atau text/csv.",
        "Ask for application/json, application/x-ndjson or text/csv.",
    )


class NotSingular(QueryError):
    code = "PGRST116"
    status = 406
    message = Words("Hasil bukan tepat satu baris.", "The result isn't exactly one row.")
    hint = Words(
        "Saring sampai tersisa satu baris, atau minta application/json.",
        "Filter down to one row, or ask for application/json.",
    )


class PreferenceUnknown(QueryError):
    code = "PGRST122"
    message = Words("Header Prefer memuat pilihan yang tidak dikenal.", "The Prefer header has an unknown preference.")
    hint = Words("Hapus pilihan itu, atau hapus handling=strict.", "Leave it out, or leave handling=strict out.")


class FeatureMissing(QueryError):
    code = "PGRST127"
    message = Words("'{feature}' tidak tersedia di hub ini.", "'{feature}' is not offered by this hub.")
    hint = Words(
        "Setiap data dibaca sendiri-sendiri; lihat halaman dokumentasi API untuk yang tersedia.",
        "Each dataset is read by itself; the API's documentation page lists what is offered.",
    )


class ColumnUnknown(QueryError):
    """The same answer for a column that doesn't exist and one that isn't granted: neither can be guessed."""

    code = "PGRST204"
    message = Words(
        "Kolom '{column}' tidak ada pada data ini atau tidak termasuk hak akses Anda.",
        "The column '{column}' doesn't exist in this dataset or is not part of your grant.",
    )
    hint = Words(
        "Pakai kolom yang tercantum pada openapi.json Anda; kolom lain diajukan melalui permohonan perubahan.",
        "Use the columns listed in your openapi.json; others are asked for by a change request.",
    )


class CursorRefused(QueryError):
    """One answer for a cursor that is damaged, made up, of another query, of another grant, or of the hub's earlier key."""

    code = "SPLX50"
    message = Words(
        "Nilai after bukan lanjutan dari permintaan ini.", "The value of after doesn't continue this request."
    )
    hint = Words(
        'Ikuti alamat rel="next" pada header Link apa adanya, atau mulai lagi tanpa after.',
        'Follow the address of rel="next" in the Link header as it is, or begin again without after.',
    )
