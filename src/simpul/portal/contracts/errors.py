"""What can be wrong with a contract on its way to an agreement."""

from simpul.kernel.errors import Conflict, Invalid, NotFound
from simpul.kernel.words import Words


class ContractUnready(Invalid):
    """`findings` say what must be mended before the contract can be frozen."""

    code = "SPL430"
    message = Words("Rumusan integrasi data belum dapat dibekukan.", "The contract can't be frozen yet.")
    hint = Words("Perbaiki yang disebut di bawah.", "Mend what is named below.")


class ContractNotFound(NotFound):
    code = "SPL431"
    message = Words("Rumusan integrasi data belum ada.", "There is no contract yet.")


class ContextTaken(Conflict):
    code = "SPL432"
    message = Words(
        "Konteks “{context}” sudah dipakai layanan lain.", "The context “{context}” belongs to another service."
    )
    hint = Words("Pilih nama konteks yang lain.", "Choose another context name.")


class ServiceInChange(Conflict):
    """One case at a time changes a service: two would overwrite each other's version."""

    code = "SPL433"
    message = Words(
        "Layanan “{context}” sedang diubah melalui permohonan {number}.",
        "The service “{context}” is being changed by case {number}.",
    )
    hint = Words(
        "Simpan sebagai draf, dan kirim setelah permohonan itu selesai, ditarik, atau dihentikan.",
        "Keep yours as a draft, and send it once that case is closed, withdrawn or stopped.",
    )
