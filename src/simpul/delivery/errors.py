"""Refusals of the delivery room.

FileRefused            SPL610  the file can't be used; the finding's rule says why
├── FileTooLarge       SPL611  413
├── FileEncrypted      SPL612
├── FileHostile        SPL613  built to harm: bombs, macros, entities, odd paths
├── FileTypeRefused    SPL614  415, another type than its name says, or one that isn't read
├── FileEmpty          SPL615  no rows
└── HeaderRefused      SPL616  no header, or one name twice
BatchRunning           SPL620  409  the first delivery under this key still runs
BatchKeyReused         SPL621  422  the key was used for another body
BatchKeyInvalid        SPL622  422
BatchColumnsRefused    SPL623  422  columns that the contract doesn't have, or required ones that lack
DatasetMissing         SPL624  404
DeletionUnconfirmed    SPL625  422  a replacement that would delete a large part of the rows
RowsRefused            SPL626  400  one bad row, where all or nothing was asked for
ModeUnusable           SPL627  422  a mode that needs a key, on a dataset without one
AffectedTooMany      PGRST124  400  more rows changed than the caller allowed
RefusedRowsGone        SPL630  404  mended or past their days
QuarantineKeyUnusable  SPL631  500
MeasureRefused         SPL640  403  a personal column
"""

from collections.abc import Sequence
from typing import Any

from simpul.delivery.report import describe_findings
from simpul.kernel.errors import Conflict, Finding, Invalid, Misconfigured, NotFound, Refused
from simpul.kernel.words import NOTHING, Words


class FileRefused(Invalid):
    code = "SPL610"
    message = Words("Berkas tidak dapat dibaca.", "The file can't be read.")
    hint = Words(
        "Simpan ulang sebagai CSV, XLSX, atau ODS, lalu unggah kembali.",
        "Save it again as CSV, XLSX or ODS, then upload it once more.",
    )

    def __init__(self, rule: str, message: Words, *, hint: Words | None = None, where: str = "") -> None:
        """Say which rule refused the file, in words, where, and the next step."""
        super().__init__(message, hint=hint, findings=(Finding(where, rule, message),))


class FileTooLarge(FileRefused):
    code = "SPL611"
    status = 413


class FileEncrypted(FileRefused):
    code = "SPL612"
    hint = Words(
        "Buka berkas dengan kata sandinya, hapus perlindungannya, simpan, lalu unggah kembali.",
        "Open the file with its password, remove the protection, save it, then upload it once more.",
    )


class FileHostile(FileRefused):
    code = "SPL613"
    hint = Words(
        "Salin datanya saja ke berkas baru (tanpa makro dan objek), simpan sebagai .xlsx, .ods, atau .csv.",
        "Copy only the data to a new file (no macros, no objects) and save it as .xlsx, .ods or .csv.",
    )


class FileTypeRefused(FileRefused):
    code = "SPL614"
    status = 415


class FileEmpty(FileRefused):
    code = "SPL615"
    hint = Words("Isi paling sedikit satu baris data di bawah kepala kolom.", "Fill at least one row below the header.")


class HeaderRefused(FileRefused):
    code = "SPL616"
    hint = Words(
        "Baris pertama harus berisi nama kolom: setiap kolom bernama, tidak ada nama yang sama.",
        "The first row must hold the column names: every column named, no name twice.",
    )


class BatchRunning(Conflict):
    code = "SPL620"
    message = Words(
        "Kiriman pertama dengan Idempotency-Key ini masih diproses.",
        "The first delivery under this Idempotency-Key is still running.",
    )
    hint = Words(
        "Tunggu beberapa detik, lalu kirim ulang permintaan yang sama persis.",
        "Wait a few seconds, then send exactly the same request again.",
    )


class BatchKeyReused(Invalid):
    code = "SPL621"
    message = Words(
        "Idempotency-Key ini sudah dipakai untuk isi kiriman yang lain.",
        "This Idempotency-Key was already used for another body.",
    )
    hint = Words("Pakai Idempotency-Key baru untuk isi yang baru.", "Use a new Idempotency-Key for a new body.")


class BatchKeyInvalid(Invalid):
    code = "SPL622"
    message = Words("Idempotency-Key tidak dapat dipakai.", "The Idempotency-Key can't be used.")
    hint = Words(
        "Pakai 1 sampai 200 karakter ASCII yang tampak, misalnya sebuah UUID.",
        "Use 1 to 200 visible ASCII characters, a UUID for instance.",
    )


class BatchColumnsRefused(Invalid):
    code = "SPL623"
    message = Words("Kolom kiriman tidak sesuai dengan kontrak.", "The columns don't match the contract.")
    hint = Words(
        "Samakan kepala kolom dengan nama elemen pada kontrak, lalu kirim ulang.",
        "Make the header equal to the contract's element names, then send it again.",
    )


class DatasetMissing(NotFound):
    code = "SPL624"
    message = Words("Data {name} belum disiapkan di hub.", "The dataset {name} isn't prepared in the hub yet.")
    hint = Words("Hubungi Tim IT Kominfo.", "Ask Kominfo's IT team.")


class DeletionUnconfirmed(Invalid):
    code = "SPL625"
    message = Words(
        "Kiriman pengganti ini akan menghapus {deleted} dari {rows} baris. Tidak ada yang diubah.",
        "This replacement would delete {deleted} of {rows} rows. Nothing was changed.",
    )
    hint = Words(
        "Periksa apakah kiriman sudah lengkap. Jika memang harus dihapus, kirim ulang dengan confirm=delete.",
        "See whether the batch is complete. If those rows are to go, send it again with confirm=delete.",
    )


_SQLSTATES = {
    "required": "23502",
    "length": "22001",
    "integer-range": "22003",
    "number-range": "22003",
    "scale": "22003",
    "precision": "22003",
    "pattern": "23514",
    "code-list": "23514",
    "minimum": "23514",
    "maximum": "23514",
    "unknown-column": "42703",
    "key-fixed": "23514",
    "gone": "02000",
    "exists": "23505",
    "unique": "23505",
    "duplicate-key": "23505",
    "duplicate-unique": "23505",
}


class RowsRefused(Invalid):
    """`rows`: the first refused rows as the report tells them, [{position, findings: [{column, rule, id, en}]}]."""

    code = "SPL626"
    status = 400
    message = Words(
        "{refused} dari {received} baris ditolak; karena semua baris harus diterima bersama, tidak ada yang disimpan.",
        "{refused} of {received} rows were refused; as all were to be taken together, nothing was kept.",
    )
    hint = Words(
        "Perbaiki baris yang disebut lalu kirim ulang semuanya, atau kirim ke …/batches agar baris yang benar tersimpan.",
        "Mend the rows named and send all of them again, or send them to …/batches so that good rows are kept.",
    )

    def __init__(self, received: int, refused: int, rows: Sequence[tuple[int, Sequence[Finding]]]) -> None:
        """Tell how many rows were refused, and the first of them as (position, findings)."""
        findings = [one._replace(where=f"{position}, {one.where}") for position, found in rows for one in found]
        super().__init__(received=received, refused=refused)
        self.findings = tuple(findings)
        self.rows: list[dict[str, Any]] = [
            {"position": position, "findings": describe_findings(found)} for position, found in rows
        ]

    @property
    def sqlstate(self) -> str:
        """What PostgreSQL would have said of the first finding: 23502, 23505, 23514, 22001, 22003, 22P02, 42703 …"""
        rule = self.findings[0].rule if self.findings else ""
        return _SQLSTATES.get(rule, "23514" if rule.startswith("format-") else "22P02")


class ModeUnusable(Invalid):
    code = "SPL627"
    message = Words(
        "Data {name} tidak memiliki kunci, sehingga barisnya tidak dapat diubah atau dihapus lewat kiriman.",
        "The dataset {name} has no key, so a batch can't change or delete its rows.",
    )
    hint = Words("Pakai mode=append atau mode=replace.", "Use mode=append or mode=replace.")


class AffectedTooMany(Invalid):
    code = "PGRST124"
    status = 400
    message = Words(
        "Baris yang akan berubah ({affected}) melebihi batas {limit}. Tidak ada yang diubah.",
        "The rows that would change ({affected}) are more than the limit of {limit}. Nothing was changed.",
    )
    hint = Words("Persempit saringan, atau naikkan max-affected.", "Narrow the filter, or raise max-affected.")


class RefusedRowsGone(NotFound):
    code = "SPL630"
    message = Words(
        "Baris tertolak itu sudah diperbaiki atau lewat 90 hari.",
        "Those refused rows were mended already, or are older than 90 days.",
    )
    hint = Words("Kirim baris yang benar sebagai kiriman baru.", "Send the right rows as a new batch.")


class QuarantineKeyUnusable(Misconfigured):
    code = "SPL631"
    message = Words("Kunci baris tertolak tidak dapat dipakai.", "The key of the refused rows can't be used.")
    hint = Words(
        "Pulihkan keys/quarantine.key dari cadangan; isinya harus 32 bita.",
        "Restore keys/quarantine.key from a backup; it must hold 32 bytes.",
    )


class MeasureRefused(Refused):
    code = "SPL640"
    message = Words(
        "Kolom {column} memuat data pribadi dan tidak boleh tampil di dasbor.",
        "The column {column} holds personal data and may not be shown on a dashboard.",
    )
    hint = NOTHING
