"""What can be wrong with evidence keys and receipts."""

from simpul.kernel.errors import Conflict, Invalid, Misconfigured
from simpul.kernel.words import Words


class SigningKeyInvalid(Misconfigured):
    code = "SPLE01"
    message = Words("Kunci penanda bukti akses tidak dapat dipakai.", "The key that seals evidence can't be used.")
    hint = Words(
        "Pulihkan keys/evidence.key dari cadangan; kunci yang hilang tidak dapat dibuat ulang.",
        "Restore keys/evidence.key from the backup; a lost key can't be made again.",
    )


class RecordInvalid(Invalid):
    code = "SPLE02"
    message = Words("Catatan bukti tidak dapat dibaca.", "The evidence record can't be read.")


class ReceiptInvalid(Invalid):
    code = "SPLE03"
    message = Words("Berkas tanda terima tidak dapat dibaca.", "The receipt file can't be read.")
    hint = Words(
        "Unduh lagi dari alamat /receipts/… pada jawaban; simpan isinya apa adanya.",
        "Download it again from the answer's /receipts/… address, and keep it as it is.",
    )


class PublicKeyInvalid(Invalid):
    code = "SPLE04"
    message = Words("Berkas kunci publik tidak dapat dibaca.", "The file of the public key can't be read.")
    hint = Words(
        "Berkas itu memuat 64 digit heksadesimal; unduh dari halaman Bukti akses.",
        "It holds 64 hex digits; download it from the page Bukti akses.",
    )


class ArchiveInvalid(Invalid):
    code = "SPLE05"
    message = Words("Arsip bukti tidak dapat dibaca: {name}.", "The evidence archive can't be read: {name}.")
    hint = Words(
        "Pakai kedua berkas bulan itu (.json dan .jsonl.gz), apa adanya.",
        "Use both files of that month (.json and .jsonl.gz), as they are.",
    )


class SigningKeyNotLast(Misconfigured):
    code = "SPLE06"
    message = Words(
        "Kunci penanda bukti bukan kunci terakhir dalam rantainya.", "The sealing key isn't the last one of its chain."
    )
    hint = Words(
        "Pulihkan keys/evidence.key dari cadangan; bila benar-benar hilang: ./simpul evidence rotate-key --lost.",
        "Restore keys/evidence.key from the backup; where it is really lost: ./simpul evidence rotate-key --lost.",
    )


class MonthNotSealed(Conflict):
    code = "SPLE07"
    message = Words("Bulan {month} belum seluruhnya tersegel.", "The month {month} isn't wholly sealed yet.")
    hint = Words(
        "Pastikan worker berjalan, tunggu beberapa detik, lalu ulangi.",
        "See that the worker runs, wait some seconds, and try again.",
    )


class MonthNotOver(Conflict):
    code = "SPLE08"
    message = Words("Bulan {month} belum berakhir.", "The month {month} isn't over yet.")
    hint = Words("Arsipkan bulan yang sudah lewat saja.", "Archive months that are over.")


class RootInvalid(Invalid):
    code = "SPLE09"
    message = Words("Akar yang diberikan tidak dapat dibaca.", "The root given can't be read.")
    hint = Words(
        "Beri sedikitnya 16 digit heksadesimal, NOMOR:AKAR, atau berkas akar dari halaman Bukti akses.",
        "Give at least 16 hex digits, NUMBER:ROOT, or a root's file from the page Bukti akses.",
    )
