"""The PostgreSQL driver's errors → the source's, by SQLSTATE; the server's own text isn't passed on."""

import psycopg

from simpul.kernel.words import Words
from simpul.sources.errors import SourceAway, SourceChanged, SourceDenied, SourceFailed, SourceRubbish, SourceTooMuch

_TLS_WORDS = (
    "certificate verify failed",
    "does not support SSL",
    "SSL error",
    "server certificate",
    "sslrootcert",
    "SSL SYSCALL",
)
_SIGN_IN_WORDS = ("authentication failed", "no password supplied", "no pg_hba.conf entry", "is not permitted to log in")
_AWAY = ("08", "57P", "53")


def explain_error(error: Exception, host: str) -> SourceFailed:
    """Return what went wrong, with its stage and next step."""
    if not isinstance(error, psycopg.Error):
        return SourceAway() if isinstance(error, OSError) else SourceRubbish()
    state = error.sqlstate or ""
    if not state:
        return _explain_connection(str(error), host)
    if state == "57014":
        return SourceTooMuch(Words("Kueri terlalu lama dijalankan.", "The query ran too long."))
    if state == "42501":
        return SourceDenied(
            Words("Pengguna itu tidak berhak membaca data ini.", "That user may not read this data."),
            hint=Words("Beri hak SELECT pada tabel itu (GRANT SELECT).", "Give it the right to SELECT from the table."),
        ).at_stage("rights")
    if state == "25006":
        return SourceDenied(
            Words("Kueri mencoba menulis; server menolaknya.", "The query tried to write; the server refused it."),
            hint=Words("Pakai kueri yang hanya membaca.", "Use a query that only reads."),
        ).at_stage("rights")
    return _explain_statement(state)


def _explain_statement(state: str) -> SourceFailed:
    if state in ("42P01", "3F000", "42703"):
        return SourceChanged(Words("Tabel atau kolom itu tidak ada.", "That table or column doesn't exist."))
    if state.startswith(_AWAY):
        return SourceAway()
    if state.startswith("42"):
        return SourceChanged(
            Words("Kueri tidak dapat dijalankan server.", "The server can't run the query."),
            hint=Words(
                "Periksa tulisannya; setiap kolom hasil harus bernama lain (AS).",
                "Check its spelling; each result column must have a name of its own (AS).",
            ),
        )
    return SourceRubbish(
        Words(f"Server menolak kueri (galat {state}).", f"The server refused the query (error {state}).")
    )


def _explain_connection(text: str, host: str) -> SourceFailed:
    """Tell apart what libpq says of a connection that wasn't made, for which there is no SQLSTATE."""
    if any(words in text for words in _SIGN_IN_WORDS) or ('role "' in text and "does not exist" in text):
        return SourceDenied(
            Words("Nama pengguna atau kata sandi ditolak.", "The user name or password is refused."),
            hint=Words(
                "Periksa keduanya, dan pg_hba.conf untuk alamat hub.",
                "Check both, and pg_hba.conf for the hub's address.",
            ),
        )
    if 'database "' in text and "does not exist" in text:
        return SourceChanged(Words("Basis data itu tidak ada.", "That database doesn't exist."))
    if "permission denied for database" in text:
        return SourceDenied().at_stage("rights")
    if any(words in text for words in _TLS_WORDS):
        return SourceDenied(
            Words(
                f"Sambungan TLS ke {host} gagal, atau sertifikatnya tidak dipercaya.",
                f"The TLS connection to {host} failed, or its certificate isn't trusted.",
            ),
            hint=Words(
                "Nyalakan TLS dengan sertifikat yang sah untuk nama itu, atau isi sertifikat CA sendiri.",
                "Switch TLS on with a certificate valid for that name, or give your own CA certificate.",
            ),
        ).at_stage("tls")
    return SourceAway()
