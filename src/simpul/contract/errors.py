"""The room's errors.

Invalid
├── ContractUnreadable   the file isn't a readable ODCS contract
└── ContractInvalid      readable, but it breaks rules; `findings` name each
"""

from simpul.kernel.errors import Invalid
from simpul.kernel.words import Words


class ContractUnreadable(Invalid):
    """The file can't be read as an ODCS contract."""

    code = "SPLC01"
    message = Words("Berkas kontrak tidak dapat dibaca.", "The contract file can't be read.")
    hint = Words(
        "Unggah berkas YAML berformat ODCS versi 3.0 sampai 3.2.", "Upload a YAML file in ODCS version 3.0 to 3.2."
    )


class ContractInvalid(Invalid):
    """The contract breaks rules of the hub or of the standard."""

    code = "SPLC02"
    message = Words("Kontrak belum memenuhi aturan.", "The contract doesn't meet the rules yet.")
    hint = Words("Perbaiki setiap butir yang disebut, lalu coba lagi.", "Mend each point named, then try again.")
