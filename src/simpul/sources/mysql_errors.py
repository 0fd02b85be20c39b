"""The MySQL driver's errors → the source's, by number; the server's own text isn't passed on, for it may quote values."""

import ssl

import pymysql
from pymysql.constants import CR, ER

from simpul.kernel.words import Words
from simpul.sources.errors import SourceAway, SourceChanged, SourceDenied, SourceFailed, SourceRubbish, SourceTooMuch

_SIGN_IN = {1045, 1698, 1251, 1862, 4151, CR.CR_AUTH_PLUGIN_CANNOT_LOAD}
_RIGHTS = {1044, 1142, 1143, 1227, 1345, 1356, 1370, 1419}
_MISSING = {1049, 1051, 1146, 1109}
_TOO_LONG = {1969, 3024}
_WRITING = {1792, 1290}
_TLS = {CR.CR_SSL_CONNECTION_ERROR, 3159}
_HOST_REFUSED = {1129, 1130}


def explain_error(error: Exception, host: str) -> SourceFailed:
    """Return what went wrong, with its stage and next step."""
    if isinstance(error, ssl.SSLError) or _find_tls_cause(error):
        return _say_tls(host)
    if not isinstance(error, pymysql.Error):
        return SourceAway() if isinstance(error, OSError) else SourceRubbish()
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if number in _TLS:
        return _say_tls(host)
    if number in _HOST_REFUSED:
        return SourceDenied(
            Words(
                f"Server {host} tidak menerima sambungan dari hub.",
                f"The server {host} takes no connection from the hub.",
            ),
            hint=Words(
                "Beri pengguna itu hak masuk dari alamat hub (CREATE USER …@'alamat-hub').",
                "Give that user the right to come from the hub's address (CREATE USER …@'hub-address').",
            ),
        )
    if number in _SIGN_IN:
        return SourceDenied(
            Words("Nama pengguna atau kata sandi ditolak.", "The user name or password is refused."),
            hint=Words("Periksa keduanya di server sumber.", "Check both at the source's server."),
        )
    return _explain_statement(number, isinstance(error, pymysql.err.OperationalError | pymysql.err.InterfaceError))


def _explain_statement(number: int, is_operational: bool) -> SourceFailed:
    if number in _RIGHTS:
        return SourceDenied(
            Words("Pengguna itu tidak berhak membaca data ini.", "That user may not read this data."),
            hint=Words("Beri hak SELECT pada tabel itu.", "Give it the right to SELECT from the table."),
        ).at_stage("rights")
    if number in _WRITING:
        return SourceDenied(
            Words("Kueri mencoba menulis; server menolaknya.", "The query tried to write; the server refused it."),
            hint=Words("Pakai kueri yang hanya membaca.", "Use a query that only reads."),
        ).at_stage("rights")
    if number in _MISSING:
        return SourceChanged(Words("Basis data atau tabel tidak ada.", "The database or table doesn't exist."))
    if number == ER.BAD_FIELD_ERROR:
        return SourceChanged(Words("Ada kolom yang tidak ada di sumber.", "A column doesn't exist at the source."))
    if number in _TOO_LONG:
        return SourceTooMuch(Words("Kueri terlalu lama dijalankan.", "The query ran too long."))
    if number in (ER.PARSE_ERROR, ER.DUP_FIELDNAME):
        return SourceChanged(
            Words("Kueri tidak dapat dijalankan server.", "The server can't run the query."),
            hint=Words(
                "Periksa tulisannya; setiap kolom hasil harus bernama lain (AS).",
                "Check its spelling; each result column must have a name of its own (AS).",
            ),
        )
    if is_operational:
        return SourceAway()
    return SourceRubbish(
        Words(f"Server menolak kueri (galat {number}).", f"The server refused the query (error {number}).")
    )


def _find_tls_cause(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return True
        seen = getattr(seen, "original_exception", None) or seen.__cause__ or seen.__context__
    return False


def _say_tls(host: str) -> SourceFailed:
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
