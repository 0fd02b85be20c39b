"""Why rows can't be delivered or seen by this person."""

from simpul.kernel.errors import Conflict, NotFound, Refused
from simpul.kernel.words import Words


class NotProvider(Refused):
    code = "SPL450"
    message = Words(
        "Hanya petugas instansi penyedia data yang dapat melakukan ini.", "Only the provider's officers may do this."
    )


class BatchNotFound(NotFound):
    code = "SPL451"
    message = Words("Kiriman itu tidak ditemukan.", "That batch was not found.")


class NotOpenForRows(Conflict):
    code = "SPL452"
    message = Words("Layanan ini sedang tidak menerima data.", "This service doesn't take rows now.")
    hint = Words("Tunggu sampai tabelnya siap.", "Wait until its tables are ready.")
