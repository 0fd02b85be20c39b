"""What can be wrong with evidence keys and receipts."""

from simpul.kernel.errors import Invalid, Misconfigured
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
