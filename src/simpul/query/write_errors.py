"""What can be wrong with a writing request, under the codes that PostgREST's and Supabase's clients already know.

QueryError                  400
├── BodyInvalid       PGRST102  the body isn't rows, or rows of different keys
├── PutFilterInvalid  PGRST105  405, a PUT that doesn't name one row by its whole key
├── PutLimited        PGRST114  limit or offset on a PUT
├── PutKeyDiffers     PGRST115  the row of a PUT has another key than its address
├── FilterMissing     21000     a PATCH or DELETE of everything
├── ConflictUnknown   42P10     on_conflict names neither the key nor a unique group
└── RowOutside        42501     403, a row outside the grant's rows
"""

from simpul.kernel.words import Words
from simpul.query.errors import QueryError


class BodyInvalid(QueryError):
    code = "PGRST102"
    message = Words("Isi kiriman tidak dapat dibaca sebagai baris data.", "The body can't be read as rows.")
    hint = Words(
        "Kirim satu objek JSON, larik objek dengan kunci yang sama, atau CSV; atau sebut kolomnya dengan columns=.",
        "Send one JSON object, an array of objects with the same keys, or CSV; or name the columns by columns=.",
    )


class PutFilterInvalid(QueryError):
    code = "PGRST105"
    status = 405
    message = Words(
        "PUT menyebut tepat satu baris dengan seluruh kolom kuncinya dan operator eq.",
        "A PUT names exactly one row by all of its key columns with the operator eq.",
    )
    hint = Words(
        "Contoh: ?kode=eq.63.05. Kolom kunci tercantum pada openapi.json.",
        "For instance ?kode=eq.63.05. The key columns stand in openapi.json.",
    )


class PutLimited(QueryError):
    code = "PGRST114"
    message = Words("limit dan offset tidak berlaku pada PUT.", "A PUT takes neither limit nor offset.")
    hint = Words("Hapus limit dan offset.", "Leave limit and offset out.")


class PutKeyDiffers(QueryError):
    code = "PGRST115"
    message = Words(
        "Kunci pada isi kiriman tidak sama dengan kunci pada alamat.", "The body's key isn't the address's key."
    )
    hint = Words(
        "Samakan nilai kolom kunci pada alamat dan isi kiriman.", "Give the key columns the same values in both."
    )


class FilterMissing(QueryError):
    """PostgreSQL's own code for a statement that may touch more rows than it should, as Supabase gives it."""

    code = "21000"
    message = Words(
        "PATCH dan DELETE tanpa saringan akan mengenai semua baris; itu tidak dijalankan.",
        "A PATCH or DELETE without a filter would touch every row; it isn't done.",
    )
    hint = Words(
        "Saring barisnya, misalnya ?kode=eq.63.05; untuk mengganti seluruh data pakai …/batches?mode=replace.",
        "Filter the rows, for instance ?kode=eq.63.05; to replace all of the data use …/batches?mode=replace.",
    )


class ConflictUnknown(QueryError):
    """PostgreSQL's own code for an ON CONFLICT that no unique index fits."""

    code = "42P10"
    message = Words(
        "on_conflict bukan kunci atau kelompok kolom unik data ini.",
        "on_conflict is neither the key nor a group of unique columns of this dataset.",
    )
    hint = Words("Pakai kolom kunci pada openapi.json.", "Use the key columns in openapi.json.")


class AnswerTooLarge(QueryError):
    code = "SPLX21"
    message = Words(
        "Satu jawaban memuat paling banyak {limit} baris; tidak ada yang diubah.",
        "One answer gives at most {limit} rows; nothing was changed.",
    )
    hint = Words("Pakai Prefer: return=minimal.", "Use Prefer: return=minimal.")


class RowOutside(QueryError):
    """PostgreSQL's own code for a row that a policy keeps out."""

    code = "42501"
    status = 403
    message = Words(
        "Satu baris atau lebih berada di luar baris yang termasuk hak akses Anda; tidak ada yang diubah.",
        "At least one row lies outside the rows of your grant; nothing was changed.",
    )
    hint = Words("Kirim hanya baris yang termasuk hak akses Anda.", "Send only rows that are part of your grant.")
